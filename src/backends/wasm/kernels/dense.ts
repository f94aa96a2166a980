/**
 * The three matrix products of a dense layer. Each keeps a tile of results in registers: one factor is spread over the
 * lanes, the other is read a panel's row (8 elements) at a time. What would be read across is packed first, into the
 * thread's scratch memory. Every element is summed in the same order whichever thread computes it.
 * B batch, K inputs, O outputs; weights lie in panels [O/8][K][8].
 */
import { panelWidth, roundUp, tileRows } from '../../../plan/layout.ts'
import type { Kernel } from '../../../plan/plan.ts'
import { type I32, i32, type Local } from '../assembler.ts'
import { v128 } from '../lanes.ts'
import { at, forRange, type KernelContext, layoutAs, operandOf, times } from './operands.ts'
import { TileTail } from './tile.ts'
import { createUpdateTail } from './updates.ts'

/** From this width on, the weight gradient's factors are packed: below, they are in the first cache as they are. */
const widthToPack = 192

interface Product {
  /** The factor that is spread: its first element, the bytes from row to row of the tile, and from term to term. */
  readonly spread: { readonly address: I32; readonly rowBytes: number; readonly termBytes: number }
  /** The factor that is read a panel's row at a time. */
  readonly panel: { readonly address: I32; readonly termBytes: number }
  readonly rows: number
  readonly terms: number
}

/** Emits tile products on one set of registers: rows x 8 sums of `terms` products each. */
class TileProduct {
  private readonly accumulators: Local<'v128'>[]
  private readonly loaded: Local<'v128'>[]
  private readonly factor: Local<'v128'>
  private readonly spreadPointer: Local<'i32'>
  private readonly panelPointer: Local<'i32'>
  private readonly left: Local<'i32'>
  /** Rows of a tile: as many as leave all sums in registers. */
  readonly rows: number
  readonly vectors: number

  constructor(private readonly context: KernelContext) {
    const { builder, lanes } = context
    this.vectors = panelWidth / lanes.count
    this.rows = lanes.count === 4 ? tileRows : tileRows / 2
    const makeVectors = (count: number) => Array.from({ length: count }, () => builder.local('v128'))
    this.accumulators = makeVectors(this.rows * this.vectors)
    this.loaded = makeVectors(this.vectors)
    this.factor = builder.local('v128')
    this.spreadPointer = builder.local('i32')
    this.panelPointer = builder.local('i32')
    this.left = builder.local('i32')
  }

  /** The sums, row after row. The inner loop isn't unrolled: V8 would hoist the loads and run out of registers. */
  emit({ spread, panel, rows, terms }: Product): readonly Local<'v128'>[] {
    const { builder, lanes } = this.context
    const used = this.accumulators.slice(0, rows * this.vectors)
    builder.set(this.spreadPointer, spread.address)
    builder.set(this.panelPointer, panel.address)
    builder.set(this.left, i32.const(terms))
    for (const accumulator of used) builder.set(accumulator, lanes.constant(0))
    const countDown = (): I32 => {
      builder.set(this.left, i32.sub(this.left, i32.const(1)))
      return this.left
    }
    builder.repeatWhile(countDown, () => {
      this.loaded.forEach((vector, position) => {
        builder.set(vector, v128.load(this.panelPointer, position * 16))
      })
      for (let row = 0; row < rows; row++) {
        builder.set(this.factor, lanes.loadSplat(this.spreadPointer, row * spread.rowBytes))
        this.loaded.forEach((vector, position) => {
          const accumulator = used[row * this.vectors + position]
          builder.set(accumulator, lanes.madd(this.factor, vector, accumulator))
        })
      }
      builder.set(this.spreadPointer, i32.add(this.spreadPointer, i32.const(spread.termBytes)))
      builder.set(this.panelPointer, i32.add(this.panelPointer, i32.const(panel.termBytes)))
    })
    return used
  }
}

/** Calls `body` for each tile of the thread's rows, with its first row. */
function forRowTiles({ builder, start, end }: KernelContext, rows: number, body: (row: Local<'i32'>) => void): void {
  const endRow = builder.local('i32', i32.mul(end, i32.const(tileRows)))
  forRange(builder, i32.mul(start, i32.const(tileRows)), endRow, rows, body)
}

/** y[b, o] = sum over k of x[b, k] w[o, k] */
export function emitDense(context: KernelContext): void {
  const { builder, lanes, kernel } = context
  const [node, ...rest] = kernel.nodes
  const x = operandOf(context, node.inputs[0])
  const w = operandOf(context, node.inputs[1])
  const { stride } = layoutAs(x.layout, 'rows')
  const { outputs, inputs, panelStride } = layoutAs(w.layout, 'panels')
  const tail = new TileTail(context, rest, node.outputs[0])
  const product = new TileProduct(context)
  const rowBytes = stride * lanes.bytes
  forRange(builder, i32.const(0), i32.const(Math.ceil(outputs / panelWidth)), 1, (panel) => {
    const panelAddress = builder.local('i32', at(w.pointer, panel, panelStride * lanes.bytes))
    forRowTiles(context, product.rows, (row) => {
      const sums = product.emit({
        spread: { address: at(x.pointer, row, rowBytes), rowBytes, termBytes: lanes.bytes },
        panel: { address: panelAddress, termBytes: panelWidth * lanes.bytes },
        rows: product.rows,
        terms: inputs,
      })
      tail.moveTo(row, i32.mul(panel, i32.const(panelWidth)))
      sums.forEach((sum, position) => {
        tail.finish(Math.floor(position / product.vectors), position % product.vectors, sum)
      })
    })
  })
}

/** dx[b, k] = sum over o of dy[b, o] w[o, k]: 8 columns of w at a time are transposed to a panel [O][8]. */
export function emitDenseInputGradient(context: KernelContext): void {
  const { builder, lanes, kernel, scratch } = context
  const [node, ...rest] = kernel.nodes
  const dy = operandOf(context, node.inputs[0])
  const w = operandOf(context, node.inputs[1])
  const { stride } = layoutAs(dy.layout, 'rows')
  const { outputs, inputs, panelStride } = layoutAs(w.layout, 'panels')
  const tail = new TileTail(context, rest, node.outputs[0])
  const product = new TileProduct(context)
  const rowBytes = stride * lanes.bytes
  const transposer = createTransposer(context)
  forRange(builder, i32.const(0), i32.const(roundUp(inputs, panelWidth)), panelWidth, (column) => {
    const source = builder.local('i32', at(w.pointer, column, panelWidth * lanes.bytes))
    const target = builder.local('i32', scratch)
    times(builder, Math.ceil(outputs / panelWidth), () => {
      transposer(source, target)
      builder.set(source, i32.add(source, i32.const(panelStride * lanes.bytes)))
      builder.set(target, i32.add(target, i32.const(panelWidth * panelWidth * lanes.bytes)))
    })
    forRowTiles(context, product.rows, (row) => {
      const sums = product.emit({
        spread: { address: at(dy.pointer, row, rowBytes), rowBytes, termBytes: lanes.bytes },
        panel: { address: scratch, termBytes: panelWidth * lanes.bytes },
        rows: product.rows,
        terms: outputs,
      })
      tail.moveTo(row, column)
      sums.forEach((sum, position) => {
        tail.finish(Math.floor(position / product.vectors), position % product.vectors, sum)
      })
    })
  })
}

/** Emits the transposition of a contiguous 8 x 8 block, in squares of as many rows as a vector has lanes. */
function createTransposer({ builder, lanes }: KernelContext): (source: I32, target: I32) => void {
  const side = lanes.count
  const rows = Array.from({ length: side }, () => builder.local('v128'))
  const blockRow = panelWidth * lanes.bytes
  return (source, target) => {
    for (let top = 0; top < panelWidth; top += side) {
      for (let left = 0; left < panelWidth; left += side) {
        rows.forEach((row, index) => {
          builder.set(row, v128.load(source, (top + index) * blockRow + left * lanes.bytes))
        })
        lanes.transpose(rows, builder).forEach((column, index) => {
          v128.store(builder, target, column, (left + index) * blockRow + top * lanes.bytes)
        })
      }
    }
  }
}

/** dw[o, k] = sum over b of dy[b, o] x[b, k], a tile of 4 inputs and 8 outputs at a time. */
export function emitDenseWeightGradient(context: KernelContext): void {
  const { builder, lanes, kernel, start, end, scratch } = context
  const [node] = kernel.nodes
  const dy = operandOf(context, node.inputs[0])
  const x = operandOf(context, node.inputs[1])
  // Where nobody reads the gradient it stays in registers: the update follows.
  const dw = context.operands.find(({ value }) => value === node.outputs[0])
  const finish = createUpdateTail(context)
  const like = dw ?? operandOf(context, kernel.nodes[1].inputs[0])
  const { stride: dyStride, rows: batch } = layoutAs(dy.layout, 'rows')
  const { stride: xStride } = layoutAs(x.layout, 'rows')
  const { inputs, panelStride } = layoutAs(like.layout, 'panels')
  const tilesAcross = Math.ceil(inputs / tileRows)
  const product = new TileProduct(context)
  const panelBytes = panelWidth * lanes.bytes
  const isPacked = inputs >= widthToPack
  const packedX = builder.local('i32', i32.add(scratch, i32.const(batch * panelBytes)))
  const column = builder.local('i32')
  const panel = builder.local('i32')

  /** The tile's inputs from `first` on, as many as are left and fit the registers. */
  const emitRows = (rows: number): void => {
    const offset = builder.local('i32', at(i32.mul(panel, i32.const(panelStride * lanes.bytes)), column, panelBytes))
    for (let first = 0; first < rows; first += product.rows) {
      const spread = isPacked
        ? { address: at(packedX, column, batch * lanes.bytes), termBytes: tileRows * lanes.bytes }
        : { address: at(x.pointer, column, lanes.bytes), termBytes: xStride * lanes.bytes }
      const sums = product.emit({
        spread: { ...spread, address: i32.add(spread.address, i32.const(first * lanes.bytes)), rowBytes: lanes.bytes },
        panel: isPacked
          ? { address: scratch, termBytes: panelBytes }
          : { address: at(dy.pointer, panel, panelBytes), termBytes: dyStride * lanes.bytes },
        rows: Math.min(product.rows, rows - first),
        terms: batch,
      })
      sums.forEach((sum, position) => {
        const shift = first * panelBytes + position * 16
        if (dw) v128.store(builder, at(dw.pointer, offset, 1), sum, shift)
        finish?.(offset, shift, sum)
      })
    }
  }

  if (isPacked) builder.when(i32.ltU(start, end), () => packInputs(context, { batch, inputs, xStride, packedX }))
  forRange(builder, start, end, 1, (tile) => {
    builder.set(panel, i32.divU(tile, i32.const(tilesAcross)))
    builder.set(column, i32.mul(i32.remU(tile, i32.const(tilesAcross)), i32.const(tileRows)))
    if (isPacked) {
      builder.when(i32.or(i32.eq(tile, start), i32.eqz(column)), () => {
        copyRows(context, {
          from: at(dy.pointer, panel, panelBytes),
          fromStride: dyStride,
          to: scratch,
          width: panelWidth,
          batch,
        })
      })
    }
    const sticksOut = inputs % tileRows
    if (sticksOut === 0) emitRows(tileRows)
    else if (tilesAcross === 1) emitRows(sticksOut)
    else {
      const isLast = i32.eq(column, i32.const((tilesAcross - 1) * tileRows))
      builder.when(
        isLast,
        () => emitRows(sticksOut),
        () => emitRows(tileRows),
      )
    }
  })
}

interface RowCopy {
  readonly from: I32
  readonly fromStride: number
  readonly to: I32
  /** Elements of each row; the copies lie one after the other. */
  readonly width: number
  readonly batch: number
}

function copyRows({ builder, lanes }: KernelContext, { from, fromStride, to, width, batch }: RowCopy): void {
  const source = builder.local('i32', from)
  const target = builder.local('i32', to)
  times(builder, batch, () => {
    for (let offset = 0; offset < width * lanes.bytes; offset += 16) {
      v128.store(builder, target, v128.load(source, offset), offset)
    }
    builder.set(source, i32.add(source, i32.const(fromStride * lanes.bytes)))
    builder.set(target, i32.add(target, i32.const(width * lanes.bytes)))
  })
}

/** x as [K/4][B][4], so that a tile's factors follow one another. */
function packInputs(
  context: KernelContext,
  { batch, inputs, xStride, packedX }: { batch: number; inputs: number; xStride: number; packedX: I32 },
): void {
  const { builder, lanes, kernel } = context
  const x = operandOf(context, kernel.nodes[0].inputs[1])
  forRange(builder, i32.const(0), i32.const(roundUp(inputs, tileRows)), tileRows, (column) => {
    const from = at(x.pointer, column, lanes.bytes)
    copyRows(context, {
      from,
      fromStride: xStride,
      to: at(packedX, column, batch * lanes.bytes),
      width: tileRows,
      batch,
    })
  })
}

/** Bytes of scratch memory that a thread needs for the kernel, whose elements have `bytes`. */
export function scratchBytes({ nodes }: Kernel, bytes: number): number {
  const [{ op, inputs, outputs }] = nodes
  if (op === 'denseInputGradient') return roundUp(inputs[0].shape[1], panelWidth) * panelWidth * bytes
  if (op !== 'denseWeightGradient') return 0
  const [batch, width] = inputs[1].shape
  return outputs[0].shape[1] < widthToPack ? 0 : batch * (panelWidth + roundUp(width, tileRows)) * bytes
}
