/**
 * Code that the generators of all generated data sets share. Every generated sample has its own random stream, so a
 * larger set begins with the samples of a smaller set.
 */
import { checkOptions } from '../support/check-options.ts'
import { IsobathError } from '../support/errors.ts'
import { type Fields, field, type Input, type Output, pickOptions, withDefaults } from '../support/fields.ts'
import { count, whole, within } from '../support/kinds.ts'
import { createRandom, type Random } from '../support/random.ts'

/** Largest number of classes of a generated set, because labels are bytes. */
const LARGEST_CLASS_COUNT = 256

/**
 * Largest number of values of a generated set. A request for a generated set of more than a gigabyte is most likely a
 * typing error.
 */
const LARGEST_SET = 2 ** 30

const mostSamples = (values: number): number => Math.floor(LARGEST_SET / values)

/**
 * The options that every generator has, with their default sizes. `values` is the smallest possible number of values of
 * a sample.
 */
export function sizes(train: number, test: number, values: number) {
  const kind = whole(1, mostSamples(values))
  return {
    train: field(kind, { default: train, help: 'number of training samples' }),
    test: field(kind, { default: test, help: 'number of test samples' }),
    seed: field(count(0), { default: 0, help: 'seed of the samples' }),
  } satisfies Fields
}

/** The option for the number of classes. `usual` is the default number of classes. */
export const classCount = (usual: number) =>
  field(whole(2, LARGEST_CLASS_COUNT), { default: usual, help: 'number of classes' })

/** The option for the number of values of a sample. `usual` is the default number of values. */
export const featureCount = (usual: number) =>
  field(whole(1, 4096), { default: usual, help: 'number of values of a sample' })

/**
 * The option for the normally distributed noise on every value. `most` is the largest standard deviation of the noise,
 * and `usual` is the default.
 */
export const noiseLevel = (most: number, usual: number) =>
  field(within(0, most), { default: usual, help: 'standard deviation of the normal noise on every value' })

/** Options that every generator accepts. */
export type GeneratorOptions = Input<ReturnType<typeof sizes>>

/**
 * Checks the options of a generator and fills in its defaults. Throws a `data` error for an unknown option name. If a
 * misspelled option name were ignored, the default data set could be mistaken for the intended data set.
 */
export function generatorSettings<F extends Fields>(name: string, table: F, options: Input<F>): Output<F> {
  checkOptions(name, options, { code: 'data', known: Object.keys(table), example: '{ train: 1000 }' })
  return withDefaults(table, pickOptions(table, options, { name, code: 'data' }))
}

/**
 * Throws a `data` error unless `count` samples of `size` values can be generated. Only generators with an option for
 * the number of values of a sample need `checkCount`.
 */
export function checkCount(what: string, count: number, size: number): void {
  checkWhole(what, count, 1, mostSamples(size))
}

/** Throws a `data` error unless `value` is a whole number from low to high. */
export function checkWhole(what: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return
  throw new IsobathError('data', `${what}: expected a whole number from ${low} to ${high}, got ${value}.`)
}

/** Returns a random number in [low, high). */
export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random.uniform()
}

/** Returns balanced labels in random order. Each group of `classes` successive samples holds each class once. */
export function balancedLabels(count: number, classes: number, seed: number, ...keys: (string | number)[]): Uint8Array {
  const labels = new Uint8Array(count)
  for (let start = 0; start < count; start += classes) {
    const order = createRandom(seed, ...keys, 'labels', start).permutation(classes)
    labels.set(order.subarray(0, count - start), start)
  }
  return labels
}
