/** The largest eigenvalue of a symmetric matrix that is given only by its products with vectors. */
import { symmetricEigenvalues } from './linear-algebra.ts'
import { euclideanNorm } from './norm.ts'

export interface LanczosOptions {
  /**
   * Largest number of iterations of Lanczos's method. Each iteration computes one product of the matrix and a vector.
   */
  readonly iterations: number
  /**
   * Largest distance between the result and an eigenvalue at convergence, relative to the largest magnitude of the
   * eigenvalues.
   */
  readonly tolerance: number
}

export interface LargestEigenvalue {
  /**
   * Estimate of the algebraically largest eigenvalue. The estimate approaches the eigenvalue from below. The estimate
   * is NaN if a product of the matrix and a vector isn't finite.
   */
  readonly value: number
  /** Number of products of the matrix and a vector that were computed. */
  readonly iterations: number
  /** Whether the tolerance was reached. */
  readonly converged: boolean
}

/**
 * The largest eigenvalue of a symmetric matrix A by Lanczos's method (Golub & Van Loan, algorithm 10.1.1). In an
 * orthonormal basis of the vectors start, A start, A^2 start and so on, A becomes a tridiagonal matrix. The largest
 * eigenvalue of the tridiagonal matrix converges to A's largest eigenvalue, faster than power iteration does, even if a
 * negative eigenvalue has the same magnitude. The method stores only three vectors at a time. Rounding makes the
 * vectors lose their orthogonality. The loss of orthogonality repeats eigenvalues but creates no false eigenvalues
 * (Paige 1980).
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
 * The last component of the unit eigenvector for the largest eigenvalue of a tridiagonal matrix (Parlett 1998, theorem
 * 7.9.2). `values` are the eigenvalues of the tridiagonal matrix, and `without` are the eigenvalues of the matrix
 * without its last row and column. The eigenvalues in `without` lie between the eigenvalues in `values`, so that each
 * ratio of differences is at most 1. The residual |Ax - value x| of an eigenvalue is the last component times the next
 * off-diagonal element.
 */
function lastComponent(values: ArrayLike<number>, without: ArrayLike<number>): number {
  let square = 1
  for (let index = 0; index < without.length; index++) {
    const above = values[0] - without[index]
    // If an iteration doesn't change the largest eigenvalue, an earlier iteration has already found the largest
    // eigenvalue.
    if (!(above > 0)) return 0
    square *= Math.min(1, above / (values[0] - values[index + 1]))
  }
  return Math.sqrt(square)
}
