/** The graph of one step of a training, as its settings say. */
import type { Blueprint } from '../blueprint/blueprint.ts'
import type { Graph } from '../graph/graph.ts'
import { trainingGraph } from '../graph/programs.ts'
import { resolveLayerRates } from './layer-rates.ts'
import type { TrainingSettings } from './options.ts'

export interface StepGraphOptions {
  /** The backward pass computes again what it needs of repeated layers, instead of reading it; false by default. */
  readonly recompute?: boolean
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
