/** Finds columns whose scale stands out, and values far from all others of their column. */
import { isSparse } from '../data/far-values.ts'
import { type ColumnFigures, sizeOfColumn } from './columns.ts'

/**
 * Factor from 1 up to which a typical input is within the usual scale. The curvature of the loss along the weights of
 * the first layer grows with the square of the inputs. So inputs of size 10 need about a hundredth of the rate.
 */
const mostFactor = 10
/**
 * Ratio between the sizes of two features, or between the mean and the deviation of a feature, from which on the
 * features differ too much.
 */
const mostRatio = 100
/** Distance from the mean of a column, in standard deviations, from which on a value is far. */
const far = 10
/** A column whose scale stands out. */
export interface ScaleProblem {
  readonly kind: 'large' | 'small' | 'apart' | 'shifted'
  readonly column: number
  /** Typical size of the column. */
  readonly size: number
  /** The column with the smallest values. */
  readonly other: number
  /** Ratio between the sizes of the column and of `other`, or between the column's mean and deviation. */
  readonly ratio: number
}

/**
 * Finds the worst problem with the scale of columns, or undefined if the scales are as usual. Constant columns don't
 * count.
 */
export function scaleProblem(columns: ColumnFigures): ScaleProblem | undefined {
  const { mean, deviation, least, most } = columns
  const varied = [...deviation.keys()].filter((column) => deviation[column] > 0)
  if (varied.length === 0) return undefined
  const largest = (figure: (column: number) => number): number =>
    varied.reduce((best, column) => (figure(column) > figure(best) ? column : best))
  const size = (column: number): number => sizeOfColumn(columns, column)
  const by = (kind: ScaleProblem['kind'], column: number, other = column, ratio = 1): ScaleProblem => ({
    kind,
    column,
    size: size(column),
    other,
    ratio,
  })
  // Zeros count among large inputs, because rare large values in a column of zeros are usual after standardizing.
  const typical = (column: number): number => Math.hypot(mean[column], deviation[column])
  const big = largest(typical)
  if (typical(big) > mostFactor) return { ...by('large', big), size: typical(big) }
  const range = (column: number): number => Math.max(Math.abs(least[column]), Math.abs(most[column]))
  const high = largest(range)
  if (range(high) < 1 / mostFactor) return { ...by('small', high), size: range(high) }
  const low = largest((column) => -size(column))
  const apart = typical(big) / size(low)
  if (apart > mostRatio) return by('apart', big, low, apart)
  const offset = (column: number): number => Math.abs(mean[column]) / deviation[column]
  const shifted = largest(offset)
  return offset(shifted) > mostRatio ? by('shifted', shifted, shifted, offset(shifted)) : undefined
}

/** Finds the value farthest from the mean of its column, in standard deviations, among columns that are not sparse. */
export function farthestValue(
  columns: ColumnFigures,
  values: ArrayLike<number>,
): { readonly column: number; readonly value: number; readonly deviations: number } | undefined {
  const { mean, deviation, least, most } = columns
  const found = [...deviation.keys()].flatMap((column) => {
    const [low, high] = [mean[column] - least[column], most[column] - mean[column]]
    const deviations = Math.max(low, high) / deviation[column]
    return deviations > far ? [{ column, value: low > high ? least[column] : most[column], deviations }] : []
  })
  return found
    .sort((one, other) => other.deviations - one.deviations)
    .find(({ column }) => !isSparse(values, column, mean.length))
}
