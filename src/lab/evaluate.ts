/** Scores of trained weights on a data set. */
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { type Dataset, taskOf } from '../data/dataset.ts'
import { createStandardiser } from '../data/standardise.ts'
import type { Network } from '../network/network.ts'
import type { Scores, Weights } from '../training/evaluate.ts'
import { resolveOptions, type TrainingOptions } from '../training/options.ts'
import { evaluateSets } from '../training/session.ts'
import { checkOutputs } from '../training/targets.ts'
import { checkWeights } from '../training/weights.ts'
import type { MachineOptions } from './train.ts'

export interface EvaluateOptions extends MachineOptions, Pick<TrainingOptions, 'loss' | 'standardise'> {
  readonly data: Dataset
  /** All parameters and running statistics, by name. */
  readonly weights: Weights
  /** Called now and then with the samples that were scored, of how many. */
  readonly onEvaluation?: (done: number, samples: number) => void
}

/**
 * Loss and error on the whole training and test sets, inputs standardised as the training set says. Throws an
 * IsobathError `network` or `weights` where these don't fit the data or each other, `option` on a bad option.
 */
export async function evaluate(network: Network, options: EvaluateOptions): Promise<{ train: Scores; test: Scores }> {
  const { data, weights, threads, exact, memoryLimit, loss, standardise, onEvaluation } = options
  const blueprint = createBlueprint(network, data.shape)
  checkOutputs(blueprint, data)
  checkWeights(blueprint, weights)
  const settings = resolveOptions({ loss, standardise }, data.train.count, taskOf(data))
  const backend = await createWasmBackend({ threads, exact, memoryLimit })
  try {
    const standardiser = createStandardiser(data.train, data.shape, settings.standardise)
    return await evaluateSets({ blueprint, data, settings, backend, onEvaluation }, standardiser, weights)
  } finally {
    backend.dispose()
  }
}
