/**
 * Tests of matrix products at every remainder that tiles leave in rows and columns, with and without packed factors, on
 * any number of threads.
 */
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

/** Makes the three products of a dense layer with K inputs and O outputs, for B samples. */
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

/**
 * Panels of 8 columns are computed in tiles of 8 and 12 columns. Rows are computed in tiles of 4, 3 and 2 rows. From
 * 192 inputs on, factors are packed.
 */
testOnAnyThreads({
  'products of every number of outputs': upTo(33).flatMap((O) => callsOf({ B: 5, K: 6, O })),
  'products of every number of inputs': upTo(33).flatMap((K) => callsOf({ B: 6, K, O: 25 })),
  'products of every batch size': upTo(33).flatMap((B) => callsOf({ B, K: 9, O: 41 })),
  'products with packed factors': [192, 193, 194, 195, 200, 257].flatMap((K) => [
    ...callsOf({ B: 1, K, O: 8 }),
    ...callsOf({ B: 7, K, O: 20 }),
    ...callsOf({ B: 34, K, O: 31 }),
  ]),
  // From 513 rows on, weight gradients are summed in blocks of 512 rows.
  'weight gradients in blocks of rows': [512, 513, 1024, 1027, 1538].flatMap((B) => [
    weightGradientOf({ B, K: 9, O: 20 }),
    weightGradientOf({ B, K: 195, O: 12 }),
  ]),
})

test('the float32 error of a weight gradient over 65,536 rows is less than 10 units', async () => {
  const calls = [weightGradientOf({ B: 65_536, K: 5, O: 8 })]
  const [[exact], [rounded]] = await Promise.all(
    (['float64', 'float32'] as const).map(async (precision) => {
      const backend = await createWasmBackend({ precision, threads: 'inline' })
      const [result] = await runCalls(backend, calls)
      backend.dispose()
      return result
    }),
  )
  // A single sum over all rows has an error of 72 units.
  expect(largestDifference(rounded, exact) / largestSize(exact) / unitOf('float32')).toBeLessThan(10)
})
