/** Norms of vectors in float64. */

/** The largest absolute value in a list. The result is NaN if a value is NaN, and 0 for an empty list. */
export function largestMagnitude(values: ArrayLike<number>): number {
  let largest = 0
  for (let index = 0; index < values.length; index++) {
    const magnitude = Math.abs(values[index])
    if (Number.isNaN(magnitude)) return magnitude
    if (magnitude > largest) largest = magnitude
  }
  return largest
}

/**
 * Bounds within which a sum of squares can be trusted. If the sum is within the bounds, no square has overflowed, and
 * squares that have underflowed are too small to matter.
 */
const [leastSquare, mostSquare] = [1e-280, 1e290]

/**
 * The Euclidean norm of all values of the tensors together. The function works at any scale, even if the values are
 * near 1e-200 or 1e200 and their squares underflow or overflow.
 */
export function euclideanNorm(tensors: readonly ArrayLike<number>[]): number {
  let sum = 0
  for (const values of tensors) sum += sumOfSquares(values)
  if (sum > leastSquare && sum < mostSquare) return Math.sqrt(sum)
  const largest = largestMagnitude(Float64Array.from(tensors, largestMagnitude))
  if (largest === 0 || !Number.isFinite(largest)) return largest
  let scaled = 0
  for (const values of tensors) scaled += sumOfScaledSquares(values, largest)
  return largest * Math.sqrt(scaled)
}

/** The sum of the squares of the values, without protection against overflow and underflow. */
export function sumOfSquares(values: ArrayLike<number>): number {
  if (values instanceof Float32Array) return sumOfFloatSquares(values)
  let sum = 0
  for (let index = 0; index < values.length; index++) sum += values[index] * values[index]
  return sum
}

/**
 * The sum of squares of float32 values. A loop over only one kind of array takes a fraction of the time of a loop over
 * mixed kinds.
 */
function sumOfFloatSquares(values: Float32Array, from = 0, to = values.length): number {
  let sum = 0
  for (let index = from; index < to; index++) sum += values[index] * values[index]
  return sum
}

/** The Euclidean norm of each row of a table [rows, width]. */
export function normsOfRows(values: Float32Array | Float64Array, rows: number, width: number): Float64Array {
  const norms = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    const [from, to] = [row * width, (row + 1) * width]
    // The square of a nonzero float32 value neither overflows nor underflows in float64.
    norms[row] =
      values instanceof Float32Array
        ? Math.sqrt(sumOfFloatSquares(values, from, to))
        : euclideanNorm([values.subarray(from, to)])
  }
  return norms
}

function sumOfScaledSquares(values: ArrayLike<number>, unit: number): number {
  let sum = 0
  for (let index = 0; index < values.length; index++) {
    const value = values[index] / unit
    sum += value * value
  }
  return sum
}
