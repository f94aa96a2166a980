/** The graph of one step of a training, as its settings say. */
import type { Blueprint } from '../blueprint/blueprint.ts'
import type { Graph } from '../graph/graph.ts'
import { type Recomputation, trainingGraph } from '../graph/programs.ts'
import { resolveLayerRates } from '../settings/layer-rates.ts'
import type { TrainingSettings } from '../settings/options.ts'

export interface StepGraphOptions {
  /** What the backward pass computes again of repeated layers, instead of reading it; nothing by default. */
  readonly recompute?: Recomputation
  /** Whether all gradients can be read after a step; false by default. */
  readonly gradients?: boolean
}

/**
 * The settings that the graph's own options have the names of go into it as they are. Throws an `option` error where a layer's
 * rate is that of no layer.
 */
export function stepGraph(blueprint: Blueprint, settings: TrainingSettings, options: StepGraphOptions = {}): Graph {
  const { optimizer, layerRates, ...own } = settings
  return trainingGraph(blueprint, {
    ...own,
    optimizer: optimizer.rule,
    rateFactors: resolveLayerRates(blueprint, layerRates),
    gradients: false,
    ...options,
  })
}
