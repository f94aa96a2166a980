/**
 * The two matrix products of a dense layer that are computed in tiles of batch rows: the forward pass and the gradient
 * of the input. B is the batch size, K is the number of inputs, and O is the number of outputs. Weights lie in panels
 * [O/8][K][8].
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

/** A matrix product in which a thread computes all of its rows for one column of tiles, then for the next column. */
interface RowProduct {
  /** The factor of the product that is stored in rows: x or dy. */
  readonly rows: KernelOperand
  /** Number of columns of the product's result, and number of terms in each sum of the product. */
  readonly columns: number
  readonly terms: number
  /**
   * Prepares a column of tiles, and returns the places of the column's vectors and the number of bytes from one term to
   * the next.
   */
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

/**
 * Makes a function that returns the places of a tile column's vectors in weights that lie in panels. The argument
 * `first` is the number of the first vector in the tile column.
 */
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
    // In a tile of three vectors, the first and the third vector are one panel apart. The second vector lies in the
    // same panel as the first vector or as the third vector.
    builder.set(second, i32.add(w.pointer, panelOffset(context, i32.add(first, i32.const(1)), panelBytes)))
    return { address, second, offsets: [0, 0, panelBytes], termBytes }
  }
}

/** Emits the forward pass of a dense layer: y[b, o] = sum over k of x[b, k] w[o, k]. */
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

/**
 * Emits the input gradient of a dense layer, dx[b, k] = sum over o of dy[b, o] w[o, k]. Before a tile is computed, the
 * columns of the weights w that the tile needs are transposed to [O][columns].
 */
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
  /** Numbers of rows and columns of the block to transpose, both multiples of the number of lanes of a vector. */
  readonly rows: number
  readonly columns: number
  readonly source: Block
  readonly target: Block
}

/** Emits the transposition of a block, in squares with as many rows and columns as a vector has lanes. */
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
