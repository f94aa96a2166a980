/** Checks the arguments of public functions at run time, because in plain JavaScript no compiler checks them. */
import { checkSamples } from '../data/check-samples.ts'
import { describeValue } from '../support/describe-value.ts'
import { IsobathError } from '../support/errors.ts'
import { checkNames, pickOptions } from '../support/fields.ts'
import { neededWeights, sharedOptions } from './call-options.ts'
import { machineChoice } from './with-machine.ts'

/**
 * Lists the names of a function's options. A call of `namesOf` doesn't compile if the argument lacks an option of the
 * function.
 */
export const namesOf = <Options extends object>(options: Readonly<Record<keyof Options, unknown>>): readonly string[] =>
  Object.keys(options)

const toOptimizer = (example: string): string => `Give this option to the optimizer, such as momentum(${example}).`
/** Advice, in error messages, for options of the optimizer that a caller gave as options of the training. */
const ofOptimizer: Readonly<Record<string, string>> = {
  rate: toOptimizer('{ rate: 0.1 }'),
  lr: toOptimizer('{ rate: 0.1 }'),
  learningRate: toOptimizer('{ rate: 0.1 }'),
  momentum: toOptimizer('{ momentum: 0.9 }'),
  weightDecay: toOptimizer('{ weightDecay: 0.0001 }'),
}

/**
 * Checks the names of all options of a function, and the values of all options except the training settings. `names`:
 * the names of the function's options. `remedies`: advice for options of other functions. Throws an `option` error if
 * an option is unknown or invalid, and a `data` error if the samples contradict their data set.
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

/** Checks the options of a function as `checkCall` does, and requires the option `weights`. */
export function checkTrainedCall(options: object, names: readonly string[]): void {
  checkCall(options, names)
  pickOptions(neededWeights, options)
}

/** Throws an `option` error unless the seeds are different whole numbers of at least 0. */
export function checkSeeds(seeds: unknown): void {
  checkNumbers('seeds', seeds, 0, '[0, 1, 2]')
}

/** Throws an `option` error unless `numbers` is a list of different whole numbers of at least `least`. */
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

/**
 * Throws an `option` error unless `path` is a text that is not empty. `verb`: the name of the called function, with
 * which the error message begins.
 */
export function checkPath(verb: string, path: unknown): void {
  if (typeof path === 'string' && path !== '') return
  throw new IsobathError('option', `${verb}: expected a path, got ${describeValue(path)}.`)
}

/** Throws an `option` error unless the time budget is a number of seconds above 0. */
export function checkBudget(budget: unknown): void {
  if (typeof budget === 'number' && budget > 0) return
  throw new IsobathError('option', `budget: expected seconds above 0, got ${describeValue(budget)}.`)
}
