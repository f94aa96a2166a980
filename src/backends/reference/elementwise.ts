/**
 * Element-by-element operations. Each output element depends only on three kinds of inputs: the input elements at the
 * same row and column, vectors with one element for each column, and scalars.
 */
import type { OpNode } from '../../graph/graph.ts'
import { activationNamed, activations } from '../../network/activations.ts'
import { mixBits } from '../../support/hash.ts'
import { byElement, type Numbers, type Operation } from './operation.ts'

const slopeOf = ({ attributes }: OpNode): number => Number(attributes.slope ?? 0)

export const add = byElement(([a, b], index) => a[index] + b[index])
export const addBias = byElement(([x, bias], index, column) => x[index] + bias[column])
export const addScalar = byElement(([x, term], index) => x[index] + term[0])
export const multiply = byElement(([a, b], index) => a[index] * b[index])
export const scale = byElement(([x, factor], index) => x[index] * factor[0])
export const copy = byElement(([x], index) => x[index])

export const activation: Operation = (inputs, node) => {
  const { value } = activations[activationNamed(node.attributes.function)]
  return byElement(([x], index) => value(x[index], slopeOf(node)))(inputs, node)
}

export const activationGradient: Operation = (inputs, node) => {
  const slope = slopeOf(node)
  const { derivative, switchesOff } = activations[activationNamed(node.attributes.function)]
  // If the activation function switches a unit off, the unit's gradient is exactly 0, even for an infinite cotangent
  // (infinity times 0 would be NaN). The derivative of such a function is 0 or 1.
  if (switchesOff) {
    return byElement(([dy, kept], index) => (derivative(kept[index], slope) === 0 ? 0 : dy[index]))(inputs, node)
  }
  return byElement(([dy, kept], index) => dy[index] * derivative(kept[index], slope))(inputs, node)
}

/** The slope of a column, for one slope for each column or one slope for all columns. */
const slopeAt = (slopes: Numbers, column: number): number => slopes[slopes.length === 1 ? 0 : column]

export const prelu = byElement(([x, slopes], index, column) =>
  x[index] > 0 ? x[index] : slopeAt(slopes, column) * x[index],
)
export const preluGradient = byElement(([dy, x, slopes], index, column) =>
  x[index] > 0 ? dy[index] : slopeAt(slopes, column) * dy[index],
)
export const preluSlopeTerms = byElement(([dy, x], index) => (x[index] > 0 ? 0 : dy[index] * x[index]))

/**
 * Dropout keeps an element if a hash of (key, step, element number) is at least rate * 2^32. Dropout's hash is computed
 * with 32-bit integers and compared as an unsigned number.
 */
export const dropout = byElement(([x, key, step, threshold, factor], index) => {
  const bits = (index + Math.imul(step[0], 0x9e3779b1)) ^ key[0]
  const hash = mixBits(mixBits(bits) + key[0])
  return hash >>> 0 >= threshold[0] >>> 0 ? x[index] * factor[0] : 0
})

export const batchNormalize = byElement(
  ([x, mean, inverse, gain, shift], index, column) =>
    (x[index] - mean[column]) * inverse[column] * gain[column] + shift[column],
)

/**
 * Gradient of batch normalization with respect to x (Ioffe & Szegedy 2015, section 3). The gradient includes the terms
 * for the batch's mean and variance, because the mean and the variance depend on x.
 */
export const batchNormInputGradient = byElement(
  ([dy, x, mean, inverse, gain, gainGradient, shiftGradient], index, column, { outputs: [{ shape }] }) => {
    const normalized = (x[index] - mean[column]) * inverse[column]
    const common = (shiftGradient[column] + normalized * gainGradient[column]) / shape[0]
    return gain[column] * inverse[column] * (dy[index] - common)
  },
)
