/** Measures the location and the spread of values over a training set: mean and deviation, or median and range. */
import type { Samples } from './dataset.ts'
import { sortedQuantiles, spreadOfBytes } from './quantiles.ts'

/**
 * The numbers of a standardization: `mean` is subtracted, and `deviation` is the divisor. In the mode `robust`, `mean`
 * holds medians and `deviation` holds interquartile ranges.
 */
export interface Scale {
  readonly mean: Float64Array
  readonly deviation: Float64Array
}

/** Samples to measure. The sets of samples hold `count` rows of the same number of values. */
export type MeasuredSamples = Pick<Samples, 'count' | 'inputs'>

/** Returns the sum of each value over all samples. */
export function sumUp({ count, inputs }: MeasuredSamples, size: number): Float64Array {
  const sums = new Float64Array(size)
  for (let start = 0; start < count * size; start += size) {
    for (let index = 0; index < size; index++) sums[index] += inputs[start + index]
  }
  return sums
}

/**
 * Measures the mean and the standard deviation of each group of neighboring values over all samples, in two passes. The
 * mean and the standard deviation have the units of the inputs.
 */
export function meanAndDeviation(training: MeasuredSamples, size: number, groups: number): Scale {
  const { count, inputs } = training
  const center = averageGroups(sumUp(training, size), groups, count)
  const middle = spreadOut(center, size)
  const squares = new Float64Array(size)
  for (let start = 0; start < count * size; start += size) {
    for (let index = 0; index < size; index++) {
      const distance = inputs[start + index] - middle[index]
      squares[index] += distance * distance
    }
  }
  return { mean: center, deviation: averageGroups(squares, groups, count).map((variance) => Math.sqrt(variance) || 1) }
}

/** Returns the average of each group of values, from the sum of each value over `count` samples. */
export function averageGroups(sums: Float64Array, groups: number, count: number): Float64Array {
  const width = sums.length / groups
  return Float64Array.from({ length: groups }, (_, group) => {
    const total = sums.subarray(group * width, (group + 1) * width).reduce((sum, value) => sum + value, 0)
    return total / (count * width)
  })
}

/** Returns one number for each value of a sample: the number that `groups` gives for the group of the value. */
export function spreadOut(groups: Float64Array, size: number): Float64Array {
  const width = size / groups.length
  return Float64Array.from({ length: size }, (_, index) => groups[Math.floor(index / width)])
}

/**
 * Largest distance from the median, in interquartile ranges, up to which the range is the divisor. A float32 holds the
 * square of every distance up to this limit.
 */
const MOST_RANGES = 2 ** 62

/**
 * Measures the median and the interquartile range of each group of neighboring values over all samples, as
 * scikit-learn's RobustScaler does by default. The range isn't scaled: the range of normally distributed values is 1.35
 * times their deviation. The quantiles are exact, by the linear rule of NumPy.
 *
 * If the interquartile range is 0, the standard deviation replaces the range, since half of the values are equal in
 * such a group. The same holds if a value lies more than 2^62 ranges from the median. A deviation of 0 is replaced by
 * 1.
 */
export function medianAndRange(training: MeasuredSamples, size: number, groups: number): Scale {
  const { inputs } = training
  const { deviation } = meanAndDeviation(training, size, groups)
  const center = new Float64Array(groups)
  for (let group = 0; group < groups; group++) {
    const [least, first, median, third, most] =
      inputs instanceof Uint8Array
        ? spreadOfBytes(countBytes(training, size, groups, group))
        : sortedQuantiles(valuesOf(training, size, groups, group).sort(), SPREAD)
    const range = third - first
    const farthest = Math.max(median - least, most - median)
    center[group] = median
    if (range > 0 && farthest / range <= MOST_RANGES) deviation[group] = range
  }
  return { mean: center, deviation }
}

/** The least value, the quartiles and the largest value of a distribution, as fractions of its values. */
const SPREAD = [0, 0.25, 0.5, 0.75, 1]

/** Returns the values of one group in all samples. */
function valuesOf({ count, inputs }: MeasuredSamples, size: number, groups: number, group: number): Float64Array {
  const width = size / groups
  const values = new Float64Array(count * width)
  for (let row = 0, at = 0, start = group * width; row < count; row++, start += size) {
    for (let index = start; index < start + width; index++) values[at++] = inputs[index]
  }
  return values
}

/** Counts how often each byte occurs in one group of all samples. */
function countBytes({ count, inputs }: MeasuredSamples, size: number, groups: number, group: number): Float64Array {
  const width = size / groups
  const counts = new Float64Array(256)
  for (let row = 0, start = group * width; row < count; row++, start += size) {
    for (let index = start; index < start + width; index++) counts[inputs[index]]++
  }
  return counts
}
