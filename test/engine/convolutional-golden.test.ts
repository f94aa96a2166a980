/**
 * Compares the wasm backend with PyTorch on convolutional networks. The folder test/golden/ makes the expected values.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Precision } from '../../src/backends/backend.ts'
import { createWasmBackend } from '../../src/backends/wasm/backend.ts'
import { createGoldenData } from '../golden/cases.ts'
import { convolutionalCases } from '../golden/convolutional-cases.ts'
import {
  firstGradients,
  largestError,
  largestLossError,
  readGolden,
  type Trained,
  trainCase,
} from '../golden/golden.ts'
import { compareRounding, roundingError } from '../golden/rounding.ts'

const tolerances = { float64: 1e-8, float32: 1e-3 } as const satisfies Record<Precision, number>
const precisions = ['float64', 'float32'] as const

interface Measured extends Trained {
  /** Gradients of the batches on which the error of float32 is measured. */
  readonly first: readonly Trained['gradients'][]
}

describe.each(convolutionalCases)('the training of $name', (golden) => {
  const expected = readGolden(golden.name)
  const data = createGoldenData(golden)
  const measured = new Map<Precision, Measured>()
  /** Gradients of the same batches in float32 without Winograd's algorithm. */
  let direct: Measured['first'] = []

  beforeAll(async () => {
    for (const precision of precisions) {
      const backend = await createWasmBackend({ precision, threads: 'inline' })
      const trained = await trainCase(backend, golden, data)
      const first = golden.errorBatches ? await firstGradients(backend, golden, data) : [trained.gradients]
      measured.set(precision, { ...trained, first })
      backend.dispose()
    }
    const backend = await createWasmBackend({ threads: 'inline', winograd: false })
    direct = await firstGradients(backend, golden, data)
    backend.dispose()
  })

  function inPrecision(precision: Precision): Measured {
    const found = measured.get(precision)
    if (!found) throw new Error(`${golden.name} has not been trained in ${precision}`)
    return found
  }

  it('starts from the same weights and data as PyTorch', () => {
    expect(data.sha256, `run node test/golden/make_golden.mjs ${golden.name}`).toBe(expected.sha256)
  })

  it("has PyTorch's gradients in float64", () => {
    const { gradients } = inPrecision('float64')
    expect([...gradients.keys()].sort()).toEqual(Object.keys(expected.gradients).sort())
    expect(largestError(gradients, expected.gradients)).toBeLessThan(tolerances.float64)
  })

  it('has at most three times the float32 gradient error of PyTorch with direct convolutions', () => {
    const { ours, theirs, report } = compareRounding(inPrecision('float64').first, direct, expected)
    expect(ours, report).toBeLessThan(3 * theirs)
  })

  it("has at most three times the float32 gradient error of direct convolutions with Winograd's algorithm", () => {
    const [exact, winograd] = precisions.map((precision) => inPrecision(precision).first)
    const { report } = compareRounding(exact, winograd, expected)
    expect(roundingError(exact, winograd), report).toBeLessThan(3 * roundingError(exact, direct))
  })

  it.each(precisions)("has PyTorch's losses in %s", (precision) => {
    const { losses } = inPrecision(precision)
    expect(losses).toHaveLength(expected[precision].losses.length)
    expect(largestLossError(losses, expected[precision].losses)).toBeLessThan(tolerances[precision])
  })

  it.each(precisions)("ends with PyTorch's running statistics in %s", (precision) => {
    const { running } = inPrecision(precision)
    expect([...running.keys()].sort()).toEqual(Object.keys(expected[precision].running).sort())
    expect(largestError(running, expected[precision].running)).toBeLessThan(tolerances[precision])
  })
})
