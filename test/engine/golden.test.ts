/**
 * Compares gradients, 200 losses and running statistics of the wasm backend with PyTorch. The folder test/golden/ makes
 * the expected values.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Precision } from '../../src/backends/backend.ts'
import { createWasmBackend } from '../../src/backends/wasm/backend.ts'
import { createGoldenData, goldenCases } from '../golden/cases.ts'
import { largestError, largestLossError, readGolden, type Trained, trainCase } from '../golden/golden.ts'

/** Allowed errors, relative to the gradient's norm, to each loss, and to the norm of the running statistics. */
const tolerances = {
  float64: { gradient: 1e-12, loss: 1e-12, running: 1e-12 },
  float32: { gradient: 1e-5, loss: 1e-4, running: 1e-5 },
} as const satisfies Record<Precision, object>

describe.each(goldenCases)('the training of $name, $network,', (golden) => {
  const expected = readGolden(golden.name)
  const data = createGoldenData(golden)

  it('starts from the same weights and data as PyTorch', () => {
    expect(data.sha256, `run node test/golden/make_golden.mjs ${golden.name}`).toBe(expected.sha256)
  })

  describe.each(['float64', 'float32'] as const)('in %s,', (precision) => {
    let trained: Trained
    beforeAll(async () => {
      const backend = await createWasmBackend({ precision, threads: 'inline' })
      trained = await trainCase(backend, golden, data)
      backend.dispose()
    })

    it("has PyTorch's gradients", () => {
      expect([...trained.gradients.keys()].sort()).toEqual(Object.keys(expected.gradients).sort())
      expect(largestError(trained.gradients, expected.gradients)).toBeLessThan(tolerances[precision].gradient)
    })

    it(`has PyTorch's losses for ${golden.steps} steps`, () => {
      expect(trained.losses).toHaveLength(expected[precision].losses.length)
      const error = largestLossError(trained.losses, expected[precision].losses)
      expect(error).toBeLessThan(tolerances[precision].loss)
    })

    if (Object.keys(expected[precision].running).length === 0) return
    it("ends with PyTorch's running statistics", () => {
      expect([...trained.running.keys()].sort()).toEqual(Object.keys(expected[precision].running).sort())
      const error = largestError(trained.running, expected[precision].running)
      expect(error).toBeLessThan(tolerances[precision].running)
    })
  })
})
