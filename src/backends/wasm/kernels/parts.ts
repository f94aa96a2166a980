/**
 * Sums over parts of the rows, and the statistics and gradients of batch norm that are computed from these sums. One
 * thread sums all rows of a part.
 */
import type { OpNode } from '../../../graph/graph.ts'
import { assertInvariant } from '../../../support/errors.ts'
import { type Expression, type I32, i32, type Local, type Vector } from '../assembler.ts'
import { v128 } from '../lanes.ts'
import { panelWidth } from '../plan/layout.ts'
import { at, forRange, type KernelContext, layoutAs, operandOf, times } from './operands.ts'
import { inverseDeviation } from './reductions.ts'
import { emitRowSums, emitScaling, type RowBlock, sumOfRows } from './row-sums.ts'

/** One part of a tensor's rows: the number of the part, its first row and its number of rows. */
export interface Part {
  readonly number: Local<'i32'>
  readonly firstRow: Local<'i32'>
  readonly rows: Local<'i32'>
}

/**
 * Index of the first item of part number `part`, if `count` items are divided into `parts` parts as defined in
 * graph/ops.ts.
 */
export function partStart(count: number, parts: number, part: I32): I32 {
  assertInvariant(count * parts < 2 ** 32, `expected ${count} items times ${parts} parts to fit into 32 bits`)
  return i32.divU(i32.mul(i32.const(count), part), i32.const(parts))
}

/**
 * How the rows of a sum's input are divided into parts. Each group of `together` consecutive rows lies in one part of
 * the rows.
 */
export interface RowParts {
  readonly rows: number
  readonly together: number
  readonly parts: number
}

export function rowPartsOf({ inputs, outputs, attributes }: OpNode): RowParts {
  return { rows: inputs[0].shape[0], together: Number(attributes.together ?? 1), parts: outputs[0].shape[0] }
}

/** Number of the first row of part number `part`, if the rows are divided as `RowParts` says. */
export function partStartRow({ rows, together, parts }: RowParts, part: I32): I32 {
  return i32.mul(partStart(rows / together, parts, part), i32.const(together))
}

/** Emits a loop over the thread's parts of the rows, with the code that `body` emits for one part. */
export function forParts({ builder, start, end }: KernelContext, rows: RowParts, body: (part: Part) => void): void {
  forRange(builder, start, end, 1, (number) => {
    const firstRow = builder.local('i32', partStartRow(rows, number))
    const nextFirst = partStartRow(rows, i32.add(number, i32.const(1)))
    body({ number, firstRow, rows: builder.local('i32', i32.sub(nextFirst, firstRow)) })
  })
}

/** Returns the address of a part's row in an output [parts, F]. */
export function partRow(context: KernelContext, node: OpNode, output: number, { number }: Pick<Part, 'number'>): I32 {
  const { pointer, layout } = operandOf(context, node.outputs[output])
  return at(pointer, number, layoutAs(layout, 'rows').stride * context.lanes.bytes)
}

/** Returns the operands [B, F] of a kernel, with the layout that these operands share. */
function rowsOf(context: KernelContext, inputs: number) {
  const { kernel, lanes } = context
  const [node] = kernel.nodes
  const operands = node.inputs.slice(0, inputs).map((value) => operandOf(context, value))
  const { columns, stride } = layoutAs(operands[0].layout, 'rows')
  const rowBytes = stride * lanes.bytes
  const sourcesOf = ({ firstRow }: Part): I32[] => operands.map(({ pointer }) => at(pointer, firstRow, rowBytes))
  return { rows: rowPartsOf(node), columns, rowBytes, sourcesOf }
}

/** Emits the sums over parts of the rows: [B, F] -> [parts, F]. */
export function emitPartialSums(context: KernelContext): void {
  const { rows, columns, rowBytes, sourcesOf } = rowsOf(context, 1)
  forParts(context, rows, (part) => {
    const targets = [partRow(context, context.kernel.nodes[0], 0, part)]
    const sumsOf = (block: RowBlock): Vector[] => [sumOfRows(context, block)]
    emitRowSums(context, { rows: part.rows, rowBytes, columns, sources: sourcesOf(part), targets, sumsOf })
  })
}

/**
 * Emits the mean of each part of the rows and the sum of squared deviations from the part's mean: x[B, F] -> [parts, F]
 * each.
 */
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

/** Emits two sums over each part of the rows: the sum of dy * (x - mean) * inverse deviation, and the sum of dy. */
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
 * Emits the statistics of all rows from the statistics of the parts: means and squares [parts, F] -> mean, biased
 * variance and inverse deviation [F]. The sum of squared deviations from the common mean is the total, over all parts,
 * of squares + rows * (mean - common mean)^2 (Chan et al. 1979).
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
  /** Calls `body` for each part of the rows, with the part's number of rows in the register `size`. */
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
    // The common mean is summed as a distance from the first part's mean, because small terms have small rounding
    // errors.
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

/** Emits the sum of a vector's elements, a[F] -> [], which the first thread computes in float64. */
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
    // An update also runs over the padding of a scalar, so the padding must be zero.
    for (let offset = 0; offset < panelWidth * lanes.bytes; offset += 16) {
      v128.store(builder, target, lanes.constant(0), offset)
    }
    lanes.storeScalar(builder, target, lanes.fromFloat64(sum))
  })
}
