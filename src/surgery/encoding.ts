/** Encodings of a signal, and layers of weights that are set to change an encoding. */
import { windowOf } from '../blueprint/leaf-rules.ts'
import { sameShape } from '../blueprint/shape.ts'
import { type Activation, activations, type OperatingPoint } from '../network/activations.ts'
import type { BatchNormLayer, ConvLayer, DenseLayer, ScaleLayer } from '../network/network.ts'
import { type Edit, type Impossible, type Iteration, impossible, type LayerVisit, toSet } from './tensors.ts'

/** An encoding of a signal x: the value factor * x + offset, which passes through layers in place of x. */
export interface Encoding {
  readonly factor: number
  readonly offset: number
}

export const plain: Encoding = { factor: 1, offset: 0 }
export const isPlain = ({ factor, offset }: Encoding): boolean => factor === 1 && offset === 0

/** A linearization: the use of an activation near its operating point, where the activation is nearly straight. */
export interface Linearization {
  /** The layer and the loop iteration of the activation. */
  readonly visit: LayerVisit
  /** Encoding that the layer of weights before the activation must give. */
  readonly before: Encoding
  /** Operating point of the activation. */
  readonly point: OperatingPoint
}

/**
 * The linearization of the first activation that is no identity, between the layer of weights at `place` and the next
 * layer of weights. Undefined if no activation lies between the two layers of weights, if the activation leaves the
 * signal unchanged, or if a layer before the activation multiplies by 0.
 */
export function nextLinearization(
  visits: readonly LayerVisit[],
  place: number,
  isNonnegative: boolean,
): Linearization | undefined {
  let scale = 1
  for (const visit of visits.slice(place + 1)) {
    const effect = effectOf(visit)
    if (effect === 'weights') return undefined
    if (typeof effect === 'number') {
      scale *= effect
      continue
    }
    const { operatingPoint: point, keepsPositive } = effect
    if (point === null) continue
    if (scale === 0 || (isNonnegative && keepsPositive)) return undefined
    return { visit, point, before: { factor: point.step / scale, offset: point.at / scale } }
  }
  return undefined
}

/**
 * The effect of a layer on the signal: `weights` for a layer of weights, the function for an activation, and a factor
 * for any other layer. The factor is the number by which the layer multiplies the signal after `makeIdentity` has set
 * the layer's weights.
 */
function effectOf(visit: LayerVisit): 'weights' | Activation | number {
  const { layer } = visit
  switch (layer.kind) {
    case 'dense':
    case 'conv':
      return 'weights'
    case 'activation':
      return activations[layer.function]
    case 'scale':
      return factorAt(visit, layer)
    case 'maxPool':
    case 'averagePool':
    case 'globalAveragePool':
    case 'subsample':
    case 'scalarBias':
    case 'prelu':
    case 'softmax':
    case 'dropout':
    case 'layerNorm':
    case 'batchNorm':
    case 'flatten':
    case 'residual':
      return 1
  }
}

/** The factor of a scale layer in one loop iteration. */
export function factorAt({ index }: Iteration, { factor }: ScaleLayer): number {
  return typeof factor === 'number' ? factor : factor[index[index.length - 1]]
}

/**
 * Sets a layer of weights so that its output has the encoding `after` for an input with the encoding `before`. The
 * first `channels` units or channels carry the signal, and all other units or channels are zero.
 */
export function setAffine(
  edit: Edit,
  visit: LayerVisit,
  layer: DenseLayer | ConvLayer,
  channels: number,
  before: Encoding,
  after: Encoding,
): Impossible | undefined {
  const { blueprint } = visit
  const [inputs, ...positions] = blueprint.input
  const [outputs, ...positionsGiven] = blueprint.output
  if (!sameShape(positions, positionsGiven))
    return impossible(blueprint, 'the layer has fewer output positions than input positions')
  if (outputs < channels) {
    return impossible(blueprint, `the layer has ${outputs} outputs, but must pass on ${channels} values`)
  }
  const factor = after.factor / before.factor
  const offset = after.offset - factor * before.offset
  const bias = toSet(edit, visit, 'bias')?.fill(0)
  if (bias) bias.fill(offset, 0, channels)
  else if (offset !== 0) return impossible(blueprint, 'the layer has no bias, which the next activation needs')
  const weight = toSet(edit, visit, 'weight')?.fill(0)
  const { kernel, center } = kernelOf(layer)
  for (let unit = 0; weight && unit < channels; unit++) weight[(unit * inputs + unit) * kernel ** 2 + center] = factor
  return undefined
}

/**
 * The side of a layer's kernel, and the index of the kernel's center. At the center, the kernel reads the output's own
 * position.
 */
function kernelOf(layer: DenseLayer | ConvLayer): { kernel: number; center: number } {
  if (layer.kind === 'dense') return { kernel: 1, center: 0 }
  const { kernel, before } = windowOf(layer)
  return { kernel, center: before * kernel + before }
}

/**
 * Sets a batch norm to the identity. In float64 the identity is exact to the last bit if epsilon is below 1, because
 * (1 - epsilon) + epsilon is exactly 1.
 */
export function setNorm(edit: Edit, visit: LayerVisit, { epsilon }: BatchNormLayer): void {
  const variance = Math.max(0, 1 - epsilon)
  toSet(edit, visit, 'runningMean')?.fill(0)
  toSet(edit, visit, 'runningVariance')?.fill(variance)
  toSet(edit, visit, 'scale')?.fill(Math.sqrt(variance + epsilon))
  toSet(edit, visit, 'shift')?.fill(0)
}
