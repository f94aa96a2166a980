/** All backends that must conform, each in every precision and mode. */
import type { Backend, Precision } from '../../src/backends/backend.ts'
import { createReferenceBackend } from '../../src/backends/reference/backend.ts'
import { createWasmBackend } from '../../src/backends/wasm/backend.ts'

export interface Variant {
  readonly name: string
  readonly precision: Precision
  readonly create: () => Promise<Backend>
}

/** The difference between 1 and the next larger number in this precision. */
export const unitOf = (precision: Precision): number => (precision === 'float32' ? 2 ** -23 : 2 ** -52)

const wasm = (precision: Precision, exact: boolean): Variant => ({
  name: `wasm ${precision}${exact ? ' exact' : ''}`,
  precision,
  create: () => createWasmBackend({ precision, exact, threads: 'inline' }),
})

export const wasmVariants: readonly Variant[] = [
  wasm('float64', true),
  wasm('float64', false),
  wasm('float32', true),
  wasm('float32', false),
]

export const variants: readonly Variant[] = [
  { name: 'reference', precision: 'float64', create: async () => createReferenceBackend() },
  ...wasmVariants,
]
