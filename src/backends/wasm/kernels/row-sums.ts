/**
 * Sums over rows, column by column. The rows of a sum are processed in blocks of eight. The rows of a block are summed
 * in registers, and the block's sums are then added to the sums in memory, which stay in the level-1 cache. For any
 * number of columns, the rows are therefore read once, in the order of memory. With blocks of eight rows, rounding
 * errors are as small as in sums with an eighth of the terms.
 */
import { type I32, i32, type Local, type Vector } from '../assembler.ts'
import { v128 } from '../lanes.ts'
import { panelWidth } from '../plan/layout.ts'
import { forRange, type KernelContext, times } from './operands.ts'

const blockRows = 8

/** A block of rows, restricted to one vector of columns. */
export interface RowBlock {
  readonly rows: number
  load(source: number, row: number): Vector
  /**
   * Loads the elements for the block's columns from a stored vector over all columns, which begins at the given
   * address.
   */
  loadAt(address: I32): Vector
}

export interface RowSums {
  /** Number of rows to sum, and number of bytes from one row to the next. */
  readonly rows: I32
  readonly rowBytes: number
  readonly columns: number
  /** Addresses of the first rows of the tensors that the sums read. */
  readonly sources: readonly I32[]
  /** Addresses at which the sums are stored. Each sum is a vector over the columns. */
  readonly targets: readonly I32[]
  /** Returns the vectors that a block of rows adds to the stored sums, one vector for each stored sum. */
  readonly sumsOf: (block: RowBlock) => readonly Vector[]
}

/** Calls `body` for each vector of a row, padding included, with the vector's byte offset. */
export function forVectorsOf(context: KernelContext, columns: number, body: (offset: Local<'i32'>) => void): void {
  const { builder, lanes } = context
  const bytes = Math.ceil(columns / panelWidth) * panelWidth * lanes.bytes
  forRange(builder, i32.const(0), i32.const(bytes), 16, body)
}

/**
 * Emits code that writes the sums of all rows, padding included, to the target addresses. No target address may also be
 * a source address.
 */
export function emitRowSums(context: KernelContext, sums: RowSums): void {
  const { builder, lanes } = context
  const { columns, rowBytes, sumsOf } = sums
  const pointers = sums.sources.map((source) => builder.local('i32', source))
  const targets = sums.targets.map((target) => builder.local('i32', target))
  const left = builder.local('i32', sums.rows)
  const panelBytes = panelWidth * lanes.bytes
  const panels = Math.ceil(columns / panelWidth)
  const offset = builder.local('i32')
  const places = pointers.map(() => builder.local('i32'))
  const targetPlaces = targets.map(() => builder.local('i32'))

  const emitPanel = (rows: number): void => {
    for (let vector = 0; vector < panelBytes; vector += 16) {
      const block: RowBlock = {
        rows,
        load: (source, row) => v128.load(places[source], row * rowBytes + vector),
        loadAt: (address) => v128.load(i32.add(address, offset), vector),
      }
      const added = sumsOf(block)
      targetPlaces.forEach((place, index) => {
        v128.store(builder, place, lanes.add(v128.load(place, vector), added[index]), vector)
      })
    }
  }
  const emitBlocks = (rows: number): void =>
    builder.while(i32.geS(left, i32.const(rows)), () => {
      builder.set(offset, i32.const(0))
      places.forEach((place, index) => {
        builder.set(place, pointers[index])
      })
      targetPlaces.forEach((place, index) => {
        builder.set(place, targets[index])
      })
      times(builder, panels, () => {
        emitPanel(rows)
        for (const pointer of [offset, ...places, ...targetPlaces]) {
          builder.set(pointer, i32.add(pointer, i32.const(panelBytes)))
        }
      })
      for (const pointer of pointers) builder.set(pointer, i32.add(pointer, i32.const(rows * rowBytes)))
      builder.set(left, i32.sub(left, i32.const(rows)))
    })

  forVectorsOf(context, columns, (place) => {
    for (const target of targets) v128.store(builder, i32.add(target, place), lanes.constant(0))
  })
  emitBlocks(blockRows)
  emitBlocks(1)
}

/** Returns the sum of the rows of a block. */
export function sumOfRows({ lanes }: KernelContext, { rows, load }: RowBlock): Vector {
  let sum = load(0, 0)
  for (let row = 1; row < rows; row++) sum = lanes.add(sum, load(0, row))
  return sum
}

/** Emits code that multiplies a stored vector over the columns by factors, one vector of columns at a time. */
export function emitScaling(
  context: KernelContext,
  columns: number,
  target: I32,
  factor: (offset: I32) => Vector,
): void {
  const { builder, lanes } = context
  forVectorsOf(context, columns, (offset) => {
    const place = builder.local('i32', i32.add(target, offset))
    v128.store(builder, place, lanes.mul(v128.load(place), factor(offset)))
  })
}
