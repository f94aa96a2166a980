/**
 * Errors about outputs that should have a given shape, such as those of a branch that is added to something: the layer to
 * blame, and what would mend it.
 */
import type { LayerKind } from '../network/network.ts'
import { networkError } from '../network/network-error.ts'
import type { LayerBlueprint, Shape } from './blueprint.ts'
import { sameShape, shapeText } from './shape.ts'

/** A branch has another shape than what it is added to: the shortcut's output, or `input` where there is no shortcut. */
export function branchShapeError(branch: LayerBlueprint, input: Shape, shortcut?: LayerBlueprint): Error {
  const { output } = branch
  const sum = shortcut?.output ?? input
  const purpose = 'so that it can be added to its shortcut'
  const ofShape = `, or give the residual a shortcut of the shape ${shapeText(output)}`
  if (!areImages(sum, output)) return layerShapeError(branch, sum, purpose, 'residual', ofShape)
  if (shortcut === undefined) return imageShapeError(branch, sum, purpose, projection(input, output))
  if (sameSize(sum, output)) return imageShapeError(branch, sum, purpose, ofShape)
  return shapeError(branch, sum, purpose, 'Give the branch and its shortcut the same strides and channels.')
}

/** A block that is to be repeated has another shape than its input. */
export function blockShapeError(block: LayerBlueprint, input: Shape): Error {
  const purpose = 'so that the block can be repeated'
  if (!areImages(input, block.output)) return layerShapeError(block, input, purpose, 'repeat')
  return imageShapeError(block, input, purpose, ', or put what changes the shape before the repeat')
}

/** The dense layer whose width is this layer's output size. */
export function lastDense(layer: LayerBlueprint): LayerBlueprint | undefined {
  const { kind } = layer.layer
  if (kind === 'dense') return layer
  if (kind !== 'chain') return undefined
  const setter = layer.children.findLast((one) => one.layer.kind === 'dense' || !sameShape(one.input, one.output))
  return setter && lastDense(setter)
}

/** The convolution or shortcut that sets this layer's number of channels. */
export function lastOfChannels(layer: LayerBlueprint): LayerBlueprint | undefined {
  const { kind } = layer.layer
  if (kind === 'conv' || kind === 'subsample') return layer
  if (kind !== 'chain') return undefined
  const setter = layer.children.findLast((one) => one.layer.kind === 'conv' || one.input[0] !== one.output[0])
  return setter && lastOfChannels(setter)
}

const areImages = (...shapes: readonly Shape[]): boolean => shapes.every(({ length }) => length === 3)
const sameSize = ([, ...one]: Shape, [, ...other]: Shape): boolean => sameShape(one, other)

/** `around` is the layer that it is in; `instead` another way out, which goes on from the first. */
function layerShapeError(
  layer: LayerBlueprint,
  expected: Shape,
  purpose: string,
  around: LayerKind,
  instead = '',
): Error {
  const culprit = lastDense(layer)
  if (culprit !== undefined && expected.length === 1) {
    const remedy = `Set its width to ${expected[0]}${instead}.`
    return networkError(culprit.path, `${expected[0]} outputs ${purpose}`, `${layer.output[0]}`, remedy)
  }
  if (expected.length === 1) return shapeError(layer, expected, purpose, `Change its layers${instead}.`)
  const remedy = usesImages(layer)
    ? `Put its flatten, dense and globalAveragePool layers behind the ${around}`
    : 'Put a flatten() and a dense layer before it'
  return shapeError(layer, expected, purpose, `${remedy}${instead}.`)
}

const onImages: ReadonlySet<LayerKind> = new Set(['conv', 'maxPool', 'averagePool', 'globalAveragePool', 'subsample'])

function usesImages({ layer, children }: LayerBlueprint): boolean {
  return onImages.has(layer.kind) || children.some(usesImages)
}

function imageShapeError(layer: LayerBlueprint, expected: Shape, purpose: string, instead: string): Error {
  const [channels] = expected
  const { output } = layer
  const culprit = lastOfChannels(layer)
  if (culprit !== undefined && sameSize(expected, output)) {
    const remedy = `Set its channels to ${channels}${instead}.`
    return networkError(culprit.path, `${channels} channels ${purpose}`, `${output[0]}`, remedy)
  }
  const ways = [
    ...(output[0] === channels ? [] : [`end with ${channels} channels`]),
    ...(sameSize(expected, output) ? [] : ['keep the size, with strides of 1 and with padding']),
  ]
  return shapeError(layer, expected, purpose, `Let it ${ways.join(', and ')}${instead}.`)
}

function shapeError({ path, output }: LayerBlueprint, expected: Shape, purpose: string, remedy: string): Error {
  const wanted = `an output of the shape ${shapeText(expected)} ${purpose}`
  return networkError(path, wanted, `the shape ${shapeText(output)}`, remedy)
}

/** The shortcut from one shape to the other, where a 1x1 convolution makes one. */
function projection([from, ...size]: Shape, [channels, ...wanted]: Shape): string {
  const stride = Math.max(...size.map((extent, axis) => Math.ceil(extent / wanted[axis])))
  if (!size.every((extent, axis) => Math.ceil(extent / stride) === wanted[axis])) return ''
  const options = [`from: ${from}`, `channels: ${channels}`, ...(stride > 1 ? [`stride: ${stride}`] : [])]
  return `, or give the residual a 1x1 convolution as its shortcut: shortcut('b', { ${options.join(', ')} })`
}
