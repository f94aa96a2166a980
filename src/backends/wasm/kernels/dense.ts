/**
 * The two matrix products of a dense layer whose tiles are rows of the batch: forward, and the input's gradient.
 * B batch, K inputs, O outputs; weights lie in panels [O/8][K][8].
 */

import { type I32, i32 } from '../assembler.ts'
import { v128 } from '../lanes.ts'
import { panelWidth, roundUp, tileRows } from '../plan/layout.ts'
import { at, type KernelContext, type KernelOperand, layoutAs, operandOf, times } from './operands.ts'
import {
  forColumnTiles,
  forRowTiles,
  inOrder,
  panelOffset,
  TileProduct,
  type TileVectors,
  type VectorPlaces,
} from './product.ts'
import { TileTail } from './tile.ts'

/** What both products go through: all rows of the thread, for each column of tiles in turn. */
interface RowProduct {
  /** The factor in rows: x or dy. */
  readonly rows: KernelOperand
  /** Columns of the result, and terms of each sum. */
  readonly columns: number
  readonly terms: number
  /** Gets a column of tiles ready, and tells where its vectors are and how many bytes apart the terms. */
  prepare(vectors: TileVectors, first: I32): PanelPlaces
}

function emitRowProduct(context: KernelContext, { rows, columns, terms, prepare }: RowProduct): void {
  const { builder, lanes, kernel, start, end } = context
  const [node, ...rest] = kernel.nodes
  const tail = new TileTail(context, rest, node.outputs[0])
  const product = new TileProduct(context)
  const rowBytes = layoutAs(rows.layout, 'rows').stride * lanes.bytes
  const firstRow = builder.local('i32', i32.mul(start, i32.const(tileRows)))
  const endRow = builder.local('i32', i32.mul(end, i32.const(tileRows)))
  forColumnTiles(context, roundUp(columns, panelWidth), (tileVectors, first) => {
    const vectors = prepare(tileVectors, first)
    forRowTiles(context, tileVectors, { first: firstRow, end: endRow, sticksOut: 0 }, (row, height) => {
      const spread = { address: at(rows.pointer, row, rowBytes), rowBytes, termBytes: lanes.bytes }
      const sums = product.emit({ spread, vectors, rows: height, terms })
      tail.moveTo(row, i32.mul(first, i32.const(lanes.count)))
      for (const [position, sum] of inOrder(sums, { asTheyAre: rest.length === 0 })) {
        tail.finish(Math.floor(position / tileVectors), position % tileVectors, sum)
      }
    })
  })
}

type PanelPlaces = VectorPlaces & { readonly termBytes: number }

/** Where a column of tiles has its vectors in weights that lie in panels; `first` is the number of its first vector. */
export function panelVectors(
  context: KernelContext,
  w: KernelOperand,
): (vectors: TileVectors, first: I32) => PanelPlaces {
  const { builder, lanes } = context
  const panelBytes = layoutAs(w.layout, 'panels').panelStride * lanes.bytes
  const termBytes = panelWidth * lanes.bytes
  const address = builder.local('i32')
  const second = builder.local('i32')
  return (vectors, first) => {
    builder.set(address, i32.add(w.pointer, panelOffset(context, first, panelBytes)))
    if (vectors === 2) return { address, offsets: [0, 16], termBytes }
    // The first and the third are a panel apart; the second is in the panel of one or of the other.
    builder.set(second, i32.add(w.pointer, panelOffset(context, i32.add(first, i32.const(1)), panelBytes)))
    return { address, second, offsets: [0, 0, panelBytes], termBytes }
  }
}

/** y[b, o] = sum over k of x[b, k] w[o, k] */
export function emitDense(context: KernelContext): void {
  const [node] = context.kernel.nodes
  const w = operandOf(context, node.inputs[1])
  const { outputs, inputs } = layoutAs(w.layout, 'panels')
  emitRowProduct(context, {
    rows: operandOf(context, node.inputs[0]),
    columns: outputs,
    terms: inputs,
    prepare: panelVectors(context, w),
  })
}

/** dx[b, k] = sum over o of dy[b, o] w[o, k]: the tile's columns of w are transposed to [O][columns] first. */
export function emitDenseInputGradient(context: KernelContext): void {
  const { builder, lanes, kernel, scratch } = context
  const [node] = kernel.nodes
  const w = operandOf(context, node.inputs[1])
  const { outputs, inputs, panelStride } = layoutAs(w.layout, 'panels')
  const source = builder.local('i32')
  const target = builder.local('i32')
  emitRowProduct(context, {
    rows: operandOf(context, node.inputs[0]),
    columns: inputs,
    terms: outputs,
    prepare: (vectors, first) => {
      const width = vectors * lanes.count
      builder.set(source, at(w.pointer, first, lanes.count * panelWidth * lanes.bytes))
      builder.set(target, scratch)
      times(builder, Math.ceil(outputs / panelWidth), () => {
        emitTransposition(context, {
          rows: width,
          columns: panelWidth,
          source: { address: source, rowBytes: panelWidth * lanes.bytes },
          target: { address: target, rowBytes: width * lanes.bytes },
        })
        builder.set(source, i32.add(source, i32.const(panelStride * lanes.bytes)))
        builder.set(target, i32.add(target, i32.const(panelWidth * width * lanes.bytes)))
      })
      const offsets = Array.from({ length: vectors }, (_, position) => position * 16)
      return { address: scratch, offsets, termBytes: width * lanes.bytes }
    },
  })
}

interface Block {
  readonly address: I32
  readonly rowBytes: number
}

interface Transposition {
  /** Of the source; multiples of the lanes of a vector. */
  readonly rows: number
  readonly columns: number
  readonly source: Block
  readonly target: Block
}

/** Emits the transposition of a block, in squares of as many rows as a vector has lanes. */
export function emitTransposition(
  { builder, lanes }: KernelContext,
  { rows, columns, source, target }: Transposition,
): void {
  const side = lanes.count
  const loaded = Array.from({ length: side }, () => builder.local('v128'))
  for (let top = 0; top < rows; top += side) {
    for (let left = 0; left < columns; left += side) {
      loaded.forEach((row, index) => {
        builder.set(row, v128.load(source.address, (top + index) * source.rowBytes + left * lanes.bytes))
      })
      lanes.transpose(loaded, builder).forEach((column, index) => {
        v128.store(builder, target.address, column, (left + index) * target.rowBytes + top * lanes.bytes)
      })
    }
  }
}
