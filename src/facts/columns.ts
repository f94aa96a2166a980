/** Figures of each column of a table of numbers, such as the inputs of a training set. */

/** Figures of each column, in the units of the values. */
export interface ColumnFigures {
  readonly mean: Float64Array
  /** Standard deviation of each column. The sum of squares is divided by the number of rows. */
  readonly deviation: Float64Array
  readonly least: Float64Array
  readonly most: Float64Array
  /** Fraction of the values of each column that are not 0. */
  readonly filled: Float64Array
  /** Whether every value is a whole number. */
  readonly areWhole: boolean
}

/** Measures the columns of `count` rows with `width` values each, in two passes. */
export function measureColumns(values: ArrayLike<number>, count: number, width: number): ColumnFigures {
  const mean = new Float64Array(width)
  const deviation = new Float64Array(width)
  const least = new Float64Array(width).fill(Number.POSITIVE_INFINITY)
  const most = new Float64Array(width).fill(Number.NEGATIVE_INFINITY)
  const filled = new Float64Array(width)
  let areWhole = true
  for (let row = 0, at = 0; row < count; row++) {
    for (let column = 0; column < width; column++, at++) {
      const value = values[at]
      mean[column] += value / count
      if (value !== 0) filled[column] += 1 / count
      if (value < least[column]) least[column] = value
      if (value > most[column]) most[column] = value
      if (areWhole && !Number.isInteger(value)) areWhole = false
    }
  }
  for (let row = 0, at = 0; row < count; row++) {
    for (let column = 0; column < width; column++, at++) {
      const distance = values[at] - mean[column]
      deviation[column] += (distance * distance) / count
    }
  }
  for (let column = 0; column < width; column++) {
    // Rounding leaves a tiny deviation in a column of equal values.
    deviation[column] = least[column] === most[column] ? 0 : Math.sqrt(deviation[column])
  }
  return { mean, deviation, least, most, filled, areWhole }
}

/**
 * Groups of neighboring columns as single columns: the channels of images. Each group has the same number of columns.
 */
export function groupColumns(columns: ColumnFigures, groups: number): ColumnFigures {
  const width = columns.mean.length / groups
  const part = (values: Float64Array, group: number): Float64Array =>
    values.subarray(group * width, (group + 1) * width)
  const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value / values.length, 0)
  const each = (figure: (group: number) => number): Float64Array =>
    Float64Array.from({ length: groups }, (_, group) => figure(group))
  const mean = each((group) => meanOf(part(columns.mean, group)))
  return {
    mean,
    deviation: each((group) => {
      const between = meanOf(part(columns.mean, group).map((value) => (value - mean[group]) ** 2))
      return Math.sqrt(between + meanOf(part(columns.deviation, group).map((value) => value ** 2)))
    }),
    least: each((group) => part(columns.least, group).reduce((a, b) => Math.min(a, b))),
    most: each((group) => part(columns.most, group).reduce((a, b) => Math.max(a, b))),
    filled: each((group) => meanOf(part(columns.filled, group))),
    areWhole: columns.areWhole,
  }
}

/**
 * Returns the columns after the subtraction of `center` and the division by `spread`. Each column has its own center
 * and spread.
 */
export function scaleColumns(columns: ColumnFigures, center: Float64Array, spread: Float64Array): ColumnFigures {
  const scaled = (values: Float64Array): Float64Array =>
    values.map((value, column) => (value - center[column]) / spread[column])
  return {
    mean: scaled(columns.mean),
    deviation: columns.deviation.map((value, column) => value / spread[column]),
    least: scaled(columns.least),
    most: scaled(columns.most),
    // A value that was not 0 before the subtraction is 0 after the subtraction only by chance.
    filled: columns.filled.map((share, column) => (center[column] === 0 ? share : 1)),
    areWhole: columns.areWhole && center.every((value) => value === 0) && spread.every((value) => value === 1),
  }
}

/**
 * The typical size of the values of a column that are not 0: the root of their mean square. Zeros are left out, because
 * a column of mostly zeros and a few ones is as usual an input as a column of ones.
 */
export const sizeOfColumn = ({ mean, deviation, filled }: ColumnFigures, column: number): number =>
  filled[column] > 0 ? Math.sqrt((mean[column] ** 2 + deviation[column] ** 2) / filled[column]) : 0
