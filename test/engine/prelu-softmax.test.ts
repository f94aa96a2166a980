/** Extreme inputs of the layers prelu and softmax: large numbers, infinities and NaN, in every backend. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Backend } from '../../src/backends/backend.ts'
import { runCalls } from '../support/calls.ts'
import { variants } from '../support/variants.ts'

const infinity = Number.POSITIVE_INFINITY

describe.each(variants)('$name backend:', ({ create, precision }) => {
  let backend: Backend
  beforeAll(async () => {
    backend = await create()
  })
  afterAll(() => backend.dispose())
  const largest = precision === 'float32' ? 1e38 : 1e300
  const rowsOf = (...rows: number[][]) => ({ shape: [rows.length, rows[0].length], values: rows.flat() })
  const digits = precision === 'float32' ? 6 : 14

  test('softmax of large logits does not overflow, and softmax of equal logits is uniform', async () => {
    const x = rowsOf([largest, largest, -largest, -largest, 0], [-largest, -largest, -largest, -largest, -largest])
    const [[y]] = await runCalls(backend, [{ op: 'softmax', inputs: [x] }])
    const expected = [0.5, 0.5, 0, 0, 0, 0.2, 0.2, 0.2, 0.2, 0.2]
    for (const [index, value] of expected.entries()) expect(y[index]).toBeCloseTo(value, digits)
  })

  test('softmax gives 0 for -infinity, and NaN for a row with NaN or infinity', async () => {
    const x = rowsOf([-infinity, 0, 0], [Number.NaN, 1, 2], [1, infinity, 2], [-infinity, -infinity, -infinity])
    const [[y]] = await runCalls(backend, [{ op: 'softmax', inputs: [x] }])
    expect([...y.slice(0, 3)]).toEqual([0, 0.5, 0.5])
    expect([...y.slice(3, 6)]).toEqual([Number.NaN, Number.NaN, Number.NaN])
    expect(y[7]).toBeNaN()
    expect([...y.slice(9)]).toEqual([Number.NaN, Number.NaN, Number.NaN])
  })

  test('PReLU keeps large and infinite numbers, and gives NaN for NaN', async () => {
    const x = rowsOf([largest, -largest, infinity, -infinity, Number.NaN, 0])
    const slopes = { shape: [6], values: [0.5, 0.5, 0.5, -0.5, 0.5, 0.5] }
    const [[y]] = await runCalls(backend, [{ op: 'prelu', inputs: [x, slopes] }])
    expect(y[0] / largest).toBeCloseTo(1, digits)
    expect(y[1] / largest).toBeCloseTo(-0.5, digits)
    expect([...y.slice(2)]).toEqual([infinity, infinity, Number.NaN, 0])
  })
})
