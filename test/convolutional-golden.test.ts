/** The wasm backend against PyTorch on convolutional networks. How the goldens are made: test/golden/. */
import { beforeAll, describe, expect, it } from 'vitest'
import { createWasmBackend } from '../src/backends/wasm/backend.ts'
import type { Precision } from '../src/plan/plan.ts'
import { createGoldenData } from './golden/cases.ts'
import { convolutionalCases } from './golden/convolutional-cases.ts'
import {
  differenceNorms,
  largestError,
  largestLossError,
  readGolden,
  relativeDifference,
  type Trained,
  trainCase,
} from './golden/golden.ts'

const tolerances = { float64: 1e-8, float32: 1e-3 } as const satisfies Record<Precision, number>
const precisions = ['float64', 'float32'] as const

describe.each(convolutionalCases)('$name', (golden) => {
  const expected = readGolden(golden.name)
  const data = createGoldenData(golden)
  const trained = new Map<Precision, Trained>()

  beforeAll(async () => {
    for (const precision of precisions) {
      const backend = await createWasmBackend({ precision, threads: 'inline' })
      trained.set(precision, await trainCase(backend, golden, data))
      backend.dispose()
    }
  })

  function inPrecision(precision: Precision): Trained {
    const found = trained.get(precision)
    if (!found) throw new Error(`${golden.name} wasn't trained in ${precision}`)
    return found
  }

  it('starts from the same weights and data', () => {
    expect(data.sha256, `run node test/golden/make_golden.mjs ${golden.name}`).toBe(expected.sha256)
  })

  it("has PyTorch's gradients in float64", () => {
    const { gradients } = inPrecision('float64')
    expect([...gradients.keys()].sort()).toEqual(Object.keys(expected.gradients).sort())
    expect(largestError(gradients, expected.gradients)).toBeLessThan(tolerances.float64)
  })

  it("loses at most three times as much to float32 as PyTorch's gradients do", () => {
    const [exact, rounded] = precisions.map((precision) => inPrecision(precision).gradients)
    const error = relativeDifference(rounded, exact)
    const ratios = [...differenceNorms(rounded, exact)].map(
      ([name, norm]) => [name, norm / expected.float32GradientErrors[name]] as const,
    )
    const worst = ratios.toSorted(([, one], [, other]) => other - one).slice(0, 5)
    expect(error, worst.map(([name, ratio]) => `${name}: ${ratio.toFixed(1)}`).join(', ')).toBeLessThan(
      3 * expected.float32GradientError,
    )
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
