/** What passes through layers in place of a signal, and layers of weights that pass it on. */
import { windowOf } from '../blueprint/leaf-rules.ts'
import { sameShape } from '../blueprint/shape.ts'
import { type Activation, activations, type OperatingPoint } from '../network/activations.ts'
import type { BatchNormLayer, ConvLayer, DenseLayer, ScaleLayer } from '../network/network.ts'
import { type Edit, type Impossible, type Iteration, impossible, type LayerVisit, toSet } from './tensors.ts'

/** What passes in place of a signal x: factor * x + offset. */
export interface Encoding {
  readonly factor: number
  readonly offset: number
}

export const plain: Encoding = { factor: 1, offset: 0 }
export const isPlain = ({ factor, offset }: Encoding): boolean => factor === 1 && offset === 0

/** An activation that bends what it gets, and what should pass behind the layer of weights before it. */
export interface Linearization {
  readonly visit: LayerVisit
  readonly before: Encoding
  readonly point: OperatingPoint
}

/** The first activation behind the layer of weights at `place` and before the next one that isn't harmless. */
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

/** Weights that can be set, a function, or the number that the layer multiplies by once it is made an identity. */
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
    case 'dropout':
    case 'layerNorm':
    case 'batchNorm':
    case 'flatten':
    case 'residual':
      return 1
  }
}

/** The number that a layer multiplies by in this iteration. */
export function factorAt({ index }: Iteration, { factor }: ScaleLayer): number {
  return typeof factor === 'number' ? factor : factor[index[index.length - 1]]
}

/**
 * Sets a layer of weights so that it gives `after` of a signal that it is given as `before`: in the first `channels` units
 * or channels, and zeros in the others.
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
  if (!sameShape(positions, positionsGiven)) return impossible(blueprint, 'gives fewer positions than it gets')
  if (outputs < channels) return impossible(blueprint, `has ${outputs} outputs for ${channels} values to hand on`)
  const factor = after.factor / before.factor
  const offset = after.offset - factor * before.offset
  const bias = toSet(edit, visit, 'bias')?.fill(0)
  if (bias) bias.fill(offset, 0, channels)
  else if (offset !== 0) return impossible(blueprint, 'has no bias, which the activation behind it would need')
  const weight = toSet(edit, visit, 'weight')?.fill(0)
  const { kernel, center } = kernelOf(layer)
  for (let unit = 0; weight && unit < channels; unit++) weight[(unit * inputs + unit) * kernel ** 2 + center] = factor
  return undefined
}

/** A kernel's side, and the place in it that sees the position of the output. */
function kernelOf(layer: DenseLayer | ConvLayer): { kernel: number; center: number } {
  if (layer.kind === 'dense') return { kernel: 1, center: 0 }
  const { kernel, before } = windowOf(layer)
  return { kernel, center: before * kernel + before }
}

/**
 * Sets a batch norm so that it gives what it gets: in float64 to the last bit where epsilon is below 1, since 1 - epsilon
 * and epsilon are 1.
 */
export function setNorm(edit: Edit, visit: LayerVisit, { epsilon }: BatchNormLayer): void {
  const variance = Math.max(0, 1 - epsilon)
  toSet(edit, visit, 'runningMean')?.fill(0)
  toSet(edit, visit, 'runningVariance')?.fill(variance)
  toSet(edit, visit, 'scale')?.fill(Math.sqrt(variance + epsilon))
  toSet(edit, visit, 'shift')?.fill(0)
}
