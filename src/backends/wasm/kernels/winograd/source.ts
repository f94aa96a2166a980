/** The tiles of a convolution by Winograd's algorithm, and the images that they see. */
import { geometryOf } from '../../../../graph/windows.ts'
import { assertInvariant } from '../../../../support/errors.ts'
import { tileOf } from '../../plan/algorithms.ts'
import type { Kernel } from '../../plan/plan.ts'
import { extentOf, type TileSize, taps } from './transform.ts'

export interface Tiling {
  readonly tile: TileSize
  /** Positions that a tile sees in each direction, and products there. */
  readonly extent: number
  /** Of one image's results. */
  readonly height: number
  readonly width: number
  /** Tiles over one another, and side by side. */
  readonly lines: number
  readonly columns: number
  readonly images: number
}

export function tilingOf({ algorithm, nodes: [node] }: Kernel): Tiling {
  const tile = tileOf(algorithm)
  assertInvariant(tile !== undefined, `${node.op} has no tiles`)
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

/** Images that tiles see, and how many positions before the first one the first tile begins. */
export interface Seen {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly before: number
  readonly circular: boolean
  /** Positions in each direction that a tile sees, and from one tile to the next. */
  readonly size: number
  readonly step: number
}

/** What the tiles of a result see: the input, or going backward the output's gradient under the flipped kernel. */
export function seenBy({ nodes: [node] }: Kernel, { extent, tile }: Tiling): Seen {
  const { height, width, before, circular, outputHeight, outputWidth } = geometryOf(node.attributes)
  const channels = node.inputs[node.op === 'convWeightGradient' ? 1 : 0].shape[1]
  const common = { channels, circular, size: extent, step: tile }
  if (node.op !== 'convInputGradient') return { ...common, height, width, before }
  return { ...common, height: outputHeight, width: outputWidth, before: taps - 1 - before }
}

/** The output's gradient, in tiles that don't overlap. */
export function gradientsSeen({ nodes: [node] }: Kernel, { tile, height, width }: Tiling): Seen {
  const channels = node.inputs[0].shape[1]
  return { height, width, channels, before: 0, circular: false, size: tile, step: tile }
}
