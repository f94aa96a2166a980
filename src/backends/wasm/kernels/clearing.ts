import { assertInvariant } from '../../../support/errors.ts'
import { type I32, i32 } from '../assembler.ts'
import { v128 } from '../lanes.ts'
import { type KernelContext, times } from './operands.ts'

/** Bytes that are cleared at a time: two vectors. */
export const clearedBytes = 32

/** Zeros from an address on, so many bytes (a multiple of `clearedBytes`, and at least that). */
export function emitClearing({ builder, lanes }: KernelContext, address: I32, bytes: number): void {
  assertInvariant(bytes > 0 && bytes % clearedBytes === 0, `${bytes} bytes to clear`)
  const pointer = builder.local('i32', address)
  times(builder, bytes / clearedBytes, () => {
    for (let offset = 0; offset < clearedBytes; offset += 16) v128.store(builder, pointer, lanes.constant(0), offset)
    builder.set(pointer, i32.add(pointer, i32.const(clearedBytes)))
  })
}
