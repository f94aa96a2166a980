/**
 * Tests of sums over parts of the rows, and of merging the parts, for every number of columns on any number of threads.
 */
import { partsOfPositions } from '../../src/backends/wasm/schedule/parts.ts'
import { createRandom } from '../../src/support/random.ts'
import type { Call, Tensor } from '../support/calls.ts'
import { testOnAnyThreads } from '../support/on-any-threads.ts'

interface Sizes {
  readonly rows: number
  readonly columns: number
  /** Number added to all elements. The rounding error of a large center can exceed the deviations from the center. */
  readonly center: number
}

function callsOf({ rows, columns, center }: Sizes): Call[] {
  const random = createRandom(3, rows, columns)
  const numbers = (shape: number[], next: () => number): Tensor => ({
    shape,
    values: Float64Array.from({ length: shape.reduce((all, size) => all * size, 1) }, () => Math.fround(next())),
  })
  const around = (...shape: number[]): Tensor => numbers(shape, () => center + random.normal())
  const positive = (...shape: number[]): Tensor => numbers(shape, () => 0.5 + random.uniform())
  const dy = numbers([rows, columns], () => random.normal())
  const x = around(rows, columns)
  const parts = partsOfPositions(rows)
  return [
    { op: 'partialSums', inputs: [dy], attributes: { parts } },
    { op: 'partialStatistics', inputs: [x], attributes: { parts } },
    {
      op: 'mergeStatistics',
      inputs: [around(parts, columns), positive(parts, columns)],
      attributes: { rows, epsilon: 1e-5 },
    },
    {
      op: 'batchNormPartialGradients',
      inputs: [dy, x, around(columns), positive(columns)],
      attributes: { parts },
    },
    { op: 'sumOfVector', inputs: [numbers([rows], () => random.normal())] },
  ]
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

testOnAnyThreads({
  'sums over every number of rows': [...upTo(17), 1023, 1024, 1543, 2048, 5003].flatMap((rows) =>
    callsOf({ rows, columns: 5, center: 0 }),
  ),
  // Rows of 256 columns are padded by one cache line.
  'sums of every number of columns': [...upTo(17), 24, 33, 256].flatMap((columns) =>
    callsOf({ rows: 1027, columns, center: 10 }),
  ),
  'sums over more rows than the largest number of parts covers': callsOf({
    rows: 64 * 512 + 700,
    columns: 3,
    center: 0,
  }),
  'sums with deviations much smaller than the center': callsOf({ rows: 3000, columns: 9, center: 1000 }),
})
