import { describe, expect, it } from 'vitest'
import { activationNames, activations } from './activations.ts'

const slope = 0.1
const inputs = Array.from({ length: 241 }, (_, index) => (index - 120) / 8)

describe.each(activationNames)('activation %s:', (name) => {
  const row = activations[name]
  const value = (x: number): number => row.value(x, slope)
  const derivative = (x: number): number => row.derivative(row.derivedFrom(slope) === 'input' ? x : value(x), slope)

  it('the trait atZero names the value at 0', () => {
    const named = { '0': 0, '1/2': 1 / 2, 'ln 2': Math.LN2 }
    expect(Object.entries(named)).toContainEqual([row.atZero, expect.closeTo(value(0), 15)])
  })

  it('the trait nonnegative says for which inputs the values are never negative', () => {
    const isNonnegative = (x: number): boolean => value(x) >= 0
    expect(inputs.filter((x) => x >= 0).every(isNonnegative)).toBe(true)
    expect(inputs.every(isNonnegative)).toBe(row.nonnegative === 'always')
  })

  it('the trait keepsPositive describes inputs above 0, and the trait switchesOff describes inputs below 0', () => {
    expect(inputs.filter((x) => x > 0).every((x) => value(x) === x)).toBe(row.keepsPositive)
    expect(inputs.filter((x) => x < 0).every((x) => value(x) === 0 && derivative(x) === 0)).toBe(row.switchesOff)
  })

  it('the function has its limits at infinity, as at 1e300, and NaN for NaN', () => {
    expect(value(Number.NaN)).toBeNaN()
    for (const sign of [-1, 1]) {
      const [far, infinite] = [sign * 1e300, sign * Number.POSITIVE_INFINITY]
      if (name === 'silu' && sign < 0) continue
      expect(value(infinite)).toBe(Math.abs(value(far)) < 1e200 ? value(far) : Math.sign(value(far)) * Infinity)
    }
  })

  it('the function is nearly straight at its operating point', () => {
    if (row.operatingPoint === null) return expect(inputs.every((x) => value(x) === x)).toBe(true)
    const { at, value: given, slope: factor, step } = row.operatingPoint
    expect(value(at)).toBeCloseTo(given, 12)
    expect(derivative(at)).toBeCloseTo(factor, 12)
    for (const x of [-3, 0.5, 3]) expect((value(at + step * x) - given) / (factor * step)).toBeCloseTo(x, 8)
  })
})
