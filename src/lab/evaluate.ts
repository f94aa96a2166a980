/** Scores of trained weights on a data set. */
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Network } from '../network/network.ts'
import type { Scores, Weights } from '../training/evaluate.ts'
import { resolveOptions, type TrainingOptions } from '../training/options.ts'
import { evaluateSets } from '../training/session.ts'
import { checkOutputs } from '../training/train.ts'
import type { MachineOptions } from './train.ts'

export interface EvaluateOptions extends MachineOptions, Pick<TrainingOptions, 'loss' | 'standardise'> {
  readonly data: Dataset
  /** All parameters and running statistics, by name. */
  readonly weights: Weights
}

/** Loss and error on the whole training and test sets, inputs standardised as the training set says. */
export async function evaluate(network: Network, options: EvaluateOptions): Promise<{ train: Scores; test: Scores }> {
  const { data, weights, threads, exact, memoryLimit, loss, standardise } = options
  const blueprint = createBlueprint(network, data.shape)
  checkOutputs(blueprint, data)
  const settings = resolveOptions({ loss, standardise }, data.train.count)
  const backend = await createWasmBackend({ threads, exact, memoryLimit })
  try {
    return await evaluateSets({ blueprint, data, settings, backend }, weights)
  } finally {
    backend.dispose()
  }
}
