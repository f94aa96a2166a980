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
 * Throws an `option` error where a layer's rate is that of no layer.
 */
export function stepGraph(blueprint: Blueprint, settings: TrainingSettings, options: StepGraphOptions = {}): Graph {
  const { batch, loss, optimizer, seed, clipNorm, layerRates } = settings
  return trainingGraph(blueprint, {
    batch,
    loss,
    optimizer: optimizer.rule,
    clipNorm: clipNorm ?? undefined,
    rateFactors: resolveLayerRates(blueprint, layerRates),
    seed,
    gradients: false,
    ...options,
  })
}
