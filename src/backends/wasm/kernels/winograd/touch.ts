/**
 * Brings memory near before it is needed: while products keep the arithmetic busy, what is to be read or written next is
 * loaded line by line, and so are waits for memory hidden. WebAssembly has no instruction to prefetch. By
 * scripts/products.mjs a convolution of 16 channels is a fifth faster for it.
 */

import { type I32, i32 } from '../../assembler.ts'
import { layoutSize } from '../../plan/layout.ts'
import { at, type KernelContext, type KernelOperand, layoutAs } from '../operands.ts'

const line = 64

/**
 * So many operands are touched in the same turns, but for the results' where these are more, and one of the sources' in any case:
 * with six of them the input's gradient behind batch norm's was 14% slower than with four.
 */
export const mostTouched = 4

/** Rows of an operand that are touched in so many turns. */
export interface Touched {
  readonly operand: KernelOperand
  readonly rows: number
  readonly turns: number
}

export interface Touch {
  /** From this row on. */
  begin(row: I32): void
  /** One turn's share. */
  some(): void
}

/** To be made where a function begins. It never goes beyond the operand. */
export function createTouch({ builder, lanes }: KernelContext, { operand, rows, turns }: Touched): Touch {
  const rowBytes = layoutAs(operand.layout, 'rows').stride * lanes.bytes
  const lines = Math.ceil((rows * rowBytes) / line / turns)
  const bytes = layoutSize(operand.layout) * lanes.bytes
  const last = builder.local('i32', i32.add(operand.pointer, i32.const(Math.max(0, bytes - lines * line))))
  const pointer = builder.local('i32', last)
  return {
    begin: (row) => builder.set(pointer, at(operand.pointer, row, rowBytes)),
    some: () => {
      builder.set(pointer, i32.select(i32.ltU(pointer, last), pointer, last))
      for (let number = 0; number < lines; number++) builder.drop(i32.load(pointer, number * line))
      builder.set(pointer, i32.add(pointer, i32.const(lines * line)))
    },
  }
}
