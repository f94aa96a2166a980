/** Compares values and derivatives of activation functions with PyTorch (test/golden/make_activations.py). */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Backend } from '../../src/backends/backend.ts'
import { activations } from '../../src/network/activations.ts'
import { type Call, runCalls } from '../support/calls.ts'
import { unitOf, variants } from '../support/variants.ts'

const names = ['relu6', 'elu', 'softsign', 'mish', 'hardSwish'] as const
const curve = z.object({ values: z.array(z.number()), derivatives: z.array(z.number()) })
const row = z.object({ float64: curve, float32: curve })
const file = z.object({
  inputs: z.array(z.number()),
  relu6: row,
  elu: row,
  softsign: row,
  mish: row,
  hardSwish: row,
})
const golden = file.parse(JSON.parse(readFileSync(new URL('../golden/activations.json', import.meta.url), 'utf8')))
const { inputs } = golden

/** The largest difference between two lists, in units of the precision and relative to a number of at least `least`. */
function worst(found: ArrayLike<number>, expected: readonly number[], unit: number, least: number): number {
  const units = expected.map((value, index) => Math.abs(found[index] - value) / Math.max(least, Math.abs(value)) / unit)
  return Math.max(...units)
}

describe.each(variants)('$name backend:', ({ create, precision }) => {
  let backend: Backend
  beforeAll(async () => {
    backend = await create()
  })
  afterAll(() => backend.dispose())

  test.each(names)('%s has the values and derivatives of PyTorch', async (name) => {
    const unit = unitOf(precision)
    const attributes = { function: name, slope: 0 }
    const x = { shape: [1, inputs.length], values: inputs }
    const [[values]] = await runCalls(backend, [{ op: 'activation', inputs: [x], attributes }])
    const kept = activations[name].derivedFrom(0) === 'input' ? x : { shape: x.shape, values }
    const ones = { shape: x.shape, values: inputs.map(() => 1) }
    const call: Call = { op: 'activationGradient', inputs: [ones, kept], attributes }
    const [[derivatives]] = await runCalls(backend, [call])
    // Small values keep their digits, but PyTorch computes elu as exp(x) - 1. Derivatives are sums of terms near 1, so
    // their errors are relative to 1.
    expect(worst(values, golden[name].float64.values, unit, name === 'elu' ? 1 : 1e-30)).toBeLessThan(8)
    expect(worst(derivatives, golden[name].float64.derivatives, unit, 1)).toBeLessThan(4)
    expect(worst(values, golden[name][precision].values, unit, 1)).toBeLessThan(8)
    expect(worst(derivatives, golden[name][precision].derivatives, unit, 1)).toBeLessThan(8)
  })
})
