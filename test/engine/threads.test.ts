/**
 * Tests that a program gives the same bits on any number of threads, because no sum depends on the division of work.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Backend } from '../../src/backends/backend.ts'
import { createWasmBackend, type WasmOptions } from '../../src/backends/wasm/backend.ts'
import { batchNorm, chain, dense, dropout, layerNorm, relu, repeat, residual, tanh } from '../../src/network/layers.ts'
import { bitsOf } from '../support/compare.ts'
import { type ExampleName, exampleNames, examples, fullOptions } from '../support/networks.ts'
import { createProblem, type Problem, runProblem } from '../support/problems.ts'

const modes: readonly (readonly [string, WasmOptions])[] = [
  ['float32', {}],
  ['float32 exact', { exact: true }],
  ['float64', { precision: 'float64' }],
]

const ofExample = (name: ExampleName): Problem => {
  const { network, options } = examples[name]
  return createProblem(network, fullOptions(options))
}

/** A network large enough that some threads are still computing when other threads reach a barrier. */
const large = createProblem(
  chain(
    dense(100),
    repeat(10, residual(chain(batchNorm(), relu(), dense(100)))),
    repeat(10, chain(dense(100), layerNorm(), tanh(), dropout(0.1))),
    dense(10),
  ),
  { input: [64], batch: 50, steps: 5 },
)

describe.each(modes)('%s programs:', (_name, options) => {
  let inline: Backend
  let pools: Backend[] = []
  beforeAll(async () => {
    inline = await createWasmBackend({ ...options, threads: 'inline' })
    pools = await Promise.all([1, 2, 3].map((threads) => createWasmBackend({ ...options, threads })))
  })
  afterAll(() => {
    for (const pool of pools) pool.dispose()
  })

  const expectSameBits = async (problem: Problem): Promise<void> => {
    const expected = bitsOf(await runProblem(inline, problem))
    for (const pool of pools) expect(bitsOf(await runProblem(pool, problem))).toBe(expected)
  }

  test.each(exampleNames)('pools of 1, 2 and 3 threads and the calling thread give the same bits: %s', (name) =>
    expectSameBits(ofExample(name)),
  )

  test('pools of 1, 2 and 3 threads and the calling thread give the same bits for a large network, three times', async () => {
    for (let run = 0; run < 3; run++) await expectSameBits(large)
  })

  test('a step whose loss is not finite stops every thread', async () => {
    const problem = ofExample('mlp')
    problem.steps[1].get('x')?.fill(Number.NaN)
    const expected = await runProblem(inline, problem)
    expect(expected.finished).toBe(1)
    for (const pool of pools) {
      expect(bitsOf(await runProblem(pool, problem))).toBe(bitsOf(expected))
      await expectSameBits(ofExample('mlp'))
    }
  })
})
