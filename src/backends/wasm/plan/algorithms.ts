/**
 * Which way a convolution is computed, from its shape alone: never timed when it runs, so that the same run has the same
 * bits everywhere. docs/performance.md has the measurements behind the numbers.
 */
import type { OpNode } from '../../../graph/graph.ts'
import { type Geometry, geometryOf } from '../../../graph/windows.ts'
import type { Precision } from '../../backend.ts'
import type { Algorithm } from './plan.ts'

export interface AlgorithmOptions {
  readonly precision: Precision
  /** Allows Winograd's algorithm. */
  readonly winograd: boolean
}

/** Results in each direction of a tile; undefined where the algorithm has none. */
export function tileOf(algorithm: Algorithm): 2 | 4 | undefined {
  if (algorithm === 'direct') return undefined
  return algorithm === 'winograd-2' ? 2 : 4
}

/** A product of images with a kernel, or of images with a gradient. */
interface ConvolutionShape {
  /** Channels of the images, and of what is made of them or multiplied with them. */
  readonly channels: number
  readonly outputs: number
  readonly images: number
  /** Positions of an image's results. */
  readonly height: number
  readonly width: number
  /** The transforms that there is one of for all images, or for each part of them. */
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
 * What the transforms cost, in multiply-adds: of a tile's channel, of its output, and of one of both in a kernel's transform
 * and in the transform back of its gradient. Measured where one of them is a large part (docs/performance.md).
 */
const costs = {
  2: { channel: 100, output: 100, kernel: 70, kernelGradient: 160 },
  4: { channel: 260, output: 340, kernel: 160, kernelGradient: 360 },
} as const

/** Fewer would make the error of tiles of 4 x 4 more than three times that of the direct sum, which grows with its terms. */
const fewestTerms = 16

/** Multiply-adds for each pair of a channel and an output, all images together. */
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

/** Lines of tiles in all images of a convolution's result. */
export function linesOfTiles(node: OpNode, tile: number): number {
  const { height, positions, outputHeight, outputPositions } = geometryOf(node.attributes)
  const isForward = node.op === 'conv'
  const images = node.outputs[0].shape[0] / (isForward ? outputPositions : positions)
  return images * Math.ceil((isForward ? outputHeight : height) / tile)
}
