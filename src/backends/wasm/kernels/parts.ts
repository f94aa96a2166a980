/** Sums over parts of the rows, a part by one thread, and what is made of them: statistics and gradients of batch norm. */
import type { OpNode } from '../../../graph/graph.ts'
import { assertInvariant } from '../../../support/errors.ts'
import { type Expression, type I32, i32, type Local, type Vector } from '../assembler.ts'
import { v128 } from '../lanes.ts'
import { panelWidth } from '../plan/layout.ts'
import { at, forRange, type KernelContext, layoutAs, operandOf, times } from './operands.ts'
import { inverseDeviation } from './reductions.ts'
import { emitRowSums, emitScaling, type RowBlock, sumOfRows } from './row-sums.ts'

/** A part of the rows. */
export interface Part {
  readonly number: Local<'i32'>
  readonly firstRow: Local<'i32'>
  readonly rows: Local<'i32'>
}

/** Where part number `part` of so many things begins, as graph/ops.ts has it. */
export function partStart(count: number, parts: number, part: I32): I32 {
  assertInvariant(count * parts < 2 ** 32, `${count} in ${parts} parts`)
  return i32.divU(i32.mul(i32.const(count), part), i32.const(parts))
}

/** How the rows of what is summed are cut. */
export interface RowParts {
  readonly rows: number
  readonly together: number
  readonly parts: number
}

export function rowPartsOf({ inputs, outputs, attributes }: OpNode): RowParts {
  return { rows: inputs[0].shape[0], together: Number(attributes.together ?? 1), parts: outputs[0].shape[0] }
}

/** The row where part number `part` begins. */
export function partStartRow({ rows, together, parts }: RowParts, part: I32): I32 {
  return i32.mul(partStart(rows / together, parts, part), i32.const(together))
}

/** Calls `body` for each of the thread's parts. */
export function forParts({ builder, start, end }: KernelContext, rows: RowParts, body: (part: Part) => void): void {
  forRange(builder, start, end, 1, (number) => {
    const firstRow = builder.local('i32', partStartRow(rows, number))
    const nextFirst = partStartRow(rows, i32.add(number, i32.const(1)))
    body({ number, firstRow, rows: builder.local('i32', i32.sub(nextFirst, firstRow)) })
  })
}

/** The address of a part's row of an output [parts, F]. */
export function partRow(context: KernelContext, node: OpNode, output: number, { number }: Pick<Part, 'number'>): I32 {
  const { pointer, layout } = operandOf(context, node.outputs[output])
  return at(pointer, number, layoutAs(layout, 'rows').stride * context.lanes.bytes)
}

/** The operands [B, F] and what they have in common: their layout. */
function rowsOf(context: KernelContext, inputs: number) {
  const { kernel, lanes } = context
  const [node] = kernel.nodes
  const operands = node.inputs.slice(0, inputs).map((value) => operandOf(context, value))
  const { columns, stride } = layoutAs(operands[0].layout, 'rows')
  const rowBytes = stride * lanes.bytes
  const sourcesOf = ({ firstRow }: Part): I32[] => operands.map(({ pointer }) => at(pointer, firstRow, rowBytes))
  return { rows: rowPartsOf(node), columns, rowBytes, sourcesOf }
}

/** [B, F] -> [parts, F] */
export function emitPartialSums(context: KernelContext): void {
  const { rows, columns, rowBytes, sourcesOf } = rowsOf(context, 1)
  forParts(context, rows, (part) => {
    const targets = [partRow(context, context.kernel.nodes[0], 0, part)]
    const sumsOf = (block: RowBlock): Vector[] => [sumOfRows(context, block)]
    emitRowSums(context, { rows: part.rows, rowBytes, columns, sources: sourcesOf(part), targets, sumsOf })
  })
}

/** x[B, F] -> the mean of each part, then the sum of the squares about it, [parts, F] each. */
export function emitPartialStatistics(context: KernelContext): void {
  const { builder, lanes } = context
  const { rows, columns, rowBytes, sourcesOf } = rowsOf(context, 1)
  const mean = builder.local('v128')
  const difference = builder.local('v128')
  const squares = builder.local('v128')
  forParts(context, rows, (part) => {
    const sources = sourcesOf(part)
    const means = builder.local('i32', partRow(context, context.kernel.nodes[0], 0, part))
    const common = { rows: part.rows, rowBytes, columns, sources }
    emitRowSums(context, { ...common, targets: [means], sumsOf: (block) => [sumOfRows(context, block)] })
    const share = builder.local('v128', lanes.div(lanes.constant(1), lanes.splat(lanes.scalarFromI32(part.rows))))
    emitScaling(context, columns, means, () => share)
    const sumsOf = (block: RowBlock): Vector[] => {
      builder.set(mean, block.loadAt(means))
      for (let row = 0; row < block.rows; row++) {
        builder.set(difference, lanes.sub(block.load(0, row), mean))
        builder.set(
          squares,
          row === 0 ? lanes.mul(difference, difference) : lanes.madd(difference, difference, squares),
        )
      }
      return [squares]
    }
    emitRowSums(context, { ...common, targets: [partRow(context, context.kernel.nodes[0], 1, part)], sumsOf })
  })
}

/** Sums over each part of dy * (x - mean) * inverse deviation, and of dy. */
export function emitBatchNormPartialGradients(context: KernelContext): void {
  const { builder, lanes, kernel } = context
  const { rows, columns, rowBytes, sourcesOf } = rowsOf(context, 2)
  const [means, inverses] = kernel.nodes[0].inputs.slice(2).map((value) => operandOf(context, value).pointer)
  const [mean, dy, products, sum] = Array.from({ length: 4 }, () => builder.local('v128'))
  const sumsOf = (block: RowBlock): Vector[] => {
    builder.set(mean, block.loadAt(means))
    for (let row = 0; row < block.rows; row++) {
      builder.set(dy, block.load(0, row))
      const centered = lanes.sub(block.load(1, row), mean)
      builder.set(products, row === 0 ? lanes.mul(dy, centered) : lanes.madd(dy, centered, products))
      builder.set(sum, row === 0 ? dy : lanes.add(sum, dy))
    }
    return [products, sum]
  }
  forParts(context, rows, (part) => {
    const scaleParts = builder.local('i32', partRow(context, context.kernel.nodes[0], 0, part))
    const targets = [scaleParts, partRow(context, context.kernel.nodes[0], 1, part)]
    emitRowSums(context, { rows: part.rows, rowBytes, columns, sources: sourcesOf(part), targets, sumsOf })
    emitScaling(context, columns, scaleParts, (offset) => v128.load(i32.add(inverses, offset)))
  })
}

/**
 * The parts' means and squares [parts, F] -> mean, biased variance and inverse deviation of all rows [F]. The squares about
 * the common mean are those about a part's own and, for each of its rows, the square of how far apart the means are
 * (Chan et al. 1979).
 */
export function emitMergeStatistics(context: KernelContext): void {
  const { builder, lanes, kernel, start, end } = context
  const [node] = kernel.nodes
  const [means, squares] = node.inputs.map((value) => operandOf(context, value))
  const [mean, variance, inverse] = node.outputs.map((value) => operandOf(context, value).pointer)
  const { rows: parts, stride } = layoutAs(means.layout, 'rows')
  const rows = Number(node.attributes.rows)
  const cut = { rows, together: Number(node.attributes.together ?? 1), parts }
  const share = lanes.constant(1 / rows)
  const [first, sum, common, difference, size] = Array.from({ length: 5 }, () => builder.local('v128'))
  /** Calls `body` for each part, with its number of rows in `size`. */
  const overParts = (column: I32, body: (means: I32, squares: I32) => void): void => {
    const pointers = [means, squares].map(({ pointer }) => builder.local('i32', at(pointer, column, lanes.bytes)))
    const part = builder.local('i32', i32.const(0))
    times(builder, parts, () => {
      const next = i32.add(part, i32.const(1))
      const count = i32.sub(partStartRow(cut, next), partStartRow(cut, part))
      builder.set(size, lanes.splat(lanes.scalarFromI32(count)))
      body(pointers[0], pointers[1])
      for (const pointer of pointers) builder.set(pointer, i32.add(pointer, i32.const(stride * lanes.bytes)))
      builder.set(part, next)
    })
  }
  const firstColumn = i32.mul(start, i32.const(panelWidth))
  forRange(builder, firstColumn, i32.mul(end, i32.const(panelWidth)), lanes.count, (column) => {
    // As a distance from the first part's mean: what is summed is small, and so are its rounding errors.
    builder.set(first, v128.load(at(means.pointer, column, lanes.bytes)))
    builder.set(sum, lanes.constant(0))
    overParts(column, (ofMeans) => {
      builder.set(sum, lanes.madd(size, lanes.sub(v128.load(ofMeans), first), sum))
    })
    builder.set(common, lanes.madd(sum, share, first))
    builder.set(sum, lanes.constant(0))
    overParts(column, (ofMeans, ofSquares) => {
      builder.set(difference, lanes.sub(v128.load(ofMeans), common))
      builder.set(sum, lanes.madd(lanes.mul(difference, difference), size, lanes.add(sum, v128.load(ofSquares))))
    })
    builder.set(sum, lanes.mul(sum, share))
    const store = (pointer: I32, value: Vector): void => v128.store(builder, at(pointer, column, lanes.bytes), value)
    store(mean, common)
    store(variance, sum)
    store(inverse, inverseDeviation(context, sum, Number(node.attributes.epsilon)))
  })
}

/** a[F] -> [], in float64 by the first thread. */
export function emitSumOfVector(context: KernelContext): void {
  const { builder, lanes, kernel, start, end } = context
  const [node] = kernel.nodes
  const a = operandOf(context, node.inputs[0])
  const target = operandOf(context, node.outputs[0]).pointer
  const plus = (x: Expression<'f64'>, y: Expression<'f64'>): Expression<'f64'> => ({
    type: 'f64',
    code: [...x.code, ...y.code, 0xa0],
  })
  builder.when(i32.ltS(start, end), () => {
    const sum = builder.local('f64', { type: 'f64', code: [0x44, 0, 0, 0, 0, 0, 0, 0, 0] })
    const pointer = builder.local('i32', a.pointer)
    times(builder, layoutAs(a.layout, 'vector').length, () => {
      builder.set(sum, plus(sum, lanes.toFloat64(lanes.loadScalar(pointer))))
      builder.set(pointer, i32.add(pointer, i32.const(lanes.bytes)))
    })
    // Updates run over a scalar's padding, which has to stay zero.
    for (let offset = 0; offset < panelWidth * lanes.bytes; offset += 16) {
      v128.store(builder, target, lanes.constant(0), offset)
    }
    lanes.storeScalar(builder, target, lanes.fromFloat64(sum))
  })
}
