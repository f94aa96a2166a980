/** The tiles of a convolution by Winograd's algorithm, and the images that these tiles read. */
import { geometryOf } from '../../../../graph/windows.ts'
import { assertInvariant } from '../../../../support/errors.ts'
import { tileOf } from '../../plan/algorithms.ts'
import type { Kernel } from '../../plan/plan.ts'
import { extentOf, type TileSize, taps } from './transform.ts'

export interface Tiling {
  readonly tile: TileSize
  /** Number of positions that a tile reads in each direction, equal to the number of products in each direction. */
  readonly extent: number
  /** Height and width of the result of one image, in positions. */
  readonly height: number
  readonly width: number
  /** Number of tiles in one image from top to bottom, and from left to right. */
  readonly lines: number
  readonly columns: number
  readonly images: number
}

export function tilingOf({ algorithm, nodes: [node] }: Kernel): Tiling {
  const tile = tileOf(algorithm)
  assertInvariant(tile !== undefined, `${node.op} is not computed in Winograd tiles`)
  const { height, width, outputHeight, outputWidth, positions } = geometryOf(node.attributes)
  const isBackward = node.op === 'convInputGradient'
  const [ofHeight, ofWidth] = isBackward ? [height, width] : [outputHeight, outputWidth]
  const rows = node.op === 'convWeightGradient' ? node.inputs[1].shape[0] / positions : undefined
  const [result] = node.outputs
  return {
    tile,
    extent: extentOf(tile),
    height: ofHeight,
    width: ofWidth,
    lines: Math.ceil(ofHeight / tile),
    columns: Math.ceil(ofWidth / tile),
    images: rows ?? result.shape[0] / (ofHeight * ofWidth),
  }
}

/** The images that tiles read. The first tile begins `before` positions before the first position of an image. */
export interface Seen {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly before: number
  readonly circular: boolean
  /** Number of positions that a tile reads in each direction, and distance in positions from one tile to the next. */
  readonly size: number
  readonly step: number
}

/**
 * Returns the images that the tiles of a result read. The forward pass and the gradient of the weights read the input.
 * The gradient of the input reads the output's gradient, over which the flipped kernel moves.
 */
export function seenBy({ nodes: [node] }: Kernel, { extent, tile }: Tiling): Seen {
  const { height, width, before, circular, outputHeight, outputWidth } = geometryOf(node.attributes)
  const channels = node.inputs[node.op === 'convWeightGradient' ? 1 : 0].shape[1]
  const common = { channels, circular, size: extent, step: tile }
  if (node.op !== 'convInputGradient') return { ...common, height, width, before }
  return { ...common, height: outputHeight, width: outputWidth, before: taps - 1 - before }
}

/** Returns the images of the output's gradient, which are read in tiles that do not overlap. */
export function gradientsSeen({ nodes: [node] }: Kernel, { tile, height, width }: Tiling): Seen {
  const channels = node.inputs[0].shape[1]
  return { height, width, channels, before: 0, circular: false, size: tile, step: tile }
}
