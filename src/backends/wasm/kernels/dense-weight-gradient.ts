/**
 * The gradient of a dense layer's weights, dw[o, k] = sum over b of dy[b, o] x[b, k]. B is the batch size, K is the
 * number of inputs, and O is the number of outputs. The gradient dw lies in panels [O/8][K][8].
 */
import { assertInvariant } from '../../../support/errors.ts'
import { type I32, i32, type Local, type Vector } from '../assembler.ts'
import { v128 } from '../lanes.ts'
import { layoutOf, panelWidth, roundUp, tileRows } from '../plan/layout.ts'
import { rowsOfBlock } from '../schedule/parts.ts'
import { emitTransposition } from './dense.ts'
import { at, forRange, type KernelContext, layoutAs, operandOf, times } from './operands.ts'
import {
  forColumnTiles,
  forRowTiles,
  inOrder,
  panelOffset,
  TileProduct,
  type TileVectors,
  widestTile,
} from './product.ts'
import { createUpdateTail } from './updates.ts'

/**
 * Smallest number of inputs of a dense layer for which the kernel packs both factors, x and dy. With fewer than 192
 * inputs, both factors fit into the level-1 cache without packing.
 */
const inputsToPack = 192

/** Number of elements from one row of the transposed x, [K][B], to the next row. */
const transposedStride = (inputs: number, batch: number): number =>
  layoutAs(layoutOf([inputs, roundUp(batch, tileRows)], 0), 'rows').stride

/**
 * Size, in elements, of the scratch memory that each thread needs for the gradient of a dense layer's weights. The
 * scratch memory holds a block of B rows of dy packed as [B][columns of a tile], and the B rows of x with the same row
 * numbers, transposed to [K][B].
 */
export function weightGradientScratch(inputs: number, batch: number): number {
  if (inputs < inputsToPack) return 0
  const rows = Math.min(batch, rowsOfBlock)
  return rows * widestTile + roundUp(inputs, panelWidth) * transposedStride(inputs, rows)
}

export function emitDenseWeightGradient(context: KernelContext): void {
  const { builder, lanes, kernel, start, end, scratch } = context
  const [node] = kernel.nodes
  const dy = operandOf(context, node.inputs[0])
  const x = operandOf(context, node.inputs[1])
  // If no other kernel reads a gradient, the gradient is not stored, and the update reads the gradient from the
  // registers.
  const dw = context.operands.find(({ value }) => value === node.outputs[0])
  const finish = createUpdateTail(context)
  const like = dw ?? operandOf(context, kernel.nodes[1].inputs[0])
  const { stride: dyStride, rows: batch } = layoutAs(dy.layout, 'rows')
  const { stride: xStride } = layoutAs(x.layout, 'rows')
  const { outputs, inputs, panelStride } = layoutAs(like.layout, 'panels')
  const rowBytes = panelWidth * lanes.bytes
  const panelBytes = panelStride * lanes.bytes
  const isPacked = inputs >= inputsToPack
  const largestBlock = Math.min(batch, rowsOfBlock)
  const transposedBytes = transposedStride(inputs, largestBlock) * lanes.bytes
  const product = new TileProduct(context)
  const transposed = builder.local('i32')
  const dyColumns = builder.local('i32')
  const firstOffset = builder.local('i32')
  const secondOffset = builder.local('i32')

  const inBlocks = batch > rowsOfBlock
  assertInvariant(
    !inBlocks || (dw !== undefined && finish === undefined),
    'expected a gradient that is summed in blocks to be stored, without an update in the same kernel',
  )
  // Addresses of the first row of x and of the first row of dy in the current block of rows.
  const xRows = builder.local('i32', x.pointer)
  const dyRows = builder.local('i32', dy.pointer)
  /**
   * Mask whose bits are all 1 if dw in memory already holds the sums of earlier blocks, and all 0 for the first block.
   */
  const isLater = builder.local('v128', lanes.constant(0))

  /** Emits one tile of the weight gradient dw. The tile's sums run over the `rows` rows of a block of the batch. */
  const emitTile = (rows: number, tileVectors: TileVectors, vector: I32, input: Local<'i32'>, height: number): void => {
    const spread = isPacked
      ? { address: at(transposed, input, transposedBytes), rowBytes: transposedBytes, termBytes: lanes.bytes }
      : { address: at(xRows, input, lanes.bytes), rowBytes: lanes.bytes, termBytes: xStride * lanes.bytes }
    const offsets = Array.from({ length: tileVectors }, (_, position) => position * 16)
    const termBytes = isPacked ? tileVectors * 16 : dyStride * lanes.bytes
    const address = isPacked ? scratch : dyColumns
    const sums = product.emit({ spread, vectors: { address, offsets, termBytes }, rows: height, terms: rows })
    builder.set(firstOffset, at(panelOffset(context, vector, panelBytes), input, rowBytes))
    builder.set(secondOffset, at(panelOffset(context, i32.add(vector, i32.const(1)), panelBytes), input, rowBytes))
    // In a tile of three vectors, the first and the third vector are one panel apart.
    const places = [
      { offset: firstOffset, shift: 0 },
      { offset: secondOffset, shift: 0 },
      { offset: firstOffset, shift: panelBytes },
    ]
    for (const [position, sum] of inOrder(sums, { asTheyAre: finish === undefined })) {
      const { offset, shift } = places[position % tileVectors]
      const place = shift + Math.floor(position / tileVectors) * rowBytes
      if (dw) {
        const address = at(dw.pointer, offset, 1)
        const earlier = (): Vector => v128.and(v128.load(address, place), isLater)
        v128.store(builder, address, inBlocks ? lanes.add(earlier(), sum) : sum, place)
      }
      finish?.(offset, place, sum)
    }
  }

  const strips = Math.ceil(inputs / tileRows)
  const sticksOut = inputs % tileRows
  /**
   * Returns the number of strips of a tile column that lie before work unit number `unit`. A strip has `width` units,
   * and the tile column begins at unit number `base`.
   */
  const stripsBefore = (unit: I32, base: I32, width: number): I32 => {
    const units = builder.local('i32', i32.select(i32.ltU(unit, base), i32.const(0), i32.sub(unit, base)))
    const before = builder.local('i32', i32.divU(units, i32.const(width)))
    return i32.select(i32.ltU(before, i32.const(strips)), before, i32.const(strips))
  }

  const emitBlock = (rows: number): void => {
    if (isPacked) {
      builder.set(transposed, i32.add(scratch, i32.const(largestBlock * widestTile * lanes.bytes)))
      transposeInputs(context, { inputs, from: xRows, rows, xStride, transposed, transposedBytes })
    }
    forColumnTiles(context, roundUp(outputs, panelWidth), (tileVectors, vector) => {
      const columns = tileVectors * lanes.count
      // A unit of work is a tile of 4 inputs by 4 outputs. The 4 outputs of a unit are one vector in float32 and two
      // vectors in float64.
      const before = i32.divU(i32.mul(vector, i32.const(lanes.count)), i32.const(tileRows))
      const base = builder.local('i32', i32.mul(before, i32.const(strips)))
      const first = builder.local('i32', i32.mul(stripsBefore(start, base, columns / tileRows), i32.const(tileRows)))
      const last = builder.local('i32', i32.mul(stripsBefore(end, base, columns / tileRows), i32.const(tileRows)))
      if (sticksOut > 0) builder.set(last, i32.select(i32.ltU(i32.const(inputs), last), i32.const(inputs), last))
      builder.when(i32.ltU(first, last), () => {
        builder.set(dyColumns, at(dyRows, vector, 16))
        if (isPacked) packColumns(context, { from: dyColumns, stride: dyStride, vectors: tileVectors, rows })
        forRowTiles(context, tileVectors, { first, end: last, sticksOut }, (input, height) =>
          emitTile(rows, tileVectors, vector, input, height),
        )
      })
    })
  }

  builder.when(i32.ltU(start, end), () => {
    if (!inBlocks) return emitBlock(batch)
    times(builder, Math.floor(batch / rowsOfBlock), () => {
      emitBlock(rowsOfBlock)
      builder.set(xRows, i32.add(xRows, i32.const(rowsOfBlock * xStride * lanes.bytes)))
      builder.set(dyRows, i32.add(dyRows, i32.const(rowsOfBlock * dyStride * lanes.bytes)))
      builder.set(isLater, lanes.firstLanes(lanes.count))
    })
    if (batch % rowsOfBlock > 0) emitBlock(batch % rowsOfBlock)
  })
}

/** Copies the columns of one tile from dy to scratch memory, row after row without gaps. */
function packColumns(
  { builder, lanes, scratch }: KernelContext,
  { from, stride, vectors, rows }: { from: I32; stride: number; vectors: TileVectors; rows: number },
): void {
  const source = builder.local('i32', from)
  const target = builder.local('i32', scratch)
  times(builder, rows, () => {
    for (let position = 0; position < vectors; position++) {
      v128.store(builder, target, v128.load(source, position * 16), position * 16)
    }
    builder.set(source, i32.add(source, i32.const(stride * lanes.bytes)))
    builder.set(target, i32.add(target, i32.const(vectors * 16)))
  })
}

interface InputTransposition {
  readonly inputs: number
  /** Address of the first row of x that is transposed. */
  readonly from: I32
  readonly rows: number
  readonly xStride: number
  readonly transposed: Local<'i32'>
  readonly transposedBytes: number
}

/** Emits the transposition of rows of x from [B][K] to [K][B]. */
function transposeInputs(context: KernelContext, parts: InputTransposition): void {
  const { inputs, from, rows, xStride, transposed, transposedBytes } = parts
  const { builder, lanes } = context
  const source = builder.local('i32')
  const target = builder.local('i32')
  // The inner loop of the transposition runs over the rows, so that its writes are contiguous. Each step of the inner
  // loop reads from another memory page, but reads each element only once.
  forRange(builder, i32.const(0), i32.const(inputs), panelWidth, (input) => {
    builder.set(source, at(from, input, lanes.bytes))
    builder.set(target, at(transposed, input, transposedBytes))
    times(builder, Math.ceil(rows / tileRows), () => {
      emitTransposition(context, {
        rows: tileRows,
        columns: panelWidth,
        source: { address: source, rowBytes: xStride * lanes.bytes },
        target: { address: target, rowBytes: transposedBytes },
      })
      builder.set(source, i32.add(source, i32.const(tileRows * xStride * lanes.bytes)))
      builder.set(target, i32.add(target, i32.const(tileRows * lanes.bytes)))
    })
  })
}
