/**
 * Tests of elementwise operations that a Winograd convolution applies to its input, line by line before the tiles. The
 * operations are normalization with an activation in the forward pass, and batch norm's gradient in the backward pass.
 * The results are compared with float64, and have the same bits on any number of threads.
 */
import { describe, expect, test } from 'vitest'
import { createReferenceBackend } from '../../src/backends/reference/backend.ts'
import { createWasmBackend } from '../../src/backends/wasm/backend.ts'
import { kernelsOf } from '../../src/backends/wasm/plan/barriers.ts'
import { createPlan } from '../../src/backends/wasm/plan/create.ts'
import { operationNames } from '../../src/backends/wasm/plan/print.ts'
import { verifyPlan } from '../../src/backends/wasm/plan/verify.ts'
import {
  batchNorm,
  chain,
  conv,
  dense,
  globalAveragePool,
  relu,
  repeat,
  residual,
  tanh,
} from '../../src/network/layers.ts'
import type { Layer } from '../../src/network/network.ts'
import { bitsOf, differences } from '../support/compare.ts'
import { createProblem, runProblem } from '../support/problems.ts'

/** Makes a convolution without a bias, because the gradient of a bias is a sum over the results of the convolution. */
const plain = (channels: number, padding: 'zero' | 'circular' = 'zero'): Layer =>
  conv(channels, { bias: false, padding })

const block = residual(chain(plain(18), batchNorm(), relu(), plain(18), batchNorm()))
const blocks = chain(conv(18), tanh(), repeat(3, block), globalAveragePool(), dense(3))
/** Makes a network with circular padding, in which the first line of tiles also reads the last lines of an image. */
const circular = (channels: number): Layer =>
  chain(plain(channels, 'circular'), batchNorm(), relu(), plain(channels, 'circular'), batchNorm(), dense(3))

/**
 * A network for images so wide that blocks of tiles end within an image. The input lines that a block's last tiles read
 * beyond the block must be prepared before the block runs.
 */
const wide = chain(plain(16), batchNorm(), relu(), plain(16), batchNorm(), globalAveragePool(), dense(3))

function preparedIn(network: Layer, input: readonly [number, number, number], batch: number) {
  const problem = createProblem(network, { input: [...input], batch, steps: 2 })
  const plan = createPlan(problem.graph, { precision: 'float32', ringSlots: 2, reservedBytes: 0 })
  verifyPlan(plan)
  const prepared = [...kernelsOf(plan.body)].filter(({ before }) => before.length > 0)
  return { problem, prepared, names: prepared.map((kernel) => operationNames(kernel).join(' + ')) }
}

describe.each([
  ['blocks of residual networks', blocks, [3, 9, 8], 17],
  ['tiles that fit, with parts of one or two images', blocks, [2, 8, 12], 90],
  ['blocks that end within an image', wide, [16, 14, 32], 16],
  ['images with circular padding', circular(20), [16, 11, 4], 16],
  ['kernels in strips on small images', circular(160), [32, 3, 4], 16],
] as const)('%s:', (_name, network, input, batch) => {
  test('prepared convolutions match the reference, with the same bits on any number of threads', async () => {
    const { problem, names } = preparedIn(network, input, batch)
    expect(names.some((name) => name.startsWith('batchNormalize + relu + conv (winograd'))).toBe(true)
    expect(names.some((name) => name.startsWith('batchNormInputGradient + convInputGradient (winograd'))).toBe(true)
    const expected = await runProblem(createReferenceBackend(), problem)
    const runs: string[] = []
    for (const threads of ['inline', 2, 3, 5] as const) {
      const backend = await createWasmBackend({ threads })
      const found = await runProblem(backend, problem)
      backend.dispose()
      expect(differences(found, expected, 2e-4)).toEqual([])
      runs.push(bitsOf(found))
    }
    expect(new Set(runs).size).toBe(1)
  })
})

test('convolutions prepare inputs that a shortcut also reads, but not for few images or lines of partial tiles', () => {
  const branched = chain(plain(18), batchNorm(), relu(), residual(chain(plain(18), batchNorm())), dense(3))
  expect(preparedIn(branched, [3, 8, 8], 17).names).toEqual(
    expect.arrayContaining([expect.stringContaining('relu + conv')]),
  )
  expect(preparedIn(blocks, [3, 8, 7], 17).names).toEqual([])
  for (const height of [4, 8, 9]) expect(preparedIn(blocks, [3, height, 8], 15).names).toEqual([])
})

test('a gradient overwrites the value from which it is computed, if no later kernel reads the value', () => {
  const { prepared } = preparedIn(blocks, [3, 8, 8], 17)
  const inPlace = prepared.filter(({ operands }) =>
    operands.some(({ write, location: { buffer } }) => {
      const isRead = operands.some((other) => !other.write && other.location.buffer === buffer)
      return write && isRead && buffer.name.endsWith('.activationGradient')
    }),
  )
  // The second convolution of a block keeps the gradient for the shortcut. The first convolution overwrites the
  // gradient.
  expect(inPlace).not.toHaveLength(0)
  expect(inPlace.length).toBeLessThan(prepared.length)
})
