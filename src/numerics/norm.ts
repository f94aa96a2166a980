/** Lengths of vectors in float64. */

/** NaN where a value is. */
export function largestMagnitude(values: ArrayLike<number>): number {
  let largest = 0
  for (let index = 0; index < values.length; index++) {
    const magnitude = Math.abs(values[index])
    if (Number.isNaN(magnitude)) return magnitude
    if (magnitude > largest) largest = magnitude
  }
  return largest
}

/** Where squares of the largest value are within these, no sum of squares overflows, and what underflows doesn't count. */
const [leastSquare, mostSquare] = [1e-280, 1e290]

/** The Euclidean norm of all values of some tensors together, at any scale: 1e-200 and 1e200 have squares too. */
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

export function sumOfSquares(values: ArrayLike<number>): number {
  if (values instanceof Float32Array) return sumOfFloatSquares(values)
  let sum = 0
  for (let index = 0; index < values.length; index++) sum += values[index] * values[index]
  return sum
}

/** A loop that sees one kind of array alone takes a fraction of the time. */
function sumOfFloatSquares(values: Float32Array, from = 0, to = values.length): number {
  let sum = 0
  for (let index = from; index < to; index++) sum += values[index] * values[index]
  return sum
}

/** The Euclidean norms of the rows of a table. */
export function normsOfRows(values: Float32Array | Float64Array, rows: number, width: number): Float64Array {
  const norms = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    const [from, to] = [row * width, (row + 1) * width]
    // Of float32 no square of what isn't 0 leaves float64.
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
