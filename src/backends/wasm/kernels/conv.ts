/**
 * The two products of a convolution that are computed in tiles of result positions: the forward pass and the gradient
 * of the input. For the gradient of the input, the flipped kernel moves over the output's gradient. B is the number of
 * images, C is the number of channels, and O is the number of outputs. Weights lie in panels [O/8][kernel^2 * C][8].
 * The kernel^2 * C terms of a panel have the same order as the elements of a window in a padded image. Each line of the
 * convolution's kernel is therefore contiguous in the panel of weights and in the padded image.
 */
import { geometryOf } from '../../../graph/windows.ts'
import { type I32, i32 } from '../assembler.ts'
import { panelWidth, roundUp } from '../plan/layout.ts'
import type { Kernel } from '../plan/plan.ts'
import { panelVectors } from './dense.ts'
import { type Movement, moveBackward, moveForward, type Phases } from './movement.ts'
import { at, forRange, type KernelContext, operandOf, times } from './operands.ts'
import { PaddedImages, paddedSize } from './padded-images.ts'
import {
  forColumnTiles,
  inOrder,
  type Round,
  TileProduct,
  type TileVectors,
  tilesAlong,
  type VectorPlaces,
} from './product.ts'
import { TileTail } from './tile.ts'

function movementOf({ nodes: [{ op, inputs, attributes }] }: Kernel): Movement {
  const move = op === 'conv' ? moveForward : moveBackward
  return move(geometryOf(attributes), inputs[0].shape[1])
}

/** Size, in bytes, of the scratch memory that each thread needs for a convolution. */
export function convScratch(kernel: Kernel, elementBytes: number): number {
  const { padding } = movementOf(kernel)
  const [{ inputs }] = kernel.nodes
  return paddedSize(padding, inputs[0].shape[0] / (padding.height * padding.width), elementBytes).bytes
}

/**
 * A column of tiles, described by the memory places of the column's vectors and by the result column in which the first
 * vector begins.
 */
interface Strip {
  readonly vectors: TileVectors
  readonly places: VectorPlaces & { readonly termBytes: number }
  readonly column: I32
}

/**
 * Emits the convolution y[m, o] = sum over the taps of m's window and over c of x[position of the tap, c] w[o, c, tap],
 * or the corresponding sum for the gradient of x.
 */
export function emitConv(context: KernelContext): void {
  const { builder, lanes, kernel, start, end, scratch } = context
  const [node, ...rest] = kernel.nodes
  const movement = movementOf(kernel)
  const { padding, height, width, spacing, step, tapSpacing } = movement
  const side = movement.kernel
  const images = new PaddedImages(context, padding, operandOf(context, node.inputs[0]), scratch)
  const vectorsOf = panelVectors(context, operandOf(context, node.inputs[1]))
  const tail = new TileTail(context, rest, node.outputs[0], spacing)
  const product = new TileProduct(context)
  const { channels } = padding
  const stepBytes = step * images.positionBytes
  const lineEnd = builder.local('i32')
  const firstImage = builder.local('i32')
  const image = builder.local('i32')
  const imageAt = builder.local('i32')
  const inImage = builder.local('i32')
  const seen = builder.local('i32')
  const row = builder.local('i32')
  const places = builder.local('i32')
  const second = builder.local('i32')
  const tap = builder.local('i32')

  /**
   * Returns the number of terms of a sum that are contiguous in both factors, and the loops around these terms. One
   * loop around the terms runs over the lines of the kernel. If the taps of a kernel line are not contiguous, another
   * loop runs over the taps.
   */
  const termsOf = (lines: Phases, columns: Phases, termBytes: number): { terms: number; rounds: Round[] } => {
    const tapBytes = channels * termBytes
    const perLine = {
      count: i32.const(lines.taps),
      spreadSkip: images.lineBytes - columns.taps * images.positionBytes,
      vectorSkip: tapSpacing * (side - columns.taps) * tapBytes,
    }
    if (tapSpacing === 1) return { terms: columns.taps * channels, rounds: lines.taps > 1 ? [perLine] : [] }
    const perTap = { count: i32.const(columns.taps), spreadSkip: 0, vectorSkip: (tapSpacing - 1) * tapBytes }
    return { terms: channels, rounds: [perTap, perLine] }
  }

  /**
   * Emits the results at the positions of one phase (positions that the same taps reach) in one line of an image. The
   * arguments `line` and `column` are the vertical and the horizontal number of the phase within the group of phases.
   */
  const emitPhase = (
    [lines, line]: readonly [Phases, I32],
    [columns, column]: readonly [Phases, I32],
    strip: Strip,
  ): void => {
    const { vectors } = strip
    const { termBytes } = strip.places
    const { terms, rounds } = termsOf(lines, columns, termBytes)
    const isReached = lines.taps > 0 && columns.taps > 0
    const tapBytes = channels * termBytes
    const ofFirst = i32.const((lines.firstTap * side + columns.firstTap) * tapBytes)
    const behind = i32.mul(i32.add(i32.mul(line, i32.const(side)), column), i32.const(tapBytes))
    builder.set(tap, i32.sub(ofFirst, behind))
    builder.set(places, i32.add(strip.places.address, tap))
    if (strip.places.second) builder.set(second, i32.add(strip.places.second, tap))
    const own = { ...strip.places, address: places, ...(strip.places.second && { second }) }
    // The address of the window is computed from the line of the padded image and then from the column at which the
    // window begins.
    const window = i32.divU(i32.sub(inImage, i32.const(lines.first)), i32.const(spacing))
    const seenLine = i32.add(i32.mul(window, i32.const(step)), i32.const(lines.seen))
    builder.set(seen, i32.add(at(imageAt, seenLine, images.lineBytes), i32.const(columns.seen * images.positionBytes)))
    const firstRow = i32.mul(i32.add(i32.mul(image, i32.const(height)), inImage), i32.const(width))
    builder.set(row, i32.add(firstRow, i32.add(column, i32.const(columns.first))))
    for (const { rows, count } of tilesAlong(columns.count, vectors)) {
      times(builder, count, () => {
        const spread = { address: seen, rowBytes: stepBytes, termBytes: lanes.bytes }
        const sums = product.emit({ spread, vectors: own, rows, terms: isReached ? terms : 0, rounds })
        tail.moveTo(row, strip.column)
        for (const [position, sum] of inOrder(sums, { asTheyAre: rest.length === 0 })) {
          tail.finish(Math.floor(position / vectors), position % vectors, sum)
        }
        tail.end()
        builder.set(seen, i32.add(seen, i32.const(rows * stepBytes)))
        builder.set(row, i32.add(row, i32.const(rows * spacing)))
      })
    }
  }

  const emitColumns = (line: readonly [Phases, I32], strip: Strip): void => {
    for (const columns of movement.columns) {
      if (columns.phases === 1) emitPhase(line, [columns, i32.const(0)], strip)
      else {
        forRange(builder, i32.const(0), i32.const(columns.phases), 1, (column) =>
          emitPhase(line, [columns, column], strip),
        )
      }
    }
  }

  /**
   * Emits the results in all columns of one line of an image. The phase of the line determines which taps of the kernel
   * reach the line.
   */
  const emitLine = (strip: Strip): void => {
    if (spacing === 1) {
      for (const lines of movement.lines) emitColumns([lines, i32.const(0)], strip)
      return
    }
    const remainder = builder.local('i32', i32.remU(inImage, i32.const(spacing)))
    for (const lines of movement.lines) {
      const behind = builder.local('i32', i32.sub(remainder, i32.const(lines.first)))
      builder.when(i32.ltU(behind, i32.const(lines.phases)), () => emitColumns([lines, behind], strip))
    }
  }

  const line = builder.local('i32', start)
  const column = builder.local('i32')
  builder.when(i32.ltU(start, end), () => images.clear())
  builder.while(i32.ltU(line, end), () => {
    builder.set(firstImage, i32.divU(line, i32.const(height)))
    builder.set(lineEnd, i32.mul(i32.add(firstImage, i32.const(images.size.images)), i32.const(height)))
    builder.set(lineEnd, i32.select(i32.ltU(lineEnd, end), lineEnd, end))
    const lastImage = i32.divU(i32.add(lineEnd, i32.const(height - 1)), i32.const(height))
    images.copy(firstImage, builder.local('i32', lastImage))
    forColumnTiles(context, roundUp(node.outputs[0].shape[1], panelWidth), (vectors, first) => {
      const strip: Strip = { vectors, places: vectorsOf(vectors, first), column }
      builder.set(column, i32.mul(first, i32.const(lanes.count)))
      forRange(builder, line, lineEnd, 1, (current) => {
        builder.set(image, i32.divU(current, i32.const(height)))
        builder.set(inImage, i32.sub(current, i32.mul(image, i32.const(height))))
        builder.set(imageAt, at(scratch, i32.sub(image, firstImage), images.size.imageBytes))
        emitLine(strip)
      })
    })
    builder.set(line, lineEnd)
  })
}
