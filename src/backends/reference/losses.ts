/** Loss of each sample, and gradient of the batch's mean loss with respect to the network's outputs. */
import { extentsOf, largest, matrixOf, type Operation, sum, vectorOf } from './operation.ts'

/**
 * Softmax cross-entropy of logits x [B, classes]: loss = log(sum of exp(x)) - x[label] and gradient = (softmax -
 * one-hot) / B. The largest logit is subtracted from every logit before exp is computed, so that exp does not overflow.
 */
export const softmaxCrossEntropy: Operation = ([logits, labels], { inputs }) => {
  const { rows, columns } = extentsOf(inputs[0])
  const logit = (row: number, column: number): number => logits[row * columns + column]
  const highest = vectorOf(rows, (row) => largest(columns, (column) => logit(row, column)))
  const exponential = (row: number, column: number): number => Math.exp(logit(row, column) - highest[row])
  const total = vectorOf(rows, (row) => sum(columns, (column) => exponential(row, column)))
  const loss = vectorOf(rows, (row) => Math.log(total[row]) + (highest[row] - logit(row, labels[row])))
  const gradient = (row: number, column: number): number => {
    const probability = exponential(row, column) / total[row]
    return (probability - (column === labels[row] ? 1 : 0)) / rows
  }
  return [loss, matrixOf(rows, columns, gradient)]
}

/**
 * Squared error of outputs y [B, O] from targets t:
 * loss = mean over the outputs of (y - t)^2 and gradient = 2 (y - t) / (B O).
 */
export const squaredError: Operation = ([outputs, targets], { inputs }) => {
  const { rows, columns } = extentsOf(inputs[0])
  const difference = (row: number, column: number): number =>
    outputs[row * columns + column] - targets[row * columns + column]
  const loss = vectorOf(rows, (row) => sum(columns, (column) => difference(row, column) ** 2) / columns)
  return [loss, matrixOf(rows, columns, (row, column) => (2 * difference(row, column)) / (rows * columns))]
}
