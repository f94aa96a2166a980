/** What the generators share. Every sample has a random stream of its own, so a larger set begins with a smaller one. */
import { checkOptions } from '../support/check-options.ts'
import { IsobathError } from '../support/errors.ts'
import { type Fields, field, type Input, type Output, pickOptions, withDefaults } from '../support/fields.ts'
import { count, whole, within } from '../support/kinds.ts'
import { createRandom, type Random } from '../support/random.ts'

/** Labels are bytes. */
const LARGEST_CLASS_COUNT = 256

/** The most values of a generated set: a gigabyte of them is a slip of the finger, not a wish. */
const LARGEST_SET = 2 ** 30

const mostSamples = (values: number): number => Math.floor(LARGEST_SET / values)

/**
 * The options that every generator has, with its usual sizes: how many samples to generate, and from which seed. `values`: of a
 * sample, at least.
 */
export function sizes(train: number, test: number, values: number) {
  const kind = whole(1, mostSamples(values))
  return {
    train: field(kind, { default: train, help: 'training samples' }),
    test: field(kind, { default: test, help: 'test samples' }),
    seed: field(count(0), { default: 0, help: 'chooses the samples' }),
  } satisfies Fields
}

/** How many classes a generator makes. */
export const classCount = (usual: number) =>
  field(whole(2, LARGEST_CLASS_COUNT), { default: usual, help: 'how many classes' })

/** How many values a sample of a generator has. */
export const featureCount = (usual: number) => field(whole(1, 4096), { default: usual, help: 'values of a sample' })

/** The normal noise on every value. */
export const noiseLevel = (most: number, usual: number) =>
  field(within(0, most), { default: usual, help: 'deviation of the normal noise on every value' })

/** Options of every generator. */
export type GeneratorOptions = Input<ReturnType<typeof sizes>>

/**
 * What a generator goes by: its options, checked, with its defaults. Throws a `data` error on a name that it doesn't have: a
 * misspelled one would be ignored, and the usual set be taken for the one that was meant.
 */
export function generatorSettings<F extends Fields>(name: string, table: F, options: Input<F>): Output<F> {
  checkOptions(name, options, { code: 'data', known: Object.keys(table), example: '{ train: 1000 }' })
  return withDefaults(table, pickOptions(table, options, { name, code: 'data' }))
}

/** Throws a `data` error unless `count` samples of `size` values can be generated, where an option says how many values. */
export function checkCount(what: string, count: number, size: number): void {
  checkWhole(what, count, 1, mostSamples(size))
}

/** Throws a `data` error unless `value` is a whole number from low to high. */
export function checkWhole(what: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return
  throw new IsobathError('data', `${what}: expected a whole number from ${low} to ${high}, got ${value}.`)
}

/** A number in [low, high). */
export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random.uniform()
}

/** Labels of which every run of `classes` samples holds each class once, in random order. */
export function balancedLabels(count: number, classes: number, seed: number, ...keys: (string | number)[]): Uint8Array {
  const labels = new Uint8Array(count)
  for (let start = 0; start < count; start += classes) {
    const order = createRandom(seed, ...keys, 'labels', start).permutation(classes)
    labels.set(order.subarray(0, count - start), start)
  }
  return labels
}
