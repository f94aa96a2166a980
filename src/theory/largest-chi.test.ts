import { expect, it } from 'vitest'
import { boundedActivations, largestChi, steadyPair } from './largest-chi.ts'
import { meanField } from './mean-field.ts'

it('tanh at its critical pair passes gradients on best at the variance of a deep logistic network', () => {
  const q = 0.26468688
  const best = largestChi(q)
  expect(best).toMatchObject({ activation: 'tanh', chi: 1 })
  const { sw2, sb2 } = best
  const found = meanField({ activation: 'tanh', sw2, sb2 }, 1)
  expect(found.q).toBeCloseTo(q, 12)
  expect(found.chi1).toBeCloseTo(1, 12)
  expect(steadyPair('sigmoid', q)?.chi).toBeCloseTo(0.05572071, 7)
})

it.each([0.01, 1, 50, 1000])('the bounded functions keep the variance %d with their own pairs', (q) => {
  for (const activation of boundedActivations) {
    const pair = steadyPair(activation, q)
    const found = meanField({ activation, sw2: pair?.sw2 ?? 0, sb2: pair?.sb2 ?? 0 }, q)
    expect((found.q ?? 0) / q).toBeCloseTo(1, 10)
    expect(found.chi1).toBeCloseTo(pair?.chi ?? 0, 10)
    expect(pair?.chi).toBeLessThanOrEqual(largestChi(q).chi)
  }
})

it('functions whose chi_1 of 1 would not be stable have no steady pair', () => {
  expect(steadyPair('gelu', 1)).toBeNull()
  expect(steadyPair('gelu', 5)?.chi).toBe(1)
})
