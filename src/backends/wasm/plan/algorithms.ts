/**
 * Chooses the algorithm of a convolution from the convolution's shape alone. The choice of the algorithm needs no
 * timing at run time, so the same training gives the same bits on every machine. The constants in the choice of the
 * algorithm come from the measurements in docs/engine.md.
 */
import type { OpNode } from '../../../graph/graph.ts'
import { type Geometry, geometryOf } from '../../../graph/windows.ts'
import type { Precision } from '../../backend.ts'
import type { Algorithm } from './plan.ts'

export interface AlgorithmOptions {
  readonly precision: Precision
  /** Whether Winograd's algorithm is allowed. */
  readonly winograd: boolean
}

/** Returns the number of results in each direction of a tile, or undefined for an algorithm without tiles. */
export function tileOf(algorithm: Algorithm): 2 | 4 | undefined {
  if (algorithm === 'direct') return undefined
  return algorithm === 'winograd-2' ? 2 : 4
}

/** The sizes of a convolution: a product of images with a kernel, or of images with a gradient. */
interface ConvolutionShape {
  /** Number of channels of the images. */
  readonly channels: number
  /** Number of channels of the result, or of the gradient that the images are multiplied with. */
  readonly outputs: number
  readonly images: number
  /** Height of the results of one image, in positions. */
  readonly height: number
  /** Width of the results of one image, in positions. */
  readonly width: number
  /** Number of kernel transforms: one for all images, or one for each part of the images. */
  readonly kernels: number
}

function shapeOf({ op, inputs, outputs, attributes }: OpNode, geometry: Geometry): ConvolutionShape | undefined {
  const { height, width, positions, outputHeight, outputWidth, outputPositions } = geometry
  const [rows, channels] = inputs[0].shape
  const forward = { height: outputHeight, width: outputWidth }
  switch (op) {
    case 'conv':
      return { channels, outputs: outputs[0].shape[1], images: rows / positions, ...forward, kernels: 1 }
    case 'convInputGradient':
      return { channels, outputs: outputs[0].shape[1], images: rows / outputPositions, height, width, kernels: 1 }
    case 'convWeightGradient': {
      const images = rows / outputPositions
      return { channels: inputs[1].shape[1], outputs: channels, images, ...forward, kernels: Number(attributes.parts) }
    }
    default:
      return undefined
  }
}

/**
 * Costs of Winograd's transforms, in multiply-adds. `channel` is the cost for each channel of a tile, and `output` is
 * the cost for each output of a tile. `kernel` is the cost for each pair of a channel and an output in the transform of
 * a kernel. `kernelGradient` is the cost for each pair of a channel and an output in the back-transform of a kernel's
 * gradient. Each cost was measured on convolutions in which the transform takes a large part of the time
 * (docs/engine.md).
 */
const costs = {
  2: { channel: 100, output: 100, kernel: 70, kernelGradient: 160 },
  4: { channel: 260, output: 340, kernel: 160, kernelGradient: 360 },
} as const

/**
 * Smallest number of terms of a sum for which Winograd tiles of 4 x 4 are used. With fewer than 16 terms, the error of
 * 4 x 4 tiles would be more than three times the error of the direct sum. The error of the direct sum grows with the
 * number of terms.
 */
const fewestTerms = 16

/** Returns the multiply-adds of the direct sum for each pair of a channel and an output, over all images. */
const directCost = ({ images, height, width }: ConvolutionShape): number => 9 * images * height * width

function winogradCost(op: string, tile: 2 | 4, shape: ConvolutionShape): number {
  const { channels, outputs, images, height, width, kernels } = shape
  const { channel, output, kernel, kernelGradient } = costs[tile]
  const tiles = images * Math.ceil(height / tile) * Math.ceil(width / tile)
  const ofTile = (tile + 2) ** 2 + channel / outputs + output / channels
  return tiles * ofTile + kernels * (op === 'convWeightGradient' ? kernelGradient : kernel)
}

export function chooseAlgorithm(node: OpNode, { precision, winograd }: AlgorithmOptions): Algorithm {
  if (!winograd || precision !== 'float32' || !node.op.startsWith('conv')) return 'direct'
  const geometry = geometryOf(node.attributes)
  const shape = shapeOf(node, geometry)
  if (!shape || geometry.kernel !== 3 || geometry.stride !== 1) return 'direct'
  const direct = directCost(shape)
  const two = winogradCost(node.op, 2, shape)
  const isExactEnough = node.op === 'convWeightGradient' || shape.channels >= fewestTerms
  const four = isExactEnough ? winogradCost(node.op, 4, shape) : Number.POSITIVE_INFINITY
  if (Math.min(two, four) >= direct) return 'direct'
  return four < two ? 'winograd-4' : 'winograd-2'
}

/** Returns the number of lines of tiles in all images of a convolution's result. */
export function linesOfTiles(node: OpNode, tile: number): number {
  const { height, positions, outputHeight, outputPositions } = geometryOf(node.attributes)
  const isForward = node.op === 'conv'
  const images = node.outputs[0].shape[0] / (isForward ? outputPositions : positions)
  return images * Math.ceil((isForward ? outputHeight : height) / tile)
}
