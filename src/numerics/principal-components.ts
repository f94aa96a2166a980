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
  // Directions of 0 fill the last group of directions.
  const length = Math.ceil(count / together) * together * width
  let directions = Float64Array.from({ length }, (_, at) => (at < count * width ? random.normal() : 0))
  orthonormalize(directions, count, width)
  for (let product = 0; product < covarianceProducts; product++) {
    directions = timesCovariance(centered, width, directions)
    orthonormalize(directions, count, width)
    await pause()
  }
  return { mean, directions: directions.slice(0, count * width) }
}

/** Directions that are multiplied together, so that each value of a row is read once for several directions. */
const together = 4

/** Multiplies each direction by X'X, for the centered rows X. The number of directions is a multiple of `together`. */
function timesCovariance(centered: Float64Array, width: number, directions: Float64Array): Float64Array<ArrayBuffer> {
  const result = new Float64Array(directions.length)
  for (let start = 0; start < centered.length; start += width) {
    for (let from = 0; from < directions.length; from += together * width) {
      addProducts(centered, start, width, directions, from, result)
    }
  }
  return result
}

/** Adds the products of one row with four directions, times the row, to the result. */
function addProducts(
  centered: Float64Array,
  start: number,
  width: number,
  directions: Float64Array,
  from: number,
  result: Float64Array,
): void {
  const [second, third, fourth] = [from + width, from + 2 * width, from + 3 * width]
  let [one, two, three, four] = [0, 0, 0, 0]
  for (let column = 0; column < width; column++) {
    const value = centered[start + column]
    one += value * directions[from + column]
    two += value * directions[second + column]
    three += value * directions[third + column]
    four += value * directions[fourth + column]
  }
  for (let column = 0; column < width; column++) {
    const value = centered[start + column]
    result[from + column] += one * value
    result[second + column] += two * value
    result[third + column] += three * value
    result[fourth + column] += four * value
  }
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
