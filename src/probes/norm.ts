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
  for (const values of tensors) sum += sumOfSquares(values, 1)
  if (sum > leastSquare && sum < mostSquare) return Math.sqrt(sum)
  const largest = largestMagnitude(Float64Array.from(tensors, largestMagnitude))
  if (largest === 0 || !Number.isFinite(largest)) return largest
  let scaled = 0
  for (const values of tensors) scaled += sumOfSquares(values, largest)
  return largest * Math.sqrt(scaled)
}

function sumOfSquares(values: ArrayLike<number>, unit: number): number {
  let sum = 0
  for (let index = 0; index < values.length; index++) {
    const value = values[index] / unit
    sum += value * value
  }
  return sum
}
