/** The images that a convolution by Winograd's algorithm cuts into tiles, with what lies beyond their borders. */
import { type Geometry, geometryOf } from '../../../../graph/windows.ts'
import { tileOf } from '../../../../plan/algorithms.ts'
import { panelWidth, roundUp } from '../../../../plan/layout.ts'
import type { Kernel } from '../../../../plan/plan.ts'
import { assertInvariant } from '../../../../support/errors.ts'
import type { Padding } from '../padded-images.ts'
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
  const isBackwards = node.op === 'convInputGradient'
  const [ofHeight, ofWidth] = isBackwards ? [height, width] : [outputHeight, outputWidth]
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

/** So many positions behind the last one that every tile finds what it sees. */
const afterAll = (tiling: Tiling, before: number, height: number, width: number): number => {
  const seen = (tiles: number): number => tiles * tiling.tile + taps - 1
  return Math.max(0, seen(tiling.lines) - before - height, seen(tiling.columns) - before - width)
}

/** Of what the tiles of a result see: the input, or going backwards the output's gradient under the flipped kernel. */
export function sourcePadding({ nodes: [node] }: Kernel, tiling: Tiling): Padding {
  const geometry = geometryOf(node.attributes)
  const { circular } = geometry
  const isBackwards = node.op === 'convInputGradient'
  const { height, width, before } = isBackwards ? seenBackwards(geometry) : geometry
  const channels = node.inputs[node.op === 'convWeightGradient' ? 1 : 0].shape[1]
  const after = afterAll(tiling, before, height, width)
  return { height, width, channels, spacing: 1, spacedHeight: height, spacedWidth: width, before, after, circular }
}

const seenBackwards = ({ outputHeight, outputWidth, before }: Geometry) => ({
  height: outputHeight,
  width: outputWidth,
  before: taps - 1 - before,
})

/** Of the output's gradient, whose tiles don't overlap, with the padding of its rows. */
export function gradientPadding({ nodes: [node] }: Kernel, { tile, height, width, lines, columns }: Tiling): Padding {
  const after = Math.max(lines * tile - height, columns * tile - width)
  const channels = roundUp(node.inputs[0].shape[1], panelWidth)
  const spaced = { spacing: 1, spacedHeight: height, spacedWidth: width, before: 0, after, circular: false }
  return { height, width, channels, ...spaced }
}
