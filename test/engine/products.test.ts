/** Matrix products at every remainder that their tiles leave: in rows, in columns, packed or not, on any number of threads. */
import { expect, test } from 'vitest'
import { createWasmBackend } from '../../src/backends/wasm/backend.ts'
import { createRandom } from '../../src/support/random.ts'
import { type Call, runCalls, type Tensor } from '../support/calls.ts'
import { largestDifference, largestSize } from '../support/compare.ts'
import { testOnAnyThreads } from '../support/on-any-threads.ts'
import { unitOf } from '../support/variants.ts'

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

const weightGradientOf = (sizes: Sizes): Call => callsOf(sizes)[2]

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

/** Panels of 8 columns go in tiles of 8 and 12, rows in tiles of 4, 3 and 2; from 192 inputs on factors are packed. */
testOnAnyThreads({
  'every width of the outputs': upTo(33).flatMap((O) => callsOf({ B: 5, K: 6, O })),
  'every width of the inputs': upTo(33).flatMap((K) => callsOf({ B: 6, K, O: 25 })),
  'every batch': upTo(33).flatMap((B) => callsOf({ B, K: 9, O: 41 })),
  'packed factors': [192, 193, 194, 195, 200, 257].flatMap((K) => [
    ...callsOf({ B: 1, K, O: 8 }),
    ...callsOf({ B: 7, K, O: 20 }),
    ...callsOf({ B: 34, K, O: 31 }),
  ]),
  // From 513 rows on, weight gradients are summed in blocks of 512.
  'blocks of rows': [512, 513, 1024, 1027, 1538].flatMap((B) => [
    weightGradientOf({ B, K: 9, O: 20 }),
    weightGradientOf({ B, K: 195, O: 12 }),
  ]),
})

test('many rows lose little more of a weight gradient to float32 than few do', async () => {
  const calls = [weightGradientOf({ B: 65_536, K: 5, O: 8 })]
  const [[exact], [rounded]] = await Promise.all(
    (['float64', 'float32'] as const).map(async (precision) => {
      const backend = await createWasmBackend({ precision, threads: 'inline' })
      const [result] = await runCalls(backend, calls)
      backend.dispose()
      return result
    }),
  )
  // One sum over them all is off by 72 units.
  expect(largestDifference(rounded, exact) / largestSize(exact) / unitOf('float32')).toBeLessThan(10)
})
