/** The eigenvalues of symmetric matrices. */
import { largestMagnitude } from './norm.ts'

/**
 * Threshold below which values count as 0 in a matrix whose largest value is 1. Squares of smaller values may
 * underflow.
 */
const negligible = 2 ** -500

/**
 * The eigenvalues of a symmetric matrix [size, size], largest first. Each eigenvalue has a rounding error that is
 * relative to the largest magnitude of all eigenvalues. All eigenvalues are NaN if a value of the matrix isn't finite.
 * The method is Householder's reduction to a tridiagonal matrix, followed by implicit QL steps (Dubrulle, Martin &
 * Wilkinson 1968; Golub & Van Loan, section 8.3). The argument `matrix` isn't changed.
 */
export function symmetricEigenvalues(matrix: ArrayLike<number>, size: number): Float64Array {
  const largest = largestMagnitude(matrix)
  if (!Number.isFinite(largest)) return new Float64Array(size).fill(Number.NaN)
  if (largest === 0) return new Float64Array(size)
  const scaled = Float64Array.from({ length: size * size }, (_, index) => matrix[index] / largest)
  const { diagonal, beside } = tridiagonal(scaled, size)
  reduceByQl(diagonal, beside)
  return diagonal
    .map((value) => value * largest)
    .sort()
    .reverse()
}

/**
 * A tridiagonal matrix with the same eigenvalues as `a`. `beside[k]` is the value beside the diagonal in row k and
 * column k + 1. The function overwrites `a`.
 */
function tridiagonal(a: Float64Array, size: number): { diagonal: Float64Array; beside: Float64Array } {
  const diagonal = new Float64Array(size)
  const beside = new Float64Array(size)
  const v = new Float64Array(size)
  for (let column = 0; column < size - 1; column++) {
    diagonal[column] = a[column * size + column]
    beside[column] = reflect(a, size, column, v)
  }
  diagonal[size - 1] = a[size * size - 1]
  return { diagonal, beside }
}

/**
 * Reflects the rows and columns after `column` so that only the first value below the diagonal of the column may be
 * nonzero. Returns the first value below the diagonal. `v` is working memory for the normal vector of the reflection.
 */
function reflect(a: Float64Array, size: number, column: number, v: Float64Array): number {
  const first = column + 1
  let rest = 0
  for (let row = first; row < size; row++) {
    v[row] = a[row * size + column]
    if (row > first) rest += v[row] * v[row]
  }
  const head = v[first]
  if (rest <= negligible) return head
  const norm = Math.sqrt(head * head + rest)
  const left = head > 0 ? -norm : norm
  v[first] = head - left
  const factor = 2 / (v[first] * v[first] + rest)
  const p = new Float64Array(size)
  let along = 0
  for (let row = first; row < size; row++) {
    let sum = 0
    for (let index = first, at = row * size + first; index < size; index++, at++) sum += a[at] * v[index]
    p[row] = sum * factor
    along += p[row] * v[row]
  }
  for (let row = first; row < size; row++) p[row] -= 0.5 * factor * along * v[row]
  for (let row = first; row < size; row++) {
    const [own, other] = [v[row], p[row]]
    for (let index = first, at = row * size + first; index < size; index++, at++) {
      a[at] -= own * p[index] + other * v[index]
    }
  }
  return left
}

/**
 * Replaces the diagonal `d` of a tridiagonal matrix by the eigenvalues. Wilkinson's shifts converge for every matrix
 * (Wilkinson 1968). The function overwrites `e`, the values beside the diagonal.
 */
function reduceByQl(d: Float64Array, e: Float64Array): void {
  const isSplit = (k: number): boolean =>
    Math.abs(e[k]) <= Math.max(Number.EPSILON * (Math.abs(d[k]) + Math.abs(d[k + 1])), negligible)
  for (let start = 0; start < d.length; start++) {
    for (;;) {
      let end = start
      while (end < d.length - 1 && !isSplit(end)) end++
      if (end === start) break
      stepQl(d, e, start, end)
    }
  }
}

/** Makes one implicit QL step on the block of a tridiagonal matrix from row `start` to row `end`. */
function stepQl(d: Float64Array, e: Float64Array, start: number, end: number): void {
  const half = (d[start + 1] - d[start]) / (2 * e[start])
  const root = Math.sqrt(half * half + 1)
  let g = d[end] - d[start] + e[start] / (half + (half < 0 ? -root : root))
  let [sine, cosine, moved] = [1, 1, 0]
  for (let k = end - 1; k >= start; k--) {
    const f = sine * e[k]
    const b = cosine * e[k]
    const r = Math.sqrt(f * f + g * g)
    e[k + 1] = r
    if (r === 0) {
      // The value beside the diagonal between rows k + 1 and k + 2 is now 0, so the block splits into two blocks after
      // row k + 1.
      d[k + 1] -= moved
      e[end] = 0
      return
    }
    sine = f / r
    cosine = g / r
    const shifted = d[k + 1] - moved
    const turned = (d[k] - shifted) * sine + 2 * cosine * b
    moved = sine * turned
    d[k + 1] = shifted + moved
    g = cosine * turned - b
  }
  d[start] -= moved
  e[start] = g
  e[end] = 0
}
