/**
 * Compares steps with clipped gradient elements with values computed by hand, on the reference and the wasm backend.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Backend } from '../../src/backends/backend.ts'
import { createReferenceBackend } from '../../src/backends/reference/backend.ts'
import { createWasmBackend } from '../../src/backends/wasm/backend.ts'
import { dense } from '../../src/network/layers.ts'
import { createProblem, type ProblemOptions, runProblem, sgdRule } from '../support/problems.ts'

let backends: Backend[] = []
beforeAll(async () => {
  backends = [createReferenceBackend(), await createWasmBackend({ threads: 'inline' })]
})
afterAll(() => {
  for (const backend of backends) backend.dispose()
})

/**
 * Runs one training step with one output and the weights 0.5 and 1. For the inputs 2 and -3, the output is -2. With the
 * target 1, the error is -3 and the gradient of the squared error is -6. The gradients of the weights are -12 and 18.
 * The learning rate is 0.1.
 */
function oneStep(clipping: Pick<ProblemOptions, 'clipValue' | 'clipNorm'>) {
  const options = { input: [2], batch: 1, loss: 'squared-error', optimizer: sgdRule, rate: 0.1, ...clipping } as const
  const problem = createProblem(dense(1, { bias: false }), options)
  const [[name]] = problem.start
  const [inputs] = problem.steps
  const steps = [new Map([...inputs, ['x', Float64Array.of(2, -3)], ['targets', Float64Array.of(1)]])]
  return Promise.all(
    backends.map(async (backend) => {
      const start = new Map([[name, Float64Array.of(0.5, 1)]])
      const { values } = await runProblem(backend, { ...problem, start, steps })
      return [...(values.get(name) ?? [])].map((value) => Number(value.toFixed(6)))
    }),
  )
}

test('a step that clips no element subtracts a tenth of the gradient', async () => {
  expect(await oneStep({})).toEqual(backends.map(() => [1.7, -0.8]))
  expect(await oneStep({ clipValue: 18 })).toEqual(backends.map(() => [1.7, -0.8]))
})

test('clipValue clamps each element of the gradient to the allowed range', async () => {
  expect(await oneStep({ clipValue: 15 })).toEqual(backends.map(() => [1.7, -0.5]))
  expect(await oneStep({ clipValue: 10 })).toEqual(backends.map(() => [1.5, 0]))
})

test('clipNorm applies to the norm of the clipped elements', async () => {
  // The clipped elements are -12 and 12, and clipNorm halves the clipped elements.
  expect(await oneStep({ clipValue: 12, clipNorm: Math.SQRT2 * 6 })).toEqual(backends.map(() => [1.1, 0.4]))
})
