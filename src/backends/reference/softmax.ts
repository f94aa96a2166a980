/** Softmax over the features of each row, as a layer, and its gradient. */
import { extentsOf, largest, matrixOf, type Operation, sum, vectorOf } from './operation.ts'

/**
 * Softmax: y = exp(x) / (sum of exp(x)) over the features. The largest x is subtracted from every x before exp is
 * computed, so that exp does not overflow.
 */
export const softmax: Operation = ([x], { inputs }) => {
  const { rows, columns } = extentsOf(inputs[0])
  const highest = vectorOf(rows, (row) => largest(columns, (column) => x[row * columns + column]))
  const exponential = (row: number, column: number): number => Math.exp(x[row * columns + column] - highest[row])
  const total = vectorOf(rows, (row) => sum(columns, (column) => exponential(row, column)))
  return [matrixOf(rows, columns, (row, column) => exponential(row, column) / total[row])]
}

/** Gradient of softmax: dx = y (dy - sum of dy y), with the sum over the features. */
export const softmaxGradient: Operation = ([dy, y], { inputs }) => {
  const { rows, columns } = extentsOf(inputs[0])
  const dot = vectorOf(rows, (row) => sum(columns, (column) => dy[row * columns + column] * y[row * columns + column]))
  return [matrixOf(rows, columns, (row, column) => y[row * columns + column] * (dy[row * columns + column] - dot[row]))]
}
