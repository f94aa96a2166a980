/** Code that fills memory with zeros. */
import { assertInvariant } from '../../../support/errors.ts'
import { type I32, i32 } from '../assembler.ts'
import { v128 } from '../lanes.ts'
import { type KernelContext, times } from './operands.ts'

/** Number of bytes that one iteration of the clearing loop writes: two vectors. */
export const clearedBytes = 32

/**
 * Emits code that writes `bytes` zero bytes, starting at an address. The argument `bytes` must be a positive multiple
 * of 32.
 */
export function emitClearing({ builder, lanes }: KernelContext, address: I32, bytes: number): void {
  assertInvariant(
    bytes > 0 && bytes % clearedBytes === 0,
    `expected a positive multiple of ${clearedBytes} bytes to clear, got ${bytes} bytes`,
  )
  const pointer = builder.local('i32', address)
  times(builder, bytes / clearedBytes, () => {
    for (let offset = 0; offset < clearedBytes; offset += 16) v128.store(builder, pointer, lanes.constant(0), offset)
    builder.set(pointer, i32.add(pointer, i32.const(clearedBytes)))
  })
}
