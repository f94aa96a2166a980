/** What the verbs were called with, checked: callers in plain JavaScript have no compiler to tell them. */
import { checkSamples } from '../data/check-samples.ts'
import { pickOptions } from '../support/fields.ts'
import { neededWeights, sharedOptions } from './call-options.ts'
import { machineChoice } from './with-machine.ts'

/**
 * Checks the options of a verb beside those of the training. Throws an `option` error, and a `data` error where the samples
 * aren't what the data set says.
 */
export function checkCall(options: object): void {
  const { data } = pickOptions({ ...sharedOptions, ...machineChoice }, options)
  checkSamples(data)
}

/** The same, where weights can't be left out. */
export function checkTrainedCall(options: object): void {
  checkCall(options)
  pickOptions(neededWeights, options)
}
