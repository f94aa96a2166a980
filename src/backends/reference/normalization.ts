/**
 * Layer and batch normalization. A variance is computed in two passes: the mean, then the squared deviations from the
 * mean.
 */
import { byElement, extentsOf, matrixOf, type Operation, sum, vectorOf } from './operation.ts'

/** Layer normalization: normalizes over the features of each sample (Ba et al. 2016). */
export const layerNorm: Operation = ([x, scale, shift], { inputs, attributes }) => {
  const { rows, columns } = extentsOf(inputs[0])
  const epsilon = Number(attributes.epsilon)
  const mean = vectorOf(rows, (row) => sum(columns, (column) => x[row * columns + column]) / columns)
  const variance = vectorOf(
    rows,
    (row) => sum(columns, (column) => (x[row * columns + column] - mean[row]) ** 2) / columns,
  )
  const inverse = vectorOf(rows, (row) => 1 / Math.sqrt(variance[row] + epsilon))
  const y = matrixOf(
    rows,
    columns,
    (row, column) => (x[row * columns + column] - mean[row]) * inverse[row] * scale[column] + shift[column],
  )
  return [y, mean, inverse]
}

/**
 * Input gradient of layer normalization: dx = inverse * (g - mean(g) - normalized * mean(g * normalized)), with g = dy
 * * scale and means over the features.
 */
export const layerNormInputGradient: Operation = ([dy, x, scale, mean, inverse], { inputs }) => {
  const { rows, columns } = extentsOf(inputs[0])
  const g = (row: number, column: number): number => dy[row * columns + column] * scale[column]
  const normalized = (row: number, column: number): number => (x[row * columns + column] - mean[row]) * inverse[row]
  const meanG = vectorOf(rows, (row) => sum(columns, (column) => g(row, column)) / columns)
  const meanGX = vectorOf(rows, (row) => sum(columns, (column) => g(row, column) * normalized(row, column)) / columns)
  const element = (row: number, column: number): number =>
    inverse[row] * (g(row, column) - meanG[row] - normalized(row, column) * meanGX[row])
  return [matrixOf(rows, columns, element)]
}

export const layerNormScaleGradient: Operation = ([dy, x, mean, inverse], { inputs }) => {
  const { rows, columns } = extentsOf(inputs[0])
  const term = (index: number, row: number): number => dy[index] * (x[index] - mean[row]) * inverse[row]
  return [vectorOf(columns, (column) => sum(rows, (row) => term(row * columns + column, row)))]
}

/** Mean, biased variance and inverse deviation of each feature over the batch (Ioffe & Szegedy 2015). */
export const batchStatistics: Operation = ([x], { inputs, attributes }) => {
  const { rows, columns } = extentsOf(inputs[0])
  const mean = vectorOf(columns, (column) => sum(rows, (row) => x[row * columns + column]) / rows)
  const variance = vectorOf(
    columns,
    (column) => sum(rows, (row) => (x[row * columns + column] - mean[column]) ** 2) / rows,
  )
  return [mean, variance, variance.map((value) => 1 / Math.sqrt(value + Number(attributes.epsilon)))]
}

export const inverseDeviation = byElement(
  ([variance], index, _column, { attributes }) => 1 / Math.sqrt(variance[index] + Number(attributes.epsilon)),
)

export const batchNormScaleGradient: Operation = ([dy, x, mean, inverse], { inputs }) => {
  const { rows, columns } = extentsOf(inputs[0])
  const term = (index: number, column: number): number => dy[index] * (x[index] - mean[column]) * inverse[column]
  return [vectorOf(columns, (column) => sum(rows, (row) => term(row * columns + column, column)))]
}

export const runningUpdate = byElement(([running, statistic], index, _column, { attributes }) => {
  const momentum = Number(attributes.momentum)
  return (1 - momentum) * running[index] + momentum * Number(attributes.correction) * statistic[index]
})
