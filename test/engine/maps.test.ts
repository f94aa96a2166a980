/** Tests of elementwise operations for every number of columns and rows, with all remainders of the kernels' steps. */
import { createRandom } from '../../src/support/random.ts'
import type { Call, Tensor } from '../support/calls.ts'
import { testOnAnyThreads } from '../support/on-any-threads.ts'

function callsOf(rows: number, columns: number): Call[] {
  const random = createRandom(4, rows, columns)
  const numbers = (...shape: number[]): Tensor => ({
    shape,
    values: Float64Array.from({ length: shape.reduce((all, size) => all * size, 1) }, () =>
      Math.fround(random.normal()),
    ),
  })
  const whole = (value: number): Tensor => ({ shape: [], values: [value], element: 'int' })
  const x = numbers(rows, columns)
  const [dy, mean, inverse, scale, shift] = [numbers(rows, columns), ...[1, 2, 3, 4].map(() => numbers(columns))]
  const threshold = Math.floor(0.4 * 2 ** 32) | 0
  return [
    { op: 'add', inputs: [x, dy] },
    { op: 'addBias', inputs: [x, shift] },
    { op: 'batchNormalize', inputs: [x, mean, inverse, scale, shift] },
    { op: 'batchNormInputGradient', inputs: [dy, x, mean, inverse, scale, shift, mean] },
    // The key, the step and the index of an element determine whether dropout drops the element.
    { op: 'dropout', inputs: [x, whole(77), whole(5), whole(threshold), { shape: [], values: [1.5] }] },
  ]
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

testOnAnyThreads({
  'elementwise operations with every number of columns': [...upTo(17), 24, 33, 40, 64, 72, 256].flatMap((columns) =>
    callsOf(7, columns),
  ),
  'elementwise operations with every number of rows': [...upTo(17), 133].flatMap((rows) => [
    ...callsOf(rows, 5),
    ...callsOf(rows, 50),
  ]),
})
