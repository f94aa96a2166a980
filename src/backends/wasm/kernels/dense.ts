/**
 * The three matrix products of a dense layer. Each keeps a tile of results in registers; tile shapes were measured
 * (docs/log.md). Every element is summed in the same order whichever thread computes it.
 * B batch, K inputs, O outputs; weights lie in panels [O/8][K][8].
 */

import { panelWidth, roundUp, tileRows } from '../../../plan/layout.ts'
import { i32, type Local } from '../assembler.ts'
import { v128 } from '../lanes.ts'
import { at, forRange, type KernelContext, layoutAs, operandOf, times } from './operands.ts'
import { TileTail } from './tile.ts'

/** y[b, o] = sum over k of x[b, k] w[o, k]: x is spread over the lanes, w read a panel's row at a time. */
export function emitDense(context: KernelContext): void {
  const { builder, lanes, kernel, start, end } = context
  const [node, ...rest] = kernel.nodes
  const x = operandOf(context, node.inputs[0])
  const w = operandOf(context, node.inputs[1])
  const { stride } = layoutAs(x.layout, 'rows')
  const { outputs, inputs, panelStride } = layoutAs(w.layout, 'panels')
  const tail = new TileTail(context, rest, node.outputs[0])
  const vectors = panelWidth / lanes.count
  const rows = lanes.count === 4 ? 4 : 2
  const panels = Math.ceil(outputs / panelWidth)

  const endRow = builder.local('i32', i32.mul(end, i32.const(tileRows)))
  const accumulators = makeVectors(context, rows * vectors)
  const weights = makeVectors(context, vectors)
  const spread = builder.local('v128')
  forRange(builder, i32.const(0), i32.const(panels), 1, (panel) => {
    forRange(builder, i32.mul(start, i32.const(tileRows)), endRow, rows, (row) => {
      const xPointer = builder.local('i32', at(x.pointer, row, stride * lanes.bytes))
      const wPointer = builder.local('i32', at(w.pointer, panel, panelStride * lanes.bytes))
      for (const accumulator of accumulators) builder.set(accumulator, lanes.constant(0))
      times(builder, inputs, () => {
        weights.forEach((weight, vector) => {
          builder.set(weight, v128.load(wPointer, vector * 16))
        })
        for (let r = 0; r < rows; r++) {
          builder.set(spread, lanes.loadSplat(xPointer, r * stride * lanes.bytes))
          weights.forEach((weight, vector) => {
            const accumulator = accumulators[r * vectors + vector]
            builder.set(accumulator, lanes.madd(spread, weight, accumulator))
          })
        }
        builder.set(xPointer, i32.add(xPointer, i32.const(lanes.bytes)))
        builder.set(wPointer, i32.add(wPointer, i32.const(panelWidth * lanes.bytes)))
      })
      tail.moveTo(row, i32.mul(panel, i32.const(panelWidth)))
      accumulators.forEach((accumulator, position) => {
        tail.finish(Math.floor(position / vectors), position % vectors, accumulator)
      })
    })
  })
}

/** dx[b, k] = sum over o of dy[b, o] w[o, k]: both are read along o, and each tile's sums are taken across at its end. */
export function emitDenseInputGradient(context: KernelContext): void {
  const { builder, lanes, kernel, start, end } = context
  const [node, ...rest] = kernel.nodes
  const dy = operandOf(context, node.inputs[0])
  const w = operandOf(context, node.inputs[1])
  const { stride } = layoutAs(dy.layout, 'rows')
  const { outputs, inputs, panelStride } = layoutAs(w.layout, 'panels')
  const tail = new TileTail(context, rest, node.outputs[0])
  const vectors = panelWidth / lanes.count
  const rows = 2
  const columns = 4
  const panels = Math.ceil(outputs / panelWidth)

  const endRow = builder.local('i32', i32.mul(end, i32.const(tileRows)))
  const accumulators = makeVectors(context, rows * columns)
  const gradients = makeVectors(context, rows * vectors)
  const weight = builder.local('v128')
  forRange(builder, i32.const(0), i32.const(roundUp(inputs, panelWidth)), columns, (column) => {
    forRange(builder, i32.mul(start, i32.const(tileRows)), endRow, rows, (row) => {
      const dyPointer = builder.local('i32', at(dy.pointer, row, stride * lanes.bytes))
      const wPointer = builder.local('i32', at(w.pointer, column, panelWidth * lanes.bytes))
      for (const accumulator of accumulators) builder.set(accumulator, lanes.constant(0))
      times(builder, panels, () => {
        gradients.forEach((gradient, position) => {
          const r = Math.floor(position / vectors)
          const offset = r * stride * lanes.bytes + (position % vectors) * 16
          builder.set(gradient, v128.load(dyPointer, offset))
        })
        for (let c = 0; c < columns; c++) {
          for (let vector = 0; vector < vectors; vector++) {
            builder.set(weight, v128.load(wPointer, c * panelWidth * lanes.bytes + vector * 16))
            for (let r = 0; r < rows; r++) {
              const accumulator = accumulators[r * columns + c]
              builder.set(accumulator, lanes.madd(gradients[r * vectors + vector], weight, accumulator))
            }
          }
        }
        builder.set(dyPointer, i32.add(dyPointer, i32.const(panelWidth * lanes.bytes)))
        builder.set(wPointer, i32.add(wPointer, i32.const(panelStride * lanes.bytes)))
      })
      tail.moveTo(row, column)
      for (let r = 0; r < rows; r++) {
        for (let vector = 0; vector < columns / lanes.count; vector++) {
          const from = r * columns + vector * lanes.count
          tail.finish(r, vector, lanes.sumAcross(accumulators.slice(from, from + lanes.count), builder))
        }
      }
    })
  })
}

/** dw[o, k] = sum over b of dy[b, o] x[b, k]: x is spread over the lanes, dy read along o. */
export function emitDenseWeightGradient(context: KernelContext): void {
  const { builder, lanes, kernel, start, end } = context
  const [node] = kernel.nodes
  const dy = operandOf(context, node.inputs[0])
  const x = operandOf(context, node.inputs[1])
  const dw = operandOf(context, node.outputs[0])
  const { stride: dyStride, rows: batch } = layoutAs(dy.layout, 'rows')
  const { stride: xStride } = layoutAs(x.layout, 'rows')
  const { inputs, panelStride } = layoutAs(dw.layout, 'panels')
  const vectors = panelWidth / lanes.count
  const tilesAcross = Math.ceil(inputs / tileRows)
  const accumulators = makeVectors(context, tileRows * vectors)
  const gradients = makeVectors(context, vectors)
  const spread = builder.local('v128')

  /** The first `rows` inputs from `first` on of a tile: fewer where the tile sticks out, and 2 at a time in float64. */
  const emitTile = (rows: number, first: number, column: Local<'i32'>, panel: Local<'i32'>): void => {
    const xPointer = builder.local('i32', at(x.pointer, column, lanes.bytes))
    const dyPointer = builder.local('i32', at(dy.pointer, panel, panelWidth * lanes.bytes))
    const used = accumulators.slice(0, rows * vectors)
    for (const accumulator of used) builder.set(accumulator, lanes.constant(0))
    times(builder, batch, () => {
      gradients.forEach((gradient, vector) => {
        builder.set(gradient, v128.load(dyPointer, vector * 16))
      })
      for (let r = 0; r < rows; r++) {
        builder.set(spread, lanes.loadSplat(xPointer, (first + r) * lanes.bytes))
        gradients.forEach((gradient, vector) => {
          const accumulator = accumulators[r * vectors + vector]
          builder.set(accumulator, lanes.madd(spread, gradient, accumulator))
        })
      }
      builder.set(xPointer, i32.add(xPointer, i32.const(xStride * lanes.bytes)))
      builder.set(dyPointer, i32.add(dyPointer, i32.const(dyStride * lanes.bytes)))
    })
    const target = at(at(dw.pointer, panel, panelStride * lanes.bytes), column, panelWidth * lanes.bytes)
    const targetPointer = builder.local('i32', target)
    used.forEach((accumulator, position) => {
      const r = first + Math.floor(position / vectors)
      const offset = r * panelWidth * lanes.bytes + (position % vectors) * 16
      v128.store(builder, targetPointer, accumulator, offset)
    })
  }
  const emitRows = (rows: number, column: Local<'i32'>, panel: Local<'i32'>): void => {
    const atOnce = lanes.count === 4 ? tileRows : 2
    for (let first = 0; first < rows; first += atOnce) emitTile(Math.min(atOnce, rows - first), first, column, panel)
  }

  const column = builder.local('i32')
  const panel = builder.local('i32')
  forRange(builder, start, end, 1, (tile) => {
    builder.set(panel, i32.divU(tile, i32.const(tilesAcross)))
    builder.set(column, i32.mul(i32.remU(tile, i32.const(tilesAcross)), i32.const(tileRows)))
    const sticksOut = inputs % tileRows
    if (sticksOut === 0) emitRows(tileRows, column, panel)
    else if (tilesAcross === 1) emitRows(sticksOut, column, panel)
    else {
      builder.when(
        i32.eq(column, i32.const((tilesAcross - 1) * tileRows)),
        () => emitRows(sticksOut, column, panel),
        () => emitRows(tileRows, column, panel),
      )
    }
  })
}

function makeVectors({ builder }: KernelContext, count: number): Local<'v128'>[] {
  return Array.from({ length: count }, () => builder.local('v128'))
}

