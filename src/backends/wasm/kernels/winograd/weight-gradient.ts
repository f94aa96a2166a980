/**
 * The gradient of a convolution's weights by Winograd's algorithm. Each tile of the images and each tile of the
 * output's gradient is transformed. The products of the transformed tiles are summed over the tiles of a part of the
 * batch. The summed products are transformed back into a gradient.
 */
import { type I32, i32, type Local } from '../../assembler.ts'
import { v128 } from '../../lanes.ts'
import { panelWidth, roundUp } from '../../plan/layout.ts'
import type { Kernel } from '../../plan/plan.ts'
import { emitClearing } from '../clearing.ts'
import { at, forRange, type KernelContext, type KernelOperand, layoutAs, operandOf, times } from '../operands.ts'
import { partStart } from '../parts.ts'
import { forColumnTiles, TileProduct, tilesAlong } from '../product.ts'
import { offsetsOf, type Planes, planesOf, stripsOf } from './planes.ts'
import { gradientsSeen, type Seen, seenBy, type Tiling, tilingOf } from './source.ts'
import { emitSquare, squareBytes } from './square.ts'
import { bytesOfZeros, firstRowOf, forLinesOfTiles, SeenLines } from './tiles.ts'
import { createTouch } from './touch.ts'
import { createTransform, taps } from './transform.ts'

/**
 * Target size of a block of transformed tiles, in bytes. The sums of the products are loaded and stored once for each
 * block, so larger blocks cause less memory traffic.
 */
const blockBytes = 2 ** 17
/** Smallest number of tiles in a block of transformed tiles. */
const fewestTiles = 16

interface Sizes {
  readonly tiling: Tiling
  readonly seen: Seen
  readonly gradientsSeen: Seen
  readonly channels: number
  /** Number of outputs in one strip of the gradient, padding included, and number of strips. */
  readonly outputs: number
  readonly strips: number
  /** Number of lines of tiles in one block of transformed tiles. */
  readonly blockLines: number
  readonly tiles: Planes
  readonly gradients: Planes
  readonly sums: Planes
  readonly offsets: readonly number[]
  readonly bytes: number
}

function sizesOf(kernel: Kernel, elementBytes: number): Sizes {
  const tiling = tilingOf(kernel)
  const { extent, columns, lines, images } = tiling
  const [dy, x] = kernel.nodes[0].inputs
  const products = extent ** 2
  const channels = x.shape[1]
  const rowElements = roundUp(channels, panelWidth)
  const panels = roundUp(dy.shape[1], panelWidth) / panelWidth
  const strips = stripsOf(panels, (count) => products * channels * count * panelWidth * elementBytes)
  const outputs = (panels / strips) * panelWidth
  const tileBytes = products * (rowElements + outputs) * elementBytes
  const wanted = Math.max(fewestTiles, Math.floor(blockBytes / tileBytes))
  const blockLines = Math.min(lines * images, Math.max(1, Math.floor(wanted / columns)))
  const tiles = planesOf(products, blockLines * columns, rowElements, elementBytes)
  const gradients = planesOf(products, blockLines * columns, outputs, elementBytes)
  const sums = planesOf(products, channels, outputs, elementBytes)
  const [seen, ofGradients] = [seenBy(kernel, tiling), gradientsSeen(kernel, tiling)]
  const zeros = Math.max(...[seen, ofGradients].map((images) => bytesOfZeros(images, elementBytes)))
  const parts = [zeros, squareBytes(extent), tiles.bytes, gradients.bytes, sums.bytes]
  const places = offsetsOf(parts)
  const common = { tiling, seen, gradientsSeen: ofGradients, channels, outputs, strips, blockLines }
  return { ...common, tiles, gradients, sums, ...places }
}

/** Size, in bytes, of the scratch memory that each thread needs for a weight gradient by Winograd's algorithm. */
export const winogradWeightGradientScratch = (kernel: Kernel, elementBytes: number): number =>
  sizesOf(kernel, elementBytes).bytes

/**
 * Emits the weight gradient dw of each part of the batch, computed from dy[M, O] and x[N, C]. A thread computes the
 * gradients of whole parts and writes every element of these gradients.
 */
export function emitWinogradWeightGradient(context: KernelContext): void {
  const { builder, lanes, kernel, start, end, scratch } = context
  const [node] = kernel.nodes
  const sizes = sizesOf(kernel, lanes.bytes)
  const { tiling, seen, channels, outputs, strips, blockLines } = sizes
  const { tile, extent, lines, columns } = tiling
  const products = extent ** 2
  const transform = createTransform(builder, lanes, tile)
  const [zerosAt, between, tilesAt, dyTilesAt, sumsAt] = sizes.offsets.map((offset) =>
    builder.local('i32', i32.add(scratch, i32.const(offset))),
  )
  const dy = operandOf(context, node.inputs[0])
  const dw = operandOf(context, node.outputs[0])
  const x = operandOf(context, node.inputs[1])
  const fromImages = new SeenLines(context, seen, x, zerosAt, columns)
  const fromGradients = new SeenLines(context, sizes.gradientsSeen, dy, zerosAt, columns)
  const { outputs: allOutputs, panelStride } = layoutAs(dw.layout, 'panels')
  const panelBytes = panelStride * lanes.bytes
  const padded = roundUp(dy.value.shape[1], panelWidth)
  const parts = allOutputs / padded
  const partBytes = (padded / panelWidth) * panelBytes
  const product = new TileProduct(context)
  const part = builder.local('i32')
  const strip = builder.local('i32')
  const sumBytes = sizes.sums.stride * lanes.bytes

  const emitTiles = (first: I32, last: I32): void => {
    const target = { pointer: builder.local('i32', tilesAt), planes: sizes.tiles, extent, between }
    const dyTarget = { pointer: builder.local('i32', dyTilesAt), planes: sizes.gradients, extent, between }
    const ofStrip = builder.local('i32', i32.mul(strip, i32.const(outputs * lanes.bytes)))
    forLinesOfTiles(context, { first, end: last, lines }, (image, line) => {
      fromImages.moveTo(image, line)
      fromImages.transform(Math.ceil(channels / lanes.count), target, transform.input)
      fromGradients.moveTo(image, line, ofStrip)
      fromGradients.transform(outputs / lanes.count, dyTarget, transform.outputGradient)
    })
  }

  const touched = (operand: KernelOperand, { width }: Seen) =>
    createTouch(context, { operand, rows: blockLines * tile * width, turns: products })
  const nextImages = touched(x, seen)
  const nextGradients = touched(dy, sizes.gradientsSeen)

  /** Emits code that adds the products of a number of transformed tiles to the sums over the batch part. */
  const emitProducts = (tiles: Local<'i32'>): void => {
    const [tilesFrom, gradientsFrom, target] = [tilesAt, dyTilesAt, sumsAt].map((place) => builder.local('i32', place))
    const [spreadAt, vectorAt, sumAt] = [builder.local('i32'), builder.local('i32'), builder.local('i32')]
    const tileBytes = sizes.tiles.stride * lanes.bytes
    const gradientBytes = sizes.gradients.stride * lanes.bytes
    times(builder, products, () => {
      nextImages.some()
      nextGradients.some()
      forColumnTiles(context, outputs, (count, vector) => {
        const ofVector = builder.local('i32', i32.mul(vector, i32.const(16)))
        builder.set(vectorAt, i32.add(gradientsFrom, ofVector))
        builder.set(sumAt, i32.add(target, ofVector))
        builder.set(spreadAt, tilesFrom)
        const offsets = Array.from({ length: count }, (_, position) => position * 16)
        const vectors = { address: vectorAt, offsets, termBytes: gradientBytes }
        for (const { rows, count: many } of tilesAlong(channels, count)) {
          times(builder, many, () => {
            const spread = { address: spreadAt, rowBytes: lanes.bytes, termBytes: tileBytes }
            const sums = product.emit({ spread, vectors, rows, terms: tiles })
            sums.forEach((sum, position) => {
              const offset = Math.floor(position / count) * sumBytes + (position % count) * 16
              v128.store(builder, sumAt, lanes.add(v128.load(sumAt, offset), sum), offset)
            })
            builder.set(spreadAt, i32.add(spreadAt, i32.const(rows * lanes.bytes)))
            builder.set(sumAt, i32.add(sumAt, i32.const(rows * sumBytes)))
          })
        }
      })
      builder.set(tilesFrom, i32.add(tilesFrom, i32.const(sizes.tiles.planeBytes)))
      builder.set(gradientsFrom, i32.add(gradientsFrom, i32.const(sizes.gradients.planeBytes)))
      builder.set(target, i32.add(target, i32.const(sizes.sums.planeBytes)))
    })
  }

  /**
   * Emits code that transforms the sums back and stores the results in a strip of the part's panels [outputs/8][9
   * C][8].
   */
  const emitResults = (): void => {
    const panel = builder.local('i32', at(part, strip, (outputs / panelWidth) * panelBytes))
    const ofPanel = builder.local('i32', sumsAt)
    const source = builder.local('i32')
    const target = builder.local('i32')
    const termBytes = panelWidth * lanes.bytes
    times(builder, outputs / panelWidth, () => {
      builder.set(source, ofPanel)
      builder.set(target, panel)
      times(builder, channels, () => {
        times(builder, panelWidth / lanes.count, () => {
          emitSquare(context, between, {
            size: extent,
            load: (line, column) => v128.load(source, (line * extent + column) * sizes.sums.planeBytes),
            transform: transform.kernelGradient,
            store: (line, values) =>
              values.forEach((value, column) => {
                v128.store(builder, target, value, (line * taps + column) * channels * termBytes)
              }),
          })
          builder.set(source, i32.add(source, i32.const(16)))
          builder.set(target, i32.add(target, i32.const(16)))
        })
        builder.set(source, i32.add(source, i32.const(sumBytes - termBytes)))
      })
      builder.set(ofPanel, i32.add(ofPanel, i32.const(termBytes)))
      builder.set(panel, i32.add(panel, i32.const(panelBytes)))
    })
  }

  const least = (a: I32, b: I32): I32 => i32.select(i32.ltU(a, b), a, b)
  const line = builder.local('i32')
  const lineEnd = builder.local('i32')
  const blockEnd = builder.local('i32')
  const tiles = builder.local('i32')
  const emitBlock = (): void => {
    builder.set(blockEnd, least(i32.add(line, i32.const(blockLines)), lineEnd))
    emitTiles(line, blockEnd)
    builder.set(tiles, i32.mul(i32.sub(blockEnd, line), i32.const(columns)))
    nextImages.begin(firstRowOf(tiling, seen, blockEnd))
    nextGradients.begin(firstRowOf(tiling, sizes.gradientsSeen, blockEnd))
    emitProducts(tiles)
    builder.set(line, blockEnd)
  }
  const firstLine = (part: I32): I32 => i32.mul(partStart(tiling.images, parts, part), i32.const(lines))
  builder.when(i32.ltU(start, end), () => {
    fromImages.clear()
    fromGradients.clear()
  })
  forRange(builder, start, end, 1, (number) => {
    builder.set(part, at(dw.pointer, number, partBytes))
    emitClearing(context, part, partBytes)
    builder.set(lineEnd, firstLine(i32.add(number, i32.const(1))))
    forRange(builder, i32.const(0), i32.const(strips), 1, (current) => {
      builder.set(strip, current)
      emitClearing(context, sumsAt, sizes.sums.bytes)
      builder.set(line, firstLine(number))
      builder.while(i32.ltU(line, lineEnd), emitBlock)
      emitResults()
    })
  })
}
