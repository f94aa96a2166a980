/** Where Node and browsers differ for the engine: threads, their number, and relaxed SIMD. */
import { ModuleBuilder } from './assembler.ts'
import { createLanes } from './lanes.ts'
import { allowRelaxedSimd, multipliesAndAddsRightly } from './node.ts'

export { availableCores, canShareMemory, collectGarbage, startThread } from './node.ts'

/** A module with one function that uses f32x4.relaxed_madd. */
function relaxedProbe(): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder({ pages: 1, shared: false })
  const lanes = createLanes('float32', true)
  module.function('probe', [], ['v128'], (builder) => {
    builder.emit(lanes.madd(lanes.constant(1), lanes.constant(2), lanes.constant(3)).code)
  })
  return module.toBytes()
}

/**
 * Whether WebAssembly has relaxed SIMD here, and gets it right. Node 20's flag is set on the first call, before any module is
 * compiled.
 */
export async function enableRelaxedSimd(): Promise<boolean> {
  if (!(await multipliesAndAddsRightly())) return false
  if (WebAssembly.validate(relaxedProbe())) return true
  await allowRelaxedSimd()
  return WebAssembly.validate(relaxedProbe())
}
