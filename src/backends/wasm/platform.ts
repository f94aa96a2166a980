/**
 * The functions in which Node and browsers differ for the engine: starting threads, counting cores and enabling relaxed
 * SIMD.
 */
import { ModuleBuilder } from './assembler.ts'
import { createLanes } from './lanes.ts'
import { allowRelaxedSimd, multipliesAndAddsRightly } from './node.ts'

export { availableCores, canShareMemory, collectGarbage, startThread } from './node.ts'

/** Makes a WebAssembly module with one function that uses the instruction f32x4.relaxed_madd. */
function relaxedProbe(): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder({ pages: 1, shared: false })
  const lanes = createLanes('float32', true)
  module.function('probe', [], ['v128'], (builder) => {
    builder.emit(lanes.madd(lanes.constant(1), lanes.constant(2), lanes.constant(3)).code)
  })
  return module.toBytes()
}

/**
 * Returns true if WebAssembly supports relaxed SIMD on this machine and computes relaxed multiply-adds correctly. In
 * Node 20, the first call of `enableRelaxedSimd` sets the flag that enables relaxed SIMD, before any module is
 * compiled.
 */
export async function enableRelaxedSimd(): Promise<boolean> {
  if (!(await multipliesAndAddsRightly())) return false
  if (WebAssembly.validate(relaxedProbe())) return true
  await allowRelaxedSimd()
  return WebAssembly.validate(relaxedProbe())
}
