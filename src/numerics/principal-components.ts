/** Principal components (Pearson 1901): the directions in which rows vary most. */
import { createRandom } from '../support/random.ts'
import type { Matrix } from './ridge.ts'

export interface PrincipalComponents {
  /** Mean of each column. */
  readonly mean: Float64Array
  /** [count, width] matrix of directions of length 1 that are orthogonal to each other. */
  readonly directions: Float64Array
}

/** Number of multiplications of the directions by the covariance matrix. */
export const covarianceProducts = 8

/**
 * Returns directions that span nearly the same space as the first `count` principal components, by orthogonal iteration
 * (Golub & Van Loan 2013, section 8.2.4). `count` is at most the number of rows and the number of columns. `pause` is
 * called after each product with the covariance matrix.
 */
export async function principalComponents(
  { rows, width, values }: Matrix,
  count: number,
  pause: () => Promise<void>,
): Promise<PrincipalComponents> {
  const mean = new Float64Array(width)
  for (let at = 0; at < values.length; at++) mean[at % width] += values[at] / rows
  const centered = values.map((value, at) => value - mean[at % width])
  const random = createRandom(0, 'principal components')
  let directions = Float64Array.from({ length: count * width }, () => random.normal())
  orthonormalize(directions, count, width)
  for (let product = 0; product < covarianceProducts; product++) {
    directions = timesCovariance(centered, rows, width, directions, count)
    orthonormalize(directions, count, width)
    await pause()
  }
  return { mean, directions }
}

/** Multiplies each direction by X'X, for the centered rows X. */
function timesCovariance(
  centered: Float64Array,
  rows: number,
  width: number,
  directions: Float64Array,
  count: number,
): Float64Array<ArrayBuffer> {
  const result = new Float64Array(directions.length)
  for (let row = 0; row < rows; row++) {
    const start = row * width
    for (let index = 0; index < count; index++) {
      const from = index * width
      let share = 0
      for (let column = 0; column < width; column++) share += centered[start + column] * directions[from + column]
      for (let column = 0; column < width; column++) result[from + column] += share * centered[start + column]
    }
  }
  return result
}

/** Smallest fraction of its length that a direction keeps when earlier directions are subtracted. */
const leastRest = 1e-8

/**
 * Makes the directions orthogonal and of length 1, by Gram and Schmidt's method, twice for precision. A direction that
 * depends on earlier directions becomes 0.
 */
function orthonormalize(directions: Float64Array, count: number, width: number): void {
  for (let index = 0; index < count; index++) {
    const own = directions.subarray(index * width, (index + 1) * width)
    const before = lengthOf(own)
    for (let other = 0; other < 2 * index; other++) {
      const earlier = directions.subarray((other % index) * width, ((other % index) + 1) * width)
      const share = dot(own, earlier)
      for (let column = 0; column < width; column++) own[column] -= share * earlier[column]
    }
    const rest = lengthOf(own)
    const factor = rest > leastRest * before ? 1 / rest : 0
    for (let column = 0; column < width; column++) own[column] *= factor
  }
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0
  for (let at = 0; at < one.length; at++) sum += one[at] * other[at]
  return sum
}

const lengthOf = (vector: Float64Array): number => Math.sqrt(dot(vector, vector))
