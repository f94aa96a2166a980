/**
 * Sums over parts of the rows, computed by the convolution that makes the rows. The rows of one tile are summed in
 * registers. The tile's sums are then added to the part's sums in memory, which stay in the level-1 cache. A thread
 * computes whole parts, and computes the tiles of a part always in the same order. The bits of the sums are therefore
 * the same for any number of threads.
 */
import type { OpNode, Value } from '../../../graph/graph.ts'
import { assertInvariant } from '../../../support/errors.ts'
import { type I32, i32, type Local, type Vector } from '../assembler.ts'
import { v128 } from '../lanes.ts'
import { isRowSum, partitionOf, type RowSum } from '../plan/access.ts'
import { panelWidth } from '../plan/layout.ts'
import { at, forRange, type KernelContext, layoutAs, operandOf } from './operands.ts'
import { forParts, type Part, partRow, partStart, partStartRow, type RowParts, rowPartsOf } from './parts.ts'
import { emitScaling, forVectorsOf } from './row-sums.ts'

type Register = Local<'v128'>

/** Registers for one vector of columns: the shift that is subtracted from the columns, and the tile's sums. */
interface ColumnVector {
  readonly shift: Register
  readonly sums: readonly Register[]
}

/** The sums that one operation computes over the tiles of a kernel. */
class Summing {
  private readonly pointers: readonly Local<'i32'>[]
  private readonly columns: ColumnVector[] = []
  private readonly started = new Set<number>()
  private readonly shifted: Local<'i32'>

  constructor(
    private readonly context: KernelContext,
    private readonly node: RowSum,
  ) {
    this.pointers = node.outputs.map(() => context.builder.local('i32'))
    this.shifted = context.builder.local('i32')
  }

  get inputs(): readonly Value[] {
    return this.node.inputs.slice(0, 3)
  }

  /** Moves the pointers to the sums of a part of the rows, starting at the given column. */
  moveTo(part: Local<'i32'>, firstRow: I32, column: I32): void {
    const { context, node } = this
    const { builder, lanes } = context
    this.pointers.forEach((pointer, output) => {
      builder.set(pointer, at(partRow(context, node, output, { number: part }), column, lanes.bytes))
    })
    if (node.op === 'partialStatistics') {
      const { pointer, layout } = operandOf(context, node.inputs[0])
      const row = at(pointer, firstRow, layoutAs(layout, 'rows').stride * lanes.bytes)
      builder.set(this.shifted, at(row, column, lanes.bytes))
    }
    this.started.clear()
  }

  add(vector: number, register: (value: Value) => Register): void {
    const { builder } = this.context
    const isFirst = !this.started.has(vector)
    const { shift, sums } = this.columnOf(vector)
    if (isFirst && this.node.op === 'partialStatistics') builder.set(shift, v128.load(this.shifted, vector * 16))
    this.started.add(vector)
    const terms = this.termsOf(register, shift)
    sums.forEach((sum, position) => {
      builder.set(sum, terms[position](isFirst ? undefined : sum))
    })
  }

  /**
   * Returns one function for each sum of the tile. Each returned function adds the next term to the given sum, or
   * returns the first term if no sum is given.
   */
  private termsOf(register: (value: Value) => Register, shift: Register): ((sum?: Register) => Vector)[] {
    const { builder, lanes } = this.context
    const [x, ...others] = this.node.inputs
    const plus = (term: Vector) => (sum?: Register) => (sum ? lanes.add(sum, term) : term)
    const plusProduct = (a: Register, b: Register) => (sum?: Register) =>
      sum ? lanes.madd(a, b, sum) : lanes.mul(a, b)
    switch (this.node.op) {
      case 'partialSums':
        return [plus(register(x))]
      case 'partialStatistics': {
        const difference = builder.local('v128', lanes.sub(register(x), shift))
        return [plus(difference), plusProduct(difference, difference)]
      }
      case 'batchNormPartialGradients': {
        const [input, mean] = others
        const centered = builder.local('v128', lanes.sub(register(input), register(mean)))
        return [plusProduct(register(x), centered), plus(register(x))]
      }
    }
  }

  private columnOf(vector: number): ColumnVector {
    const { builder } = this.context
    const make = (): Register => builder.local('v128')
    this.columns[vector] ??= { shift: make(), sums: this.node.outputs.map(make) }
    return this.columns[vector]
  }

  /** Adds the tile's sums, which are in registers, to the part's sums in memory. */
  finish(): void {
    const { builder, lanes } = this.context
    for (const vector of this.started) {
      this.columnOf(vector).sums.forEach((sum, position) => {
        const pointer = this.pointers[position]
        v128.store(builder, pointer, lanes.add(v128.load(pointer, vector * 16), sum), vector * 16)
      })
    }
    this.started.clear()
  }
}

/** All sums over parts of the rows that a kernel computes from its tiles. */
export class TileSums {
  private readonly summing: readonly Summing[]
  private readonly cut: RowParts
  private readonly part: Local<'i32'>
  private readonly firstRow: Local<'i32'>
  private readonly rows: Local<'i32'>

  constructor(
    private readonly context: KernelContext,
    nodes: readonly [RowSum, ...RowSum[]],
  ) {
    const { builder } = context
    this.summing = nodes.map((node) => new Summing(context, node))
    this.cut = rowPartsOf(nodes[0])
    ;[this.part, this.firstRow, this.rows] = [0, 0, 0].map((value) => builder.local('i32', i32.const(value)))
  }

  /**
   * Values that must be in registers when a vector of columns is added to the sums. For a value that is a vector over
   * the features, the register must hold the elements of the same columns.
   */
  get inputs(): Value[] {
    return this.summing.flatMap((one) => one.inputs)
  }

  moveTo(row: I32, column: I32): void {
    const { builder } = this.context
    const { part, firstRow, rows, cut } = this
    builder.when(i32.geU(i32.sub(row, firstRow), rows), () => {
      const units = cut.rows / cut.together
      const unit = i32.divU(row, i32.const(cut.together))
      // The quotient `behind / units` is the number of the last part that begins at or before the given unit of work.
      const behind = i32.sub(i32.mul(i32.add(unit, i32.const(1)), i32.const(cut.parts)), i32.const(1))
      builder.set(part, i32.divU(behind, i32.const(units)))
      builder.set(firstRow, partStartRow(cut, part))
      builder.set(rows, i32.sub(partStartRow(cut, i32.add(part, i32.const(1))), firstRow))
    })
    for (const one of this.summing) one.moveTo(part, firstRow, column)
  }

  add(vector: number, register: (value: Value) => Register): void {
    for (const one of this.summing) one.add(vector, register)
  }

  finish(): void {
    for (const one of this.summing) one.finish()
  }
}

/**
 * Emits a kernel, including the sums over parts of its rows. If a convolution sums over parts of its rows, or computes
 * its own input, each thread computes whole parts of the rows. The thread's range of parts is therefore converted to a
 * range of the convolution's own work units.
 */
export function emitInParts(context: KernelContext, emit: (context: KernelContext) => void): void {
  const { kernel, builder, start, end } = context
  const [product, ...others] = kernel.nodes
  const sums = others.filter(isRowSum)
  if (sums.length + kernel.before.length === 0) {
    emit(context)
    return
  }
  const { units: parts, together } = kernel.partition
  assertInvariant(together !== undefined, `expected ${product.op} to be divided into parts of its rows`)
  const cut = { rows: product.outputs[0].shape[0], together, parts }
  const { units } = partitionOf(product, () => 0, kernel.algorithm)
  const unitsTogether = (units * cut.together) / cut.rows
  assertInvariant(
    Number.isInteger(unitsTogether),
    `expected ${cut.together} rows to be a whole number of units of ${product.op}, got ${unitsTogether} units`,
  )
  const unitOf = (part: I32): Local<'i32'> =>
    builder.local('i32', i32.mul(partStart(cut.rows / cut.together, cut.parts, part), i32.const(unitsTogether)))
  for (const node of sums) emitZeros(context, node)
  emit({ ...context, start: unitOf(start), end: unitOf(end) })
  for (const node of sums) forParts(context, cut, (part) => emitEnd(context, node, part))
}

/** Emits code that sets the sums of the thread's parts to zero. */
function emitZeros(context: KernelContext, node: OpNode): void {
  const { builder, lanes, start, end } = context
  node.outputs.forEach((_, output) => {
    const [from, to] = [start, end].map((number) => partRow(context, node, output, { number }))
    forRange(builder, from, to, panelWidth * lanes.bytes, (place) => {
      for (let offset = 0; offset < panelWidth * lanes.bytes; offset += 16) {
        v128.store(builder, place, lanes.constant(0), offset)
      }
    })
  })
}

/** Emits code that completes the sums of a part after all rows of the part have been added. */
function emitEnd(context: KernelContext, node: OpNode, part: Part): void {
  const { builder, lanes } = context
  const { columns } = layoutAs(operandOf(context, node.outputs[0]).layout, 'rows')
  const place = builder.local('i32', partRow(context, node, 0, part))
  if (node.op === 'batchNormPartialGradients') {
    const inverses = operandOf(context, node.inputs[3]).pointer
    emitScaling(context, columns, place, (offset) => v128.load(i32.add(inverses, offset)))
  }
  if (node.op !== 'partialStatistics') return
  // The sums of a part are sums of differences from the part's first row. Sums of such differences lose no digits to
  // cancellation, even if the mean is far from 0 (Chan, Golub & LeVeque 1983).
  const squares = builder.local('i32', partRow(context, node, 1, part))
  const { pointer, layout } = operandOf(context, node.inputs[0])
  const row = builder.local('i32', at(pointer, part.firstRow, layoutAs(layout, 'rows').stride * lanes.bytes))
  const share = builder.local('v128', lanes.div(lanes.constant(1), lanes.splat(lanes.scalarFromI32(part.rows))))
  const sum = builder.local('v128')
  const mean = builder.local('v128')
  forVectorsOf(context, columns, (offset) => {
    const [meanAt, squaresAt] = [place, squares].map((address) => builder.local('i32', i32.add(address, offset)))
    builder.set(sum, v128.load(meanAt))
    builder.set(mean, lanes.mul(sum, share))
    const about = builder.local('v128', lanes.sub(v128.load(squaresAt), lanes.mul(sum, mean)))
    v128.store(builder, squaresAt, lanes.max(lanes.constant(0), about))
    v128.store(builder, meanAt, lanes.add(v128.load(i32.add(row, offset)), mean))
  })
}
