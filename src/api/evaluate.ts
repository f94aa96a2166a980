/** Scores trained weights on a data set. */
import { type Baselines, baselinesOf } from '../baselines/baselines.ts'
import { codeOf } from '../baselines/linear-autoencoder.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { checkLabeled, type Dataset, taskOf } from '../data/dataset.ts'
import type { Statistics } from '../data/standardize.ts'
import type { Network } from '../network/network.ts'
import { absorbSigmoid } from '../settings/absorb-sigmoid.ts'
import { resolveOptions } from '../settings/options.ts'
import type { TrainingOptions } from '../settings/training.ts'
import { warnOfOldName, withCurrentNames } from '../support/renamed.ts'
import { checkUnitTargets, needsUnitTargets } from '../training/check-task.ts'
import { evaluateSets, type SetScores } from '../training/evaluate-sets.ts'
import type { Weights } from '../training/evaluator.ts'
import { checkOutputs } from '../training/targets.ts'
import { checkWeights } from '../training/weights.ts'
import { checkTrainedCall, namesOf } from './check-call.ts'
import { standardizerFor } from './standardizer.ts'
import { checkMachineChoice, type MachineChoice, machineChoice, withMachine } from './with-machine.ts'

/** Options of `evaluate`. The options of the training must have the same values as in the training. */
export interface EvaluateOptions
  extends MachineChoice,
    Pick<TrainingOptions, 'loss' | 'huberDelta' | 'standardize' | 'standardizeTargets'> {
  /** The data set on which the weights are scored. All samples of the data set must have labels or targets. */
  readonly data: Dataset
  /** Values of all parameters and running statistics by name: the weights of a run, or the result of `loadWeights`. */
  readonly weights: Weights
  /**
   * Statistics of the data on which the weights were trained, such as `run.statistics`. The statistics are used to
   * standardize the samples of `data`. By default, the statistics are computed from the training set of `data`.
   */
  readonly statistics?: Statistics
  /**
   * Whether the result has the field `baselines`: the scores of guessing and of the best linear model of `data`. False
   * by default.
   */
  readonly baselines?: boolean
  /** Called repeatedly with the number of samples scored so far and the total number of samples in all sets. */
  readonly onEvaluation?: (done: number, samples: number) => void
}

const optionNames = namesOf<EvaluateOptions>({
  ...machineChoice,
  data: true,
  weights: true,
  loss: true,
  huberDelta: true,
  standardize: true,
  standardizeTargets: true,
  statistics: true,
  baselines: true,
  onEvaluation: true,
})

/** Scores of a network on each set of a data set, and the baselines if the caller asked for baselines. */
export interface Evaluated extends SetScores {
  readonly baselines?: Baselines
}

/**
 * Computes the loss and the error of trained weights on the whole training, test and validation sets of a data set:
 * `evaluate(network, { data, weights: run.weights, statistics: run.statistics })`.
 *
 * Throws a `network`, `weights` or `data` error if the network, the weights and the data don't fit each other, or if
 * labels are missing. Throws an `option` error if an option is unknown or invalid, and a `memory` error if a batch
 * doesn't fit into memory.
 */
export async function evaluate(network: Network, options: EvaluateOptions): Promise<Evaluated> {
  checkTrainedCall(options ?? {}, optionNames)
  checkMachineChoice(options)
  const {
    data,
    weights,
    statistics,
    onEvaluation,
    baselines: asks,
    ...given
  } = withCurrentNames(options, warnOfOldName)
  const { loss, huberDelta, standardize, standardizeTargets } = given
  createBlueprint(network, data.shape)
  const asked = { loss, huberDelta, standardize, standardizeTargets }
  const settings = resolveOptions(asked, data.train.count, taskOf(data))
  const { blueprint } = absorbSigmoid(network, data.shape, settings.loss)
  checkOutputs(blueprint, data, settings.loss)
  checkLabeled(data)
  checkWeights(blueprint, weights)
  return withMachine(options, async (machine) => {
    const backend = await machine.backend()
    const standardizer = standardizerFor(data, settings, statistics)
    if (needsUnitTargets(data, settings)) checkUnitTargets(data, standardizer)
    const scores = await evaluateSets({ blueprint, data, settings, backend, onEvaluation }, standardizer, weights)
    const baselines = asks ? await baselinesOf({ data, settings, code: codeOf(blueprint), backend }) : undefined
    return baselines === undefined ? scores : { ...scores, baselines }
  })
}
