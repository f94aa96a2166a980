/** Loss of each sample, and gradient of the batch's mean loss with respect to the network's outputs. */
import { huberLoss } from '../../graph/constant-outputs.ts'
import { extentsOf, largest, matrixOf, type Numbers, type Operation, sum, vectorOf } from './operation.ts'

/** Returns the weight of a sample: 1 if the loss operation has no weights. */
const weightIn =
  (weights: Numbers | undefined) =>
  (row: number): number =>
    weights?.[row] ?? 1

/**
 * Softmax cross-entropy of logits x [B, classes]: loss = log(sum of exp(x)) - x[label] and gradient = (softmax -
 * one-hot) / B. The largest logit is subtracted from every logit before exp is computed, so that exp does not overflow.
 */
export const softmaxCrossEntropy: Operation = ([logits, labels, weights], { inputs }) => {
  const weight = weightIn(weights)
  const { rows, columns } = extentsOf(inputs[0])
  const logit = (row: number, column: number): number => logits[row * columns + column]
  const highest = vectorOf(rows, (row) => largest(columns, (column) => logit(row, column)))
  const exponential = (row: number, column: number): number => Math.exp(logit(row, column) - highest[row])
  const total = vectorOf(rows, (row) => sum(columns, (column) => exponential(row, column)))
  const loss = vectorOf(rows, (row) => weight(row) * (Math.log(total[row]) + (highest[row] - logit(row, labels[row]))))
  const gradient = (row: number, column: number): number => {
    const probability = exponential(row, column) / total[row]
    return (weight(row) * (probability - (column === labels[row] ? 1 : 0))) / rows
  }
  return [loss, matrixOf(rows, columns, gradient)]
}

/** Loss of one output y against its target t, and the derivative of the loss with respect to y. */
interface ElementLoss {
  readonly loss: (y: number, t: number, delta: number) => number
  readonly slope: (y: number, t: number, delta: number) => number
}

/**
 * Makes a loss operation of outputs y [B, O] and targets t. The loss of a sample is the mean over the outputs, and the
 * gradient is the derivative over B O.
 */
function byOutput({ loss, slope }: ElementLoss): Operation {
  return ([outputs, targets, weights], { inputs, attributes }) => {
    const { rows, columns } = extentsOf(inputs[0])
    const weight = weightIn(weights)
    const delta = Number(attributes.delta)
    const each = (compute: ElementLoss['loss']) => (row: number, column: number) =>
      compute(outputs[row * columns + column], targets[row * columns + column], delta)
    const [lossAt, slopeAt] = [each(loss), each(slope)]
    return [
      vectorOf(rows, (row) => (weight(row) * sum(columns, (column) => lossAt(row, column))) / columns),
      matrixOf(rows, columns, (row, column) => (weight(row) * slopeAt(row, column)) / (rows * columns)),
    ]
  }
}

/** Binary cross-entropy of logits y, by the formula that does not overflow. The derivative is sigmoid(y) - t. */
export const binaryCrossEntropy = byOutput({
  loss: (y, t) => Math.max(y, 0) - y * t + Math.log1p(Math.exp(-Math.abs(y))),
  slope: (y, t) => 1 / (1 + Math.exp(-y)) - t,
})

export const squaredError = byOutput({
  loss: (y, t) => (y - t) ** 2,
  slope: (y, t) => 2 * (y - t),
})

/** Absolute error. The derivative is 0 where output and target are equal, as in PyTorch. */
export const absoluteError = byOutput({
  loss: (y, t) => Math.abs(y - t),
  slope: (y, t) => Math.sign(y - t),
})

/** Huber loss: a parabola up to the distance `delta`, and a straight line beyond (Huber 1964). */
export const huber = byOutput({
  loss: (y, t, delta) => huberLoss(y - t, delta),
  slope: (y, t, delta) => Math.max(-delta, Math.min(delta, y - t)),
})
