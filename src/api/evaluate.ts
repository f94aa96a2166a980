/** Scores of trained weights on a data set. */
import { createBlueprint } from '../blueprint/create.ts'
import { checkLabeled, type Dataset, taskOf } from '../data/dataset.ts'
import type { Statistics } from '../data/standardize.ts'
import type { Network } from '../network/network.ts'
import { resolveOptions } from '../settings/options.ts'
import type { TrainingOptions } from '../settings/training.ts'
import { warnOfOldName, withCurrentNames } from '../support/renamed.ts'
import { evaluateSets, type SetScores } from '../training/evaluate-sets.ts'
import type { Weights } from '../training/evaluator.ts'
import { checkOutputs } from '../training/targets.ts'
import { checkWeights } from '../training/weights.ts'
import { checkTrainedCall, namesOf } from './check-call.ts'
import { standardizerFor } from './standardizer.ts'
import { checkMachineChoice, type MachineChoice, machineChoice, withMachine } from './with-machine.ts'

export interface EvaluateOptions extends MachineChoice, Pick<TrainingOptions, 'loss' | 'standardize'> {
  readonly data: Dataset
  /** All parameters and running statistics, by name. */
  readonly weights: Weights
  /** Of the data that the weights were trained on, as a run keeps them; those of this data by default. */
  readonly statistics?: Statistics
  /** Called now and then with the samples that were scored, of how many. */
  readonly onEvaluation?: (done: number, samples: number) => void
}

const optionNames = namesOf<EvaluateOptions>({
  ...machineChoice,
  data: true,
  weights: true,
  loss: true,
  standardize: true,
  statistics: true,
  onEvaluation: true,
})

/**
 * Loss and error on the whole training and test sets, standardized by the given statistics or by those of this training
 * set. Throws an IsobathError `network`, `weights` or `data` where these don't fit each other or labels are missing, `option`
 * on a bad option.
 */
export async function evaluate(network: Network, options: EvaluateOptions): Promise<SetScores> {
  checkTrainedCall(options ?? {}, optionNames)
  checkMachineChoice(options)
  const { data, weights, loss, standardize, statistics, onEvaluation } = withCurrentNames(options, warnOfOldName)
  const blueprint = createBlueprint(network, data.shape)
  checkOutputs(blueprint, data)
  checkLabeled(data)
  checkWeights(blueprint, weights)
  const settings = resolveOptions({ loss, standardize }, data.train.count, taskOf(data))
  return withMachine(options, async (machine) => {
    const backend = await machine.backend()
    const standardizer = standardizerFor(data, settings.standardize, statistics)
    return evaluateSets({ blueprint, data, settings, backend, onEvaluation }, standardizer, weights)
  })
}
