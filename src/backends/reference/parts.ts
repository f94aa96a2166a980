/**
 * Sums over parts of the rows of a tensor, and the statistics of batch normalization that are computed from these sums.
 */
import type { Attributes } from '../../graph/graph.ts'
import { extentsOf, matrixOf, type Operation, sum, vectorOf } from './operation.ts'

/** Index of the first item of part number `part`, if `count` items are divided into `parts` parts. */
export const partStart = (count: number, parts: number, part: number): number => Math.floor((count * part) / parts)

/**
 * Number of the first row of part number `part`, if `rows` rows are divided into `parts` parts. Each group of
 * `together` consecutive rows lies in one part of the rows.
 */
const partStartRow = (rows: number, together: number, parts: number, part: number): number =>
  partStart(rows / together, parts, part) * together

/**
 * Makes a [parts, columns] tensor with one number for each part of the rows and each column. The function `element`
 * receives a part's first row, the row after the part's last row, and a column.
 */
function byParts(
  { together: rowsTogether = 1, parts: cut }: Attributes,
  rows: number,
  columns: number,
  element: (first: number, end: number, column: number) => number,
): Float64Array {
  const together = Number(rowsTogether)
  const parts = Number(cut)
  const start = (part: number): number => partStartRow(rows, together, parts, part)
  return matrixOf(parts, columns, (part, column) => element(start(part), start(part + 1), column))
}

/** Returns the sum of `term(index)` over index = first .. end - 1. */
const sumBetween = (first: number, end: number, term: (index: number) => number): number =>
  sum(end - first, (index) => term(first + index))

export const partialSums: Operation = ([x], { inputs, attributes }) => {
  const { rows, columns } = extentsOf(inputs[0])
  return [
    byParts(attributes, rows, columns, (first, end, column) =>
      sumBetween(first, end, (row) => x[row * columns + column]),
    ),
  ]
}

export const sumOfVector: Operation = ([x]) => [Float64Array.of(sum(x.length, (index) => x[index]))]

export const partialStatistics: Operation = ([x], { inputs, attributes }) => {
  const { rows, columns } = extentsOf(inputs[0])
  const mean = (first: number, end: number, column: number): number =>
    sumBetween(first, end, (row) => x[row * columns + column]) / (end - first)
  const squares = (first: number, end: number, column: number): number => {
    const center = mean(first, end, column)
    return sumBetween(first, end, (row) => (x[row * columns + column] - center) ** 2)
  }
  return [byParts(attributes, rows, columns, mean), byParts(attributes, rows, columns, squares)]
}

/**
 * Merges the statistics of all parts into the statistics of all rows. The sum of squared deviations from the common
 * mean is the total, over all parts, of squares + rows * (mean - common mean)^2.
 */
export const mergeStatistics: Operation = ([means, squares], { inputs, attributes }) => {
  const { rows: parts, columns } = extentsOf(inputs[0])
  const rows = Number(attributes.rows)
  const start = (part: number): number => partStartRow(rows, Number(attributes.together ?? 1), parts, part)
  const size = (part: number): number => start(part + 1) - start(part)
  const mean = vectorOf(columns, (column) => sum(parts, (part) => size(part) * means[part * columns + column]) / rows)
  const between = (part: number, column: number): number =>
    size(part) * (means[part * columns + column] - mean[column]) ** 2
  const variance = vectorOf(
    columns,
    (column) => sum(parts, (part) => squares[part * columns + column] + between(part, column)) / rows,
  )
  return [mean, variance, variance.map((value) => 1 / Math.sqrt(value + Number(attributes.epsilon)))]
}

export const batchNormPartialGradients: Operation = ([dy, x, mean, inverse], { inputs, attributes }) => {
  const { rows, columns } = extentsOf(inputs[0])
  const term = (index: number, column: number): number => dy[index] * (x[index] - mean[column]) * inverse[column]
  return [
    byParts(attributes, rows, columns, (first, end, column) =>
      sumBetween(first, end, (row) => term(row * columns + column, column)),
    ),
    byParts(attributes, rows, columns, (first, end, column) =>
      sumBetween(first, end, (row) => dy[row * columns + column]),
    ),
  ]
}
