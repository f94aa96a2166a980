/** What the verbs were called with, checked: callers in plain JavaScript have no compiler to tell them. */
import { checkSamples } from '../data/check-samples.ts'
import { describeValue } from '../support/describe-value.ts'
import { IsobathError } from '../support/errors.ts'
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

/** Throws an `option` error. */
export function checkSeeds(seeds: unknown): void {
  checkNumbers('seeds', seeds, 0, '[0, 1, 2]')
}

/** Throws an `option` error unless these are different whole numbers of at least `least`. */
export function checkNumbers(key: string, numbers: unknown, least: number, example: string): void {
  const isRight = (value: unknown): boolean =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least
  const isList = Array.isArray(numbers) && numbers.length > 0 && numbers.every(isRight)
  if (isList && new Set(numbers).size === numbers.length) return
  const isShown = Array.isArray(numbers) && numbers.length > 0 && numbers.length <= 20
  const found = isShown ? `[${numbers.map(describeValue).join(', ')}]` : describeValue(numbers)
  throw new IsobathError(
    'option',
    (option) =>
      `${option(key)}: expected different whole numbers of at least ${least}, such as ${example}, got ${found}.`,
  )
}

/** Throws an `option` error unless this is a path. `verb`: whose folder or file it is. */
export function checkPath(verb: string, path: unknown): void {
  if (typeof path === 'string' && path !== '') return
  throw new IsobathError('option', `${verb}: expected a path, got ${describeValue(path)}.`)
}
