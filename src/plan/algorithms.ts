/**
 * Which way a convolution is computed, from its shape alone: never timed when it runs, so that the same run has the same
 * bits everywhere. docs/performance.md has the measurements behind the numbers.
 */
import type { OpNode } from '../graph/graph.ts'
import { type Geometry, geometryOf } from '../graph/windows.ts'
import type { Algorithm, Precision } from './plan.ts'

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

/** Channels that a product sums over, and those of its results; the positions of an image's results. */
interface ConvolutionShape {
  readonly terms: number
  readonly results: number
  readonly height: number
  readonly width: number
}

function shapeOf({ op, inputs, outputs }: OpNode, geometry: Geometry): ConvolutionShape | undefined {
  const { height, width, outputHeight, outputWidth } = geometry
  const of = (terms: number, results: number) => ({ terms, results })
  switch (op) {
    case 'conv':
      return { ...of(inputs[0].shape[1], outputs[0].shape[1]), height: outputHeight, width: outputWidth }
    case 'convInputGradient':
      return { ...of(inputs[0].shape[1], outputs[0].shape[1]), height, width }
    case 'convWeightGradient':
      return { ...of(inputs[1].shape[1], inputs[0].shape[1]), height: outputHeight, width: outputWidth }
    default:
      return undefined
  }
}

/**
 * Fewest channels on either side: with fewer the transforms cost more than the products that they save, and the error of
 * tiles of 4 x 4 would be more than three times the direct sum's.
 */
const fewestChannels = { 'winograd-2': 8, 'winograd-4': 16 } as const

/** How many positions' worth of products tiles compute for each one that there is. */
function excess(tile: number, { height, width }: ConvolutionShape): number {
  return (Math.ceil(height / tile) * Math.ceil(width / tile) * tile ** 2) / (height * width)
}

/** How many times fewer products than the direct sum's 9 for each position. */
const saving = (tile: number): number => (9 * tile ** 2) / (tile + 2) ** 2

export function chooseAlgorithm(node: OpNode, { precision, winograd }: AlgorithmOptions): Algorithm {
  if (!winograd || precision !== 'float32' || !node.op.startsWith('conv')) return 'direct'
  const geometry = geometryOf(node.attributes)
  const shape = shapeOf(node, geometry)
  if (!shape || geometry.kernel !== 3 || geometry.stride !== 1) return 'direct'
  const channels = Math.min(shape.terms, shape.results)
  const speed = (algorithm: 'winograd-2' | 'winograd-4'): number => {
    const tile = algorithm === 'winograd-2' ? 2 : 4
    return channels < fewestChannels[algorithm] ? 0 : saving(tile) / excess(tile, shape)
  }
  const [two, four] = [speed('winograd-2'), speed('winograd-4')]
  const enough = 1.5
  if (Math.max(two, four) < enough) return 'direct'
  return four > two ? 'winograd-4' : 'winograd-2'
}

/** Lines of tiles in all images of a convolution's result. */
export function linesOfTiles(node: OpNode, tile: number): number {
  const { height, positions, outputHeight, outputPositions } = geometryOf(node.attributes)
  const isForwards = node.op === 'conv'
  const images = node.outputs[0].shape[0] / (isForwards ? outputPositions : positions)
  return images * Math.ceil((isForwards ? outputHeight : height) / tile)
}
