/** Linear algebra for probes, on small dense matrices in float64. A matrix is stored row by row in one array. */
import { symmetricEigenvalues } from './eigenvalues.ts'
import { largestMagnitude } from './norm.ts'

export { symmetricEigenvalues } from './eigenvalues.ts'

/** The Gram matrix [rows, rows], which holds the inner products of all pairs of rows of a matrix [rows, columns]. */
export function gramOfRows(values: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const gram = new Float64Array(rows * rows)
  for (let row = 0; row < rows; row++) {
    for (let other = 0; other <= row; other++) {
      let sum = 0
      for (let at = row * columns, from = other * columns, end = at + columns; at < end; at++, from++) {
        sum += values[at] * values[from]
      }
      gram[row * rows + other] = sum
      gram[other * rows + row] = sum
    }
  }
  return gram
}

/**
 * The singular values of a matrix [rows, columns], largest first. The number of singular values is the smaller of rows
 * and columns. Each singular value is the square root of an eigenvalue of the smaller of the two Gram matrices. A
 * singular value below about 1e-8 of the largest singular value is lost in rounding and given as 0. All singular values
 * are NaN if a value of the matrix isn't finite.
 */
export function singularValues(values: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const largest = largestMagnitude(values)
  const size = Math.min(rows, columns)
  if (!Number.isFinite(largest)) return new Float64Array(size).fill(Number.NaN)
  if (largest === 0) return new Float64Array(size)
  const [across, along] = rows <= columns ? [columns, 1] : [1, columns]
  const longest = Math.max(rows, columns)
  const scaled = new Float64Array(rows * columns)
  for (let row = 0, to = 0; row < size; row++) {
    for (let index = 0; index < longest; index++, to++) scaled[to] = values[row * across + index * along] / largest
  }
  const eigenvalues = symmetricEigenvalues(gramOfRows(scaled, size, longest), size)
  const rounding = eigenvalues[0] * Number.EPSILON * longest
  return eigenvalues.map((value) => (value > rounding ? Math.sqrt(value) * largest : 0))
}

/**
 * The solution X [size, count] of A X = B for a symmetric positive definite matrix A [size, size] and B [size, count],
 * by Cholesky's factorization. All values of X are NaN if A isn't positive definite up to rounding in float64. A and B
 * aren't changed.
 */
export function solvePositive(
  matrix: ArrayLike<number>,
  size: number,
  rightSides: ArrayLike<number>,
  count: number,
): Float64Array {
  const solution = Float64Array.from(rightSides)
  const factor = choleskyFactor(matrix, size)
  if (factor === undefined) return solution.fill(Number.NaN)
  for (let row = 0; row < size; row++) {
    for (let other = 0; other < row; other++) subtractRow(solution, count, row, other, factor[row * size + other])
    divideRow(solution, count, row, factor[row * size + row])
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let other = row + 1; other < size; other++) {
      subtractRow(solution, count, row, other, factor[other * size + row])
    }
    divideRow(solution, count, row, factor[row * size + row])
  }
  return solution
}

/** The lower triangular matrix L with L L' = A. The result is undefined if A isn't positive definite. */
function choleskyFactor(matrix: ArrayLike<number>, size: number): Float64Array | undefined {
  const factor = new Float64Array(size * size)
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let rest = matrix[row * size + column]
      for (let at = row * size, from = column * size, end = at + column; at < end; at++, from++) {
        rest -= factor[at] * factor[from]
      }
      if (column < row) factor[row * size + column] = rest / factor[column * size + column]
      // The condition is written so that NaN doesn't count as positive.
      else if (!(rest > 0)) return undefined
      else factor[row * size + row] = Math.sqrt(rest)
    }
  }
  return factor
}

function subtractRow(values: Float64Array, width: number, row: number, other: number, factor: number): void {
  for (let at = row * width, from = other * width, end = at + width; at < end; at++, from++) {
    values[at] -= factor * values[from]
  }
}

function divideRow(values: Float64Array, width: number, row: number, divisor: number): void {
  for (let at = row * width, end = at + width; at < end; at++) values[at] /= divisor
}
