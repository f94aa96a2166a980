/**
 * Matrix products of dense layers, and sums over the batch. B is the batch size, K is the number of inputs, and O is
 * the number of outputs. Weights are matrices [O, K].
 */
import { extentsOf, matrixOf, type Operation, sum, vectorOf } from './operation.ts'

/** Forward pass of a dense layer: y[b, o] = sum over k of x[b, k] w[o, k]. */
export const dense: Operation = ([x, w], { inputs, outputs }) => {
  const { rows: batch, columns: features } = extentsOf(inputs[0])
  const { columns: units } = extentsOf(outputs[0])
  return [matrixOf(batch, units, (b, o) => sum(features, (k) => x[b * features + k] * w[o * features + k]))]
}

/** Gradient of a dense layer's input: dx[b, k] = sum over o of dy[b, o] w[o, k]. */
export const denseInputGradient: Operation = ([dy, w], { inputs, outputs }) => {
  const { rows: batch, columns: units } = extentsOf(inputs[0])
  const { columns: features } = extentsOf(outputs[0])
  return [matrixOf(batch, features, (b, k) => sum(units, (o) => dy[b * units + o] * w[o * features + k]))]
}

/** Gradient of a dense layer's weights: dw[o, k] = sum over b of dy[b, o] x[b, k]. */
export const denseWeightGradient: Operation = ([dy, x], { inputs }) => {
  const { rows: batch, columns: units } = extentsOf(inputs[0])
  const { columns: features } = extentsOf(inputs[1])
  return [matrixOf(units, features, (o, k) => sum(batch, (b) => dy[b * units + o] * x[b * features + k]))]
}

export const sumOverBatch: Operation = ([x], { inputs }) => {
  const { rows, columns } = extentsOf(inputs[0])
  return [vectorOf(columns, (column) => sum(rows, (row) => x[row * columns + column]))]
}

export const meanOverBatch: Operation = ([x]) => [Float64Array.of(sum(x.length, (index) => x[index]) / x.length)]
