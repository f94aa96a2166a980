/** Comparison of the results of two backends. */
import type { Outcome } from './problems.ts'

/** Whether two numbers are equal, including NaN. -0 equals 0, because masked and computed zeros may differ in sign. */
const same = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b))

/**
 * The largest difference between two tensors. The value is NaN if only one tensor has a NaN or an infinity at some
 * index.
 */
export function largestDifference(actual: Float64Array, expected: Float64Array): number {
  if (actual.length !== expected.length) return Number.NaN
  return expected.reduce((worst, value, index) => {
    const difference = same(actual[index], value) ? 0 : Math.abs(actual[index] - value)
    return Math.max(difference, worst)
  }, 0)
}

export const largestSize = (values: Float64Array): number =>
  values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)

/** The largest difference of two elements, relative to the size of the element or to 1, and the index of the element. */
export function worstElement(actual: Float64Array, expected: Float64Array): { index: number; difference: number } {
  let worst = { index: 0, difference: 0 }
  expected.forEach((value, index) => {
    if (same(actual[index], value)) return
    const difference = Math.abs(actual[index] - value) / Math.max(1, Math.abs(value))
    // A NaN is worse than any number, and the first NaN stays.
    if (!(difference <= worst.difference) && !Number.isNaN(worst.difference)) worst = { index, difference }
  })
  return worst
}

/**
 * Lists each tensor that differs by more than `tolerance` times its largest element. If the largest element is smaller
 * than `floor`, `floor` is used instead, because a tensor of zeros contains only rounding errors.
 */
export function differences(actual: Outcome, expected: Outcome, tolerance: number, floor = 0.1): string[] {
  const found: string[] = []
  const compare = (name: string, a: Float64Array, b: Float64Array): void => {
    const difference = largestDifference(a, b)
    const size = Math.max(floor, largestSize(b))
    if (!(difference <= tolerance * size))
      found.push(`${name}: ${difference.toExponential(1)} of ${size.toPrecision(3)}`)
  }
  if (actual.finished !== expected.finished) found.push(`${actual.finished} steps, not ${expected.finished}`)
  compare('losses', actual.losses, expected.losses)
  for (const [name, values] of expected.values) compare(name, actual.values.get(name) ?? new Float64Array(), values)
  return found
}

/** Returns the whole outcome as text that differs if any bit differs. */
export function bitsOf({ finished, losses, values }: Outcome): string {
  const hexadecimal = (numbers: Float64Array): string => Buffer.from(numbers.buffer).toString('base64')
  return [
    finished,
    hexadecimal(losses),
    ...[...values].map(([name, numbers]) => `${name} ${hexadecimal(numbers)}`),
  ].join('\n')
}
