/** Builds the graph of one training step from the settings of the training. */
import type { Blueprint } from '../blueprint/blueprint.ts'
import type { Graph } from '../graph/graph.ts'
import { type Recomputation, trainingGraph } from '../graph/programs.ts'
import { resolveLayerRates } from '../settings/layer-rates.ts'
import type { TrainingSettings } from '../settings/options.ts'

export interface StepGraphOptions {
  /**
   * Iterations of repeated layers whose activations the backward pass recomputes instead of reading them from memory.
   * None by default.
   */
  readonly recompute?: Recomputation
  /** Whether all gradients can be read after a step. False by default. */
  readonly gradients?: boolean
}

/**
 * Builds the graph of a training step. Settings with the same name as an option of `trainingGraph` are passed on
 * unchanged. Throws an `option` error if `layerRates` names a layer that the network doesn't have.
 */
export function stepGraph(blueprint: Blueprint, settings: TrainingSettings, options: StepGraphOptions = {}): Graph {
  const { optimizer, layerRates, ...own } = settings
  return trainingGraph(blueprint, {
    ...own,
    optimizer: optimizer.rule,
    rateFactors: resolveLayerRates(blueprint, layerRates),
    gradients: false,
    weighted: settings.classWeights !== undefined,
    ...options,
  })
}
