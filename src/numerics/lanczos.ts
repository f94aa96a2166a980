/** The largest eigenvalue of a symmetric matrix of which only products with vectors are known. */

import { symmetricEigenvalues } from './linear-algebra.ts'
import { euclideanNorm } from './norm.ts'

export interface LanczosOptions {
  readonly iterations: number
  /** How near some eigenvalue must be to the value, relative to the largest magnitude. */
  readonly tolerance: number
}

export interface LargestEigenvalue {
  /** The largest algebraically, from below; NaN where products aren't finite. */
  readonly value: number
  /** How many products it took. */
  readonly iterations: number
  readonly converged: boolean
}

/**
 * Lanczos's method (Golub & Van Loan, algorithm 10.1.1): the matrix on the space of start, A start, A^2 start, ... is
 * tridiagonal, and its largest eigenvalue tends to A's faster than power iteration, also where a negative one is as large.
 * It takes three vectors. They don't stay orthogonal in rounding; that repeats eigenvalues, and makes no false ones (Paige
 * 1980).
 */
export async function lanczos(
  product: (vector: Float64Array) => Promise<Float64Array>,
  start: Float64Array,
  { iterations, tolerance }: LanczosOptions,
): Promise<LargestEigenvalue> {
  const diagonal: number[] = []
  const beside: number[] = []
  let before: Float64Array = start.map(() => 0)
  let current: Float64Array = over(start, euclideanNorm([start]))
  let known: ArrayLike<number> = []
  for (;;) {
    const image = await product(current)
    const last = beside.at(-1) ?? 0
    const own = inner(current, image)
    const next = image.map((value, index) => value - own * current[index] - last * before[index])
    const length = euclideanNorm([next])
    diagonal.push(own)
    const values = symmetricEigenvalues(tridiagonal(diagonal, beside), diagonal.length)
    const [value] = values
    const largest = Math.max(Math.abs(value), Math.abs(values[values.length - 1]))
    const converged = length * lastComponent(values, known) <= tolerance * largest
    if (converged || diagonal.length >= iterations || !Number.isFinite(length)) {
      return { value: Number.isFinite(length) ? value : Number.NaN, iterations: diagonal.length, converged }
    }
    known = values
    beside.push(length)
    before = current
    current = over(next, length)
  }
}

const over = (vector: Float64Array, length: number): Float64Array => vector.map((value) => value / length)

const inner = (one: Float64Array, other: Float64Array): number =>
  one.reduce((sum, value, index) => sum + value * other[index], 0)

function tridiagonal(diagonal: readonly number[], beside: readonly number[]): Float64Array {
  const size = diagonal.length
  const matrix = new Float64Array(size * size)
  diagonal.forEach((value, index) => {
    matrix[index * size + index] = value
  })
  beside.forEach((value, index) => {
    matrix[index * size + index + 1] = value
    matrix[(index + 1) * size + index] = value
  })
  return matrix
}

/**
 * The last component of the largest eigenvalue's eigenvector, from the eigenvalues of a tridiagonal matrix and those of the
 * one without its last row (Parlett 1998, theorem 7.9.2); these lie between the others, so that each ratio is at most 1. The
 * next off-diagonal element times it is the residual |Ax - value x|.
 */
function lastComponent(values: ArrayLike<number>, without: ArrayLike<number>): number {
  let square = 1
  for (let index = 0; index < without.length; index++) {
    const above = values[0] - without[index]
    // An eigenvalue that is there twice was found before.
    if (!(above > 0)) return 0
    square *= Math.min(1, above / (values[0] - values[index + 1]))
  }
  return Math.sqrt(square)
}
