/**
 * Errors about outputs of the wrong shape, such as a branch that can't be added to its shortcut. Each error names the
 * faulty layer and a remedy.
 */
import type { LayerKind } from '../network/network.ts'
import { networkError } from '../network/network-error.ts'
import type { LayerBlueprint, Shape } from './blueprint.ts'
import { sameShape, shapeText } from './shape.ts'

/** The error for a branch whose shape differs from the shortcut's output, or from `input` if there is no shortcut. */
export function branchShapeError(branch: LayerBlueprint, input: Shape, shortcut?: LayerBlueprint): Error {
  const { output } = branch
  const sum = shortcut?.output ?? input
  const purpose = 'so that the branch can be added to its shortcut'
  const ofShape = `, or give the residual a shortcut of the shape ${shapeText(output)}`
  if (!areImages(sum, output)) return layerShapeError(branch, sum, purpose, 'residual', ofShape)
  if (shortcut === undefined) return imageShapeError(branch, sum, purpose, projection(input, output))
  if (sameSize(sum, output)) return imageShapeError(branch, sum, purpose, ofShape)
  return shapeError(branch, sum, purpose, 'Give the branch and its shortcut the same strides and channels.')
}

/** The error for a repeated block whose output shape differs from its input shape. */
export function blockShapeError(block: LayerBlueprint, input: Shape): Error {
  const purpose = 'so that the block can be repeated'
  if (!areImages(input, block.output)) return layerShapeError(block, input, purpose, 'repeat')
  return imageShapeError(block, input, purpose, ', or put the layers that change the shape before the repeat')
}

/**
 * The dense layer whose width is the given layer's output size. Undefined if no dense layer sets the given layer's
 * output size.
 */
export function lastDense(layer: LayerBlueprint): LayerBlueprint | undefined {
  const { kind } = layer.layer
  if (kind === 'dense') return layer
  if (kind !== 'chain') return undefined
  const setter = layer.children.findLast((one) => one.layer.kind === 'dense' || !sameShape(one.input, one.output))
  return setter && lastDense(setter)
}

/**
 * The convolution or subsampling that sets the given layer's number of channels. Undefined if no convolution or
 * subsampling sets the number of channels.
 */
export function lastOfChannels(layer: LayerBlueprint): LayerBlueprint | undefined {
  const { kind } = layer.layer
  if (kind === 'conv' || kind === 'subsample') return layer
  if (kind !== 'chain') return undefined
  const setter = layer.children.findLast((one) => one.layer.kind === 'conv' || one.input[0] !== one.output[0])
  return setter && lastOfChannels(setter)
}

const areImages = (...shapes: readonly Shape[]): boolean => shapes.every(({ length }) => length === 3)
const sameSize = ([, ...one]: Shape, [, ...other]: Shape): boolean => sameShape(one, other)

/**
 * `around` is the kind of layer that contains `layer`. `instead` is the text of an alternative remedy, which is
 * appended to the sentence of the first remedy.
 */
function layerShapeError(
  layer: LayerBlueprint,
  expected: Shape,
  purpose: string,
  around: LayerKind,
  instead = '',
): Error {
  const culprit = lastDense(layer)
  if (culprit !== undefined && expected.length === 1) {
    const remedy = `Set the layer's width to ${expected[0]}${instead}.`
    return networkError(culprit.path, `${expected[0]} outputs ${purpose}`, `${layer.output[0]}`, remedy)
  }
  if (expected.length === 1)
    return shapeError(layer, expected, purpose, `Change the layers within the ${around}${instead}.`)
  const remedy = usesImages(layer)
    ? `Put the flatten, dense and globalAveragePool layers after the ${around}`
    : `Put a flatten() and a dense layer before the ${around}`
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
    const remedy = `Set the layer's channels to ${channels}${instead}.`
    return networkError(culprit.path, `${channels} channels ${purpose}`, `${output[0]}`, remedy)
  }
  const ways = [
    ...(output[0] === channels ? [] : [`end with ${channels} channels`]),
    ...(sameSize(expected, output) ? [] : ['keep the size with strides of 1 and padding']),
  ]
  return shapeError(layer, expected, purpose, `Make the layers ${ways.join(' and ')}${instead}.`)
}

function shapeError({ path, output }: LayerBlueprint, expected: Shape, purpose: string, remedy: string): Error {
  const wanted = `an output of the shape ${shapeText(expected)} ${purpose}`
  return networkError(path, wanted, `the shape ${shapeText(output)}`, remedy)
}

/**
 * A remedy that adds a 1x1 convolution as the shortcut. The remedy is an empty text if no 1x1 convolution maps the
 * first shape to the second shape.
 */
function projection([from, ...size]: Shape, [channels, ...wanted]: Shape): string {
  const stride = Math.max(...size.map((extent, axis) => Math.ceil(extent / wanted[axis])))
  if (!size.every((extent, axis) => Math.ceil(extent / stride) === wanted[axis])) return ''
  const options = [`from: ${from}`, `channels: ${channels}`, ...(stride > 1 ? [`stride: ${stride}`] : [])]
  return `, or give the residual a 1x1 convolution as its shortcut: shortcut('b', { ${options.join(', ')} })`
}
