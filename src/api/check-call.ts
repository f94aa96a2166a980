/** What the verbs were called with, checked: callers in plain JavaScript have no compiler to tell them. */
import { checkSamples } from '../data/check-samples.ts'
import { checkNames, pickOptions } from '../support/fields.ts'
import { neededWeights, sharedOptions } from './call-options.ts'
import { machineChoice } from './with-machine.ts'

/** The names of a verb's options. It takes all of them: where one is missing, it doesn't compile. */
export const namesOf = <Options extends object>(options: Readonly<Record<keyof Options, unknown>>): readonly string[] =>
  Object.keys(options)

const toOptimizer = (example: string): string => `Give it to the optimizer, such as momentum(${example}).`

/** Options of the optimizer, as people look for them among those of the training. */
const ofOptimizer: Readonly<Record<string, string>> = {
  rate: toOptimizer('{ rate: 0.1 }'),
  lr: toOptimizer('{ rate: 0.1 }'),
  learningRate: toOptimizer('{ rate: 0.1 }'),
  momentum: toOptimizer('{ momentum: 0.9 }'),
  weightDecay: toOptimizer('{ weightDecay: 0.0001 }'),
}

/**
 * Checks the options of a verb beside those of the training, and the names of all. Throws an `option` error, and a `data`
 * error where the samples aren't what the data set says. `names`: the verb's options. `remedies`: what to do about options of
 * other verbs.
 */
export function checkCall(
  options: object,
  names: readonly string[],
  remedies: Readonly<Record<string, string>> = {},
): void {
  checkNames(names, options, { ...(names.includes('optimizer') ? ofOptimizer : {}), ...remedies })
  const { data } = pickOptions({ ...sharedOptions, ...machineChoice }, options)
  checkSamples(data)
}

/** The same, where weights can't be left out. */
export function checkTrainedCall(options: object, names: readonly string[]): void {
  checkCall(options, names)
  pickOptions(neededWeights, options)
}
