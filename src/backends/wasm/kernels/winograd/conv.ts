/**
 * A convolution, and the gradient of a convolution's input, computed by Winograd's algorithm. Winograd's algorithm
 * first transforms the kernel and the tiles of the images. The sums over channels become matrix products, one for each
 * element of a transformed tile. The results of the matrix products are transformed back.
 */
import { type I32, i32, type Local } from '../../assembler.ts'
import { v128 } from '../../lanes.ts'
import { panelWidth, roundUp, tileRows } from '../../plan/layout.ts'
import type { Kernel } from '../../plan/plan.ts'
import { at, forRange, type KernelContext, type KernelOperand, layoutAs, operandOf, times } from '../operands.ts'
import { forColumnTiles, forRowTiles, panelOffset, TileProduct } from '../product.ts'
import { TileTail } from '../tile.ts'
import { offsetsOf, type Planes, planesOf, stripsOf } from './planes.ts'
import { PreparedLines } from './prepared.ts'
import { type Seen, seenBy, type Tiling, tilingOf } from './source.ts'
import { emitSquare, squareBytes } from './square.ts'
import { bytesOfZeros, firstRowOf, forLinesOfTiles, SeenLines } from './tiles.ts'
import { createTouch, mostTouched } from './touch.ts'
import { createTransform, taps } from './transform.ts'

/**
 * Target size, in bytes, of a block of transformed tiles and their products. A block of transformed tiles is small
 * enough to stay in a core's level-2 cache.
 */
const blockBytes = 2 ** 17
/** Smallest number of tiles in a block of transformed tiles. */
const fewestTiles = 12

interface Sizes {
  readonly tiling: Tiling
  readonly seen: Seen
  readonly channels: number
  /** Number of outputs in one strip of the kernel, and number of strips. */
  readonly outputs: number
  readonly strips: number
  /** Number of lines of tiles in one block of transformed tiles. */
  readonly blockLines: number
  readonly kernel: Planes
  readonly tiles: Planes
  readonly sums: Planes
  readonly offsets: readonly number[]
  readonly bytes: number
}

function sizesOf(kernel: Kernel, elementBytes: number): Sizes {
  const tiling = tilingOf(kernel)
  const { extent, columns, lines, images } = tiling
  const [node] = kernel.nodes
  const products = extent ** 2
  const seen = seenBy(kernel, tiling)
  const { channels } = seen
  const panels = roundUp(node.outputs[0].shape[1], panelWidth) / panelWidth
  const strips = stripsOf(panels, (count) => products * channels * count * panelWidth * elementBytes)
  const outputs = (panels / strips) * panelWidth
  const rowElements = roundUp(channels, panelWidth)
  const tileBytes = products * (rowElements + outputs) * elementBytes
  const wanted = Math.max(fewestTiles, Math.floor(blockBytes / tileBytes))
  const blockLines = Math.min(lines * images, Math.max(1, Math.floor(wanted / columns)))
  const rows = roundUp(blockLines * columns, tileRows)
  const transformed = planesOf(products, channels, outputs, elementBytes)
  const tiles = planesOf(products, rows, rowElements, elementBytes)
  const sums = planesOf(products, rows, outputs, elementBytes)
  const zeros = bytesOfZeros(seen, elementBytes)
  const parts = [zeros, squareBytes(extent), transformed.bytes, tiles.bytes, sums.bytes]
  return { tiling, seen, channels, outputs, strips, blockLines, kernel: transformed, tiles, sums, ...offsetsOf(parts) }
}

/** Size, in bytes, of the scratch memory that each thread needs for a Winograd convolution. */
export const winogradConvScratch = (kernel: Kernel, elementBytes: number): number => sizesOf(kernel, elementBytes).bytes

export function emitWinogradConv(context: KernelContext): void {
  const { builder, lanes, kernel, start, end, scratch } = context
  const [node, ...rest] = kernel.nodes
  const sizes = sizesOf(kernel, lanes.bytes)
  const { tiling, seen, channels, outputs, strips, blockLines } = sizes
  const { tile, extent, height, width, lines, columns } = tiling
  const products = extent ** 2
  const transform = createTransform(builder, lanes, tile)
  const address = (part: number): Local<'i32'> => builder.local('i32', i32.add(scratch, i32.const(sizes.offsets[part])))
  const [zerosAt, between, kernelAt, tilesAt, sumsAt] = [0, 1, 2, 3, 4].map(address)
  const source = operandOf(context, node.inputs[0])
  const prepared = new PreparedLines(context, seen, source, tiling)
  const from = new SeenLines(context, seen, source, zerosAt, columns)
  const w = operandOf(context, node.inputs[1])
  const panelBytes = layoutAs(w.layout, 'panels').panelStride * lanes.bytes
  const tail = new TileTail(context, rest, node.outputs[0])
  const product = new TileProduct(context)
  const strip = builder.local('i32', i32.const(0))
  const row = builder.local('i32')
  const vectorBytes = lanes.count * lanes.bytes
  const termBytes = panelWidth * lanes.bytes

  /** Emits code that transforms the kernel of a strip into planes of panels [outputs/8][C][8]. */
  const emitKernel = (): void => {
    const panel = builder.local('i32', at(w.pointer, strip, (outputs / panelWidth) * panelBytes))
    const target = builder.local('i32', kernelAt)
    const source = builder.local('i32')
    times(builder, outputs / panelWidth, () => {
      builder.set(source, panel)
      times(builder, channels * (panelWidth / lanes.count), () => {
        emitSquare(context, between, {
          size: taps,
          load: (line, column) => v128.load(source, (line * taps + column) * channels * termBytes),
          transform: transform.kernel,
          store: (line, values) =>
            values.forEach((value, column) => {
              v128.store(builder, target, value, (line * extent + column) * sizes.kernel.planeBytes)
            }),
        })
        builder.set(source, i32.add(source, i32.const(vectorBytes)))
        builder.set(target, i32.add(target, i32.const(vectorBytes)))
      })
      builder.set(panel, i32.add(panel, i32.const(panelBytes)))
    })
  }

  const emitTiles = (first: I32, last: I32): void => {
    const target = { pointer: builder.local('i32', tilesAt), planes: sizes.tiles, extent, between }
    forLinesOfTiles(context, { first, end: last, lines }, (image, line) => {
      from.moveTo(image, line)
      from.transform(Math.ceil(channels / lanes.count), target, transform.input)
    })
  }

  const next = prepared.rowOperands.slice(0, Math.max(1, mostTouched - tail.rowOperands.length))
  const sees = (width: number) => (operand: KernelOperand) =>
    createTouch(context, { operand, rows: blockLines * tile * width, turns: products })
  const results = tail.rowOperands.map(sees(width))
  const sources = next.map(sees(seen.width))
  const emitProducts = (tiles: I32): void => {
    const rows = { first: builder.local('i32', i32.const(0)), end: builder.local('i32', tiles), sticksOut: 0 }
    const [fromTiles, fromKernel, target] = [tilesAt, kernelAt, sumsAt].map((place) => builder.local('i32', place))
    const [vectorAt, secondAt, sumAt] = [builder.local('i32'), builder.local('i32'), builder.local('i32')]
    const ofPanel = channels * termBytes
    const tileBytes = sizes.tiles.stride * lanes.bytes
    const sumBytes = sizes.sums.stride * lanes.bytes
    times(builder, products, () => {
      for (const touch of [...results, ...sources]) touch.some()
      forColumnTiles(context, outputs, (count, first) => {
        builder.set(vectorAt, i32.add(fromKernel, panelOffset(context, first, ofPanel)))
        builder.set(secondAt, i32.add(fromKernel, panelOffset(context, i32.add(first, i32.const(1)), ofPanel)))
        const places = count === 2 ? { offsets: [0, 16] } : { second: secondAt, offsets: [0, 0, ofPanel] }
        const vectors = { address: vectorAt, ...places, termBytes }
        forRowTiles(context, count, rows, (row, many) => {
          const spread = { address: at(fromTiles, row, tileBytes), rowBytes: tileBytes, termBytes: lanes.bytes }
          const sums = product.emit({ spread, vectors, rows: many, terms: channels })
          builder.set(sumAt, at(at(target, row, sumBytes), first, vectorBytes))
          for (const [position, sum] of [...sums.entries()].reverse()) {
            v128.store(builder, sumAt, sum, Math.floor(position / count) * sumBytes + (position % count) * 16)
          }
        })
      })
      builder.set(fromTiles, i32.add(fromTiles, i32.const(sizes.tiles.planeBytes)))
      builder.set(fromKernel, i32.add(fromKernel, i32.const(sizes.kernel.planeBytes)))
      builder.set(target, i32.add(target, i32.const(sizes.sums.planeBytes)))
    })
  }

  const emitResults = (first: I32, last: I32): void => {
    const source = builder.local('i32', sumsAt)
    const column = builder.local('i32')
    const linesLeft = builder.local('i32')
    const emitTile = (wide: number): void => {
      builder.set(column, i32.mul(strip, i32.const(outputs)))
      times(builder, outputs / lanes.count, () => {
        tail.moveTo(row, column)
        emitSquare(context, between, {
          size: extent,
          load: (line, of) => v128.load(source, (line * extent + of) * sizes.sums.planeBytes),
          transform: transform.output,
          store: (line, values) => {
            const finish = (): void =>
              values.slice(0, wide).forEach((value, of) => {
                tail.finish(line * width + of, 0, value)
              })
            if (height % tile === 0 || line === 0) finish()
            else builder.when(i32.ltU(i32.const(line), linesLeft), finish)
          },
        })
        tail.end()
        builder.set(source, i32.add(source, i32.const(vectorBytes)))
        builder.set(column, i32.add(column, i32.const(lanes.count)))
      })
      builder.set(row, i32.add(row, i32.const(wide)))
    }
    forLinesOfTiles(context, { first, end: last, lines }, (image, inImage) => {
      const line = builder.local('i32', i32.mul(inImage, i32.const(tile)))
      builder.set(linesLeft, i32.sub(i32.const(height), line))
      builder.set(row, i32.mul(i32.add(i32.mul(image, i32.const(height)), line), i32.const(width)))
      const whole = Math.floor(width / tile)
      if (whole > 0) times(builder, whole, () => emitTile(tile))
      if (width % tile > 0) emitTile(width % tile)
    })
  }

  const line = builder.local('i32')
  const blockEnd = builder.local('i32')
  const least = (a: I32, b: I32): I32 => i32.select(i32.ltU(a, b), a, b)
  builder.when(i32.ltU(start, end), () => from.clear())
  prepared.begin(start)
  forRange(builder, i32.const(0), i32.select(i32.ltU(start, end), i32.const(strips), i32.const(0)), 1, (number) => {
    builder.set(strip, number)
    emitKernel()
    builder.set(line, start)
    builder.while(i32.ltU(line, end), () => {
      builder.set(blockEnd, least(i32.add(line, i32.const(blockLines)), end))
      prepared.moveTo(blockEnd)
      emitTiles(line, blockEnd)
      const tiles = i32.mul(i32.sub(blockEnd, line), i32.const(columns))
      for (const touch of results) touch.begin(firstRowOf(tiling, tiling, line))
      for (const touch of sources) touch.begin(firstRowOf(tiling, seen, blockEnd))
      emitProducts(i32.and(i32.add(tiles, i32.const(tileRows - 1)), i32.const(-tileRows)))
      emitResults(line, blockEnd)
      builder.set(line, blockEnd)
    })
  })
}
