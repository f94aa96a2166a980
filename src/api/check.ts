/**
 * Checks a network, its data and its settings before any training, and returns the faults that can be read off them.
 */
import { checkAugmentation } from '../data/augment.ts'
import { checkLabeled, type Dataset, taskOf } from '../data/dataset.ts'
import type { Fact } from '../facts/fact.ts'
import { factsOf, rawFactsOf } from '../facts/facts.ts'
import type { Network } from '../network/network.ts'
import { absorbSigmoid } from '../settings/absorb-sigmoid.ts'
import { resolveOptions, settingsFor, type TrainingSettings } from '../settings/options.ts'
import { type TrainingOptions, training } from '../settings/training.ts'
import { checkEarlyStopping } from '../training/best-weights.ts'
import { checkTask } from '../training/check-task.ts'
import { checkCall, namesOf } from './check-call.ts'

/** Options of `check`: the data, and the options of the training to check. */
export interface CheckOptions extends TrainingOptions {
  /** The data set to train and test on: `glyphs()`, `dataset({ inputs, labels })`, or the result of `loadDataset`. */
  readonly data: Dataset
}

/** The result of a check. */
export interface Checked {
  /** The faults that were found, in the order in which to mend them. Empty if nothing stands out. */
  readonly facts: readonly Fact[]
  /**
   * Faults in the scale of the data set's own inputs and targets that the standardization of the training removes.
   * Another program that takes the data as they are has these faults.
   */
  readonly removed: readonly Fact[]
  /** Settings of the checked training, with all defaults resolved. */
  readonly settings: TrainingSettings
}

const optionNames = namesOf<CheckOptions>({ ...training, data: true })

/**
 * Reads off a network, its data and its settings which faults a training would have, without any training:
 * `check(network, { data: glyphs(), loss: 'squared-error' })`. A fault is a suspect. A training without the fault
 * confirms the suspect. The check reads about a million input values of a large data set, and takes less than a second.
 *
 * Throws an IsobathError with one of the codes that `train` throws before a training: `network`, `data` or `option`. A
 * network with a single output for several classes is a fact and no error.
 */
export function check(given: Network, options: CheckOptions): Checked {
  checkCall(options ?? {}, optionNames)
  const { data, ...asked } = options
  checkLabeled(data)
  const resolved = resolveOptions(asked, data.train.count, taskOf(data))
  const { blueprint } = absorbSigmoid(given, data.shape, resolved.loss)
  const settings = settingsFor(blueprint, resolved)
  checkAugmentation(settings.augment, data)
  checkEarlyStopping(settings, data)
  const subject = { blueprint, data, settings, asked }
  const facts = factsOf(subject)
  // A training refuses a network with a single output for several classes. The fact says more than the error.
  if (!facts.some(({ fact }) => fact === 'single-output-for-classes')) checkTask(blueprint, data, settings)
  return { facts, removed: rawFactsOf(subject), settings }
}
