/** What the generators share. Every sample has a random stream of its own, so a larger set begins with a smaller one. */

import { checkOptions } from '../support/check-options.ts'
import { IsobathError } from '../support/errors.ts'
import { createRandom, type Random } from '../support/random.ts'

/** How many samples to generate, and from which seed. */
export interface GeneratorOptions {
  readonly seed?: number
  readonly train?: number
  readonly test?: number
}

/**
 * Throws a `data` error unless these are options of the generator: those that all have, and its own. A misspelt one would
 * be ignored, and the usual set be taken for the one that was meant.
 */
export function checkGeneratorOptions(name: string, options: unknown, own: readonly string[] = []): void {
  checkOptions(name, options, { code: 'data', known: ['seed', 'train', 'test', ...own], example: '{ train: 1000 }' })
}

/** Labels are bytes. */
export const LARGEST_CLASS_COUNT = 256

/** The most values of a generated set: a gigabyte of them is a slip of the finger, not a wish. */
const LARGEST_SET = 2 ** 30

/** Throws a `data` error unless `count` samples of `size` values can be generated. */
export function checkCount(what: string, count: number, size: number): void {
  checkWhole(what, count, 1, Math.floor(LARGEST_SET / size))
}

/** Throws a `data` error unless `value` is a whole number from low to high. */
export function checkWhole(what: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return
  throw new IsobathError('data', `${what}: expected a whole number from ${low} to ${high}, got ${value}.`)
}

/** Throws a `data` error unless `value` lies in [low, high]. */
export function checkRange(what: string, value: number, low: number, high: number): void {
  if (value >= low && value <= high) return
  throw new IsobathError('data', `${what}: expected a number from ${low} to ${high}, got ${value}.`)
}

/** Throws an `option` error unless `value` is a fraction above 0 and below 1. */
export function checkFraction(what: string, value: number): void {
  if (value > 0 && value < 1) return
  throw new IsobathError('option', `${what}: expected a number above 0 and below 1, got ${value}.`)
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
