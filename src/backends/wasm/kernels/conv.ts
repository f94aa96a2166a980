/**
 * The two products of a convolution whose tiles are positions of its result: forwards, and the input's gradient, which is
 * the same with the flipped kernel over the spaced and padded gradient. B images, C channels, O outputs; weights lie in
 * panels [O/8][kernel^2 * C][8], in the order in which a window's elements lie in a padded image: line by line of the kernel
 * they are contiguous.
 */
import { type Geometry, geometryOf } from '../../../graph/windows.ts'
import { panelWidth, roundUp } from '../../../plan/layout.ts'
import type { Kernel } from '../../../plan/plan.ts'
import { type I32, i32 } from '../assembler.ts'
import { panelVectors } from './dense.ts'
import { at, forRange, type KernelContext, operandOf, times } from './operands.ts'
import { gradientPadding, inputPadding, PaddedImages, type Padding, paddedSize } from './padded-images.ts'
import { forColumnTiles, inOrder, TileProduct, type TileVectors, tilesAlong } from './product.ts'
import { TileTail } from './tile.ts'

/** What a kernel moves over, and in what steps. */
interface Movement {
  readonly padding: Padding
  readonly kernel: number
  readonly stride: number
  /** Lines of the result, and positions in one. */
  readonly height: number
  readonly width: number
}

function forwards(geometry: Geometry, channels: number): Movement {
  const { kernel, stride, outputHeight: height, outputWidth: width } = geometry
  return { padding: inputPadding(geometry, channels), kernel, stride, height, width }
}

function backwards(geometry: Geometry, channels: number): Movement {
  const { kernel, height, width } = geometry
  return { padding: gradientPadding(geometry, channels), kernel, stride: 1, height, width }
}

function movementOf({ nodes: [{ op, inputs, attributes }] }: Kernel): Movement {
  const move = op === 'conv' ? forwards : backwards
  return move(geometryOf(attributes), inputs[0].shape[1])
}

/** Bytes of scratch memory that a thread needs. */
export function convScratch(kernel: Kernel, elementBytes: number): number {
  const { padding } = movementOf(kernel)
  const [{ inputs }] = kernel.nodes
  return paddedSize(padding, inputs[0].shape[0] / (padding.height * padding.width), elementBytes).bytes
}

/** y[m, o] = sum over m's window and over c of x[seen, c] w[o, c, tap], or the same for the gradient of x. */
export function emitConv(context: KernelContext): void {
  const { builder, lanes, kernel, start, end, scratch } = context
  const [node, ...rest] = kernel.nodes
  const movement = movementOf(kernel)
  const { padding, height, width, stride } = movement
  const side = movement.kernel
  const images = new PaddedImages(context, padding, operandOf(context, node.inputs[0]), scratch)
  const vectorsOf = panelVectors(context, operandOf(context, node.inputs[1]))
  const tail = new TileTail(context, rest, node.outputs[0])
  const product = new TileProduct(context)
  const terms = side * padding.channels
  const rounds = [{ count: i32.const(side), spreadSkip: images.lineBytes - terms * lanes.bytes, vectorSkip: 0 }]
  const stepBytes = stride * images.positionBytes

  const emitTile = (
    vectors: TileVectors,
    rows: number,
    { places, seen, row, column }: { places: ReturnType<typeof vectorsOf>; seen: I32; row: I32; column: I32 },
  ): void => {
    const spread = { address: seen, rowBytes: stepBytes, termBytes: lanes.bytes }
    const sums = product.emit({ spread, vectors: places, rows, terms, rounds: side > 1 ? rounds : [] })
    tail.moveTo(row, column)
    for (const [position, sum] of inOrder(sums, { asTheyAre: rest.length === 0 })) {
      tail.finish(Math.floor(position / vectors), position % vectors, sum)
    }
  }

  const line = builder.local('i32', start)
  const groupEnd = builder.local('i32')
  const firstImage = builder.local('i32')
  const seen = builder.local('i32')
  const row = builder.local('i32')
  const column = builder.local('i32')
  builder.when(i32.ltU(start, end), () => images.clear())
  builder.while(i32.ltU(line, end), () => {
    builder.set(firstImage, i32.divU(line, i32.const(height)))
    const lastLine = i32.mul(i32.add(firstImage, i32.const(images.size.images)), i32.const(height))
    builder.set(groupEnd, lastLine)
    builder.set(groupEnd, i32.select(i32.ltU(groupEnd, end), groupEnd, end))
    const lastImage = i32.divU(i32.add(groupEnd, i32.const(height - 1)), i32.const(height))
    images.copy(firstImage, builder.local('i32', lastImage))
    forColumnTiles(context, roundUp(node.outputs[0].shape[1], panelWidth), (vectors, first) => {
      const places = vectorsOf(vectors, first)
      builder.set(column, i32.mul(first, i32.const(lanes.count)))
      forRange(builder, line, groupEnd, 1, (current) => {
        const image = builder.local('i32', i32.divU(current, i32.const(height)))
        const inImage = i32.sub(current, i32.mul(image, i32.const(height)))
        const imageAt = at(scratch, i32.sub(image, firstImage), images.size.imageBytes)
        builder.set(seen, at(imageAt, inImage, stride * images.lineBytes))
        builder.set(row, i32.mul(current, i32.const(width)))
        for (const { rows, count } of tilesAlong(width, vectors)) {
          times(builder, count, () => {
            emitTile(vectors, rows, { places, seen, row, column })
            builder.set(seen, i32.add(seen, i32.const(rows * stepBytes)))
            builder.set(row, i32.add(row, i32.const(rows)))
          })
        }
      })
    })
    builder.set(line, groupEnd)
  })
}
