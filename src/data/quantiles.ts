/** Exact quantiles of a set of values, by the linear rule of NumPy. */

/**
 * Returns the quantiles of sorted values at the given fractions. A quantile between two values is interpolated
 * linearly, with the arithmetic of `numpy.quantile(..., method='linear')` (Hyndman & Fan 1996, definition 7).
 */
export function sortedQuantiles(sorted: ArrayLike<number>, fractions: readonly number[]): number[] {
  return quantilesBy(sorted.length, (place) => sorted[place], fractions)
}

/**
 * Returns the least byte, the quartiles and the largest byte of a set of bytes. `counts` says how often each byte from
 * 0 to 255 occurs in the set.
 */
export function spreadOfBytes(counts: ArrayLike<number>): number[] {
  // below[byte] is the number of values up to the byte.
  const below = new Float64Array(counts.length)
  for (let byte = 0, sum = 0; byte < below.length; byte++) {
    sum += counts[byte]
    below[byte] = sum
  }
  const byteAt = (place: number): number => below.findIndex((sum) => sum > place)
  return quantilesBy(below[below.length - 1], byteAt, [0, 0.25, 0.5, 0.75, 1])
}

/** Returns the median of unsorted values. The median of an even number of values is the mean of the middle two. */
export function medianOf(values: Float64Array): number {
  return sortedQuantiles(values.toSorted(), [0.5])[0]
}

function quantilesBy(count: number, valueAt: (place: number) => number, fractions: readonly number[]): number[] {
  return fractions.map((fraction) => {
    const place = fraction * (count - 1)
    const lower = Math.floor(place)
    const [from, to] = [valueAt(lower), valueAt(Math.min(lower + 1, count - 1))]
    const part = place - lower
    // NumPy interpolates from the nearer value, so that rounding errors stay small on both sides.
    return part < 0.5 ? from + (to - from) * part : to - (to - from) * (1 - part)
  })
}
