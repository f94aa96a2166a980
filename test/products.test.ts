/** Matrix products at every remainder that their tiles leave: in rows, in columns, packed or not, on any number of threads. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Backend } from '../src/backends/backend.ts'
import { createReferenceBackend } from '../src/backends/reference/backend.ts'
import { createWasmBackend, type WasmOptions } from '../src/backends/wasm/backend.ts'
import { createRandom } from '../src/support/random.ts'
import { type Call, runCalls, type Tensor } from './support/calls.ts'
import { largestDifference, largestSize } from './support/compare.ts'
import { unitOf } from './support/variants.ts'

interface Sizes {
  readonly B: number
  readonly K: number
  readonly O: number
}

/** The three products of a dense layer, K inputs and O outputs, for B samples. */
function callsOf({ B, K, O }: Sizes): Call[] {
  const random = createRandom(B * 1e6 + K * 1e3 + O)
  const normal = (...shape: number[]): Tensor => ({
    shape,
    values: Float64Array.from({ length: shape[0] * shape[1] }, () => Math.fround(random.normal())),
  })
  const [x, w, dy] = [normal(B, K), normal(O, K), normal(B, O)]
  return [
    { op: 'dense', inputs: [x, w] },
    { op: 'denseInputGradient', inputs: [dy, w] },
    { op: 'denseWeightGradient', inputs: [dy, x] },
  ]
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

/** Panels of 8 columns go in tiles of 8 and 12, rows in tiles of 4, 3 and 2; from 192 inputs on factors are packed. */
const sets: Record<string, readonly Sizes[]> = {
  'every width of the outputs': upTo(33).map((O) => ({ B: 5, K: 6, O })),
  'every width of the inputs': upTo(33).map((K) => ({ B: 6, K, O: 25 })),
  'every batch': upTo(33).map((B) => ({ B, K: 9, O: 41 })),
  'packed factors': [192, 193, 194, 195, 200, 257].flatMap((K) => [
    { B: 1, K, O: 8 },
    { B: 7, K, O: 20 },
    { B: 34, K, O: 31 },
  ]),
}

const modes: readonly (readonly [string, WasmOptions])[] = [
  ['float32', {}],
  ['float32 exact', { exact: true }],
  ['float64', { precision: 'float64' }],
]

const expected = new Map<string, Float64Array[][]>()
beforeAll(async () => {
  const reference = createReferenceBackend()
  for (const [name, sizes] of Object.entries(sets)) {
    expected.set(name, await runCalls(reference, sizes.flatMap(callsOf)))
  }
})

describe.each(modes)('%s', (_name, options) => {
  let backends: Backend[] = []
  beforeAll(async () => {
    backends = await Promise.all(
      [1, 2, 3, 'inline' as const].map((threads) => createWasmBackend({ ...options, threads })),
    )
  })
  afterAll(() => {
    for (const backend of backends) backend.dispose()
  })

  test.each(Object.entries(sets))('%s', async (name, sizes) => {
    const calls = sizes.flatMap(callsOf)
    const results = await Promise.all(backends.map((backend) => runCalls(backend, calls)))
    const [first, ...others] = results
    const unit = unitOf(options.precision ?? 'float32')
    const wrong = calls.flatMap(({ op, inputs }, call) => {
      const [values] = expected.get(name)?.[call] ?? []
      const units = largestDifference(first[call][0], values) / Math.max(1, largestSize(values)) / unit
      return units <= 16 ? [] : [`${op} ${inputs.map(({ shape }) => shape.join('x')).join(' ')}: ${units} units`]
    })
    expect(wrong).toEqual([])
    // Values and signs of zero: what differs in a bit differs here.
    const numbersOf = (outputs: Float64Array[][]): Float64Array[] => outputs.flat()
    for (const other of others) expect(numbersOf(other)).toEqual(numbersOf(first))
  })
})
