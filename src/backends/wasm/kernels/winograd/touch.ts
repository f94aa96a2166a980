/**
 * Prefetching of memory by loads. While matrix products keep the arithmetic units busy, one word is loaded from each
 * cache line that is read or written next. The loads bring the next cache lines into the cache early and hide the waits
 * for memory. WebAssembly has no prefetch instruction. According to scripts/products.mjs, prefetching makes a
 * convolution of 16 channels a fifth faster.
 */
import { type I32, i32 } from '../../assembler.ts'
import { layoutSize } from '../../plan/layout.ts'
import { at, type KernelContext, type KernelOperand, layoutAs } from '../operands.ts'

const line = 64

/**
 * Largest number of operands that are prefetched at the same time. All result operands and at least one source operand
 * are always prefetched, even if the total exceeds four operands. With six prefetched operands instead of four, the
 * input gradient of a convolution that first computes batch norm's gradient was 14% slower.
 */
export const mostTouched = 4

/** The rows of an operand, which are prefetched in equal shares, one share in each turn. */
export interface Touched {
  readonly operand: KernelOperand
  readonly rows: number
  readonly turns: number
}

export interface Touch {
  /** Starts prefetching at the given row. */
  begin(row: I32): void
  /** Prefetches the cache lines that belong to one turn. */
  some(): void
}

/**
 * Makes a prefetcher. A prefetcher must be made at the beginning of a WebAssembly function. No prefetching load reaches
 * beyond the operand's memory.
 */
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
