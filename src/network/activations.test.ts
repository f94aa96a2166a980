import { describe, expect, it } from 'vitest'
import { activationNames, activations } from './activations.ts'

const slope = 0.1
const inputs = Array.from({ length: 241 }, (_, index) => (index - 120) / 8)

describe.each(activationNames)('the traits of %s', (name) => {
  const row = activations[name]
  const value = (x: number): number => row.value(x, slope)
  const derivative = (x: number): number => row.derivative(row.derivedFrom(slope) === 'input' ? x : value(x), slope)

  it('say its value at 0', () => {
    const named = { '0': 0, '1/2': 1 / 2, 'ln 2': Math.LN2 }
    expect(Object.entries(named)).toContainEqual([row.atZero, expect.closeTo(value(0), 15)])
  })

  it('say where its values are never negative', () => {
    const isNonnegative = (x: number): boolean => value(x) >= 0
    expect(inputs.filter((x) => x >= 0).every(isNonnegative)).toBe(true)
    expect(inputs.every(isNonnegative)).toBe(row.nonnegative === 'always')
  })

  it('say whether it leaves inputs above 0 as they are, and whether it switches off below 0', () => {
    expect(inputs.filter((x) => x > 0).every((x) => value(x) === x)).toBe(row.keepsPositive)
    expect(inputs.filter((x) => x < 0).every((x) => value(x) === 0 && derivative(x) === 0)).toBe(row.switchesOff)
  })

  it('have an operating point at which it is nearly straight', () => {
    if (row.operatingPoint === null) return expect(inputs.every((x) => value(x) === x)).toBe(true)
    const { at, value: given, slope: factor, step } = row.operatingPoint
    expect(value(at)).toBeCloseTo(given, 12)
    expect(derivative(at)).toBeCloseTo(factor, 12)
    for (const x of [-3, 0.5, 3]) expect((value(at + step * x) - given) / (factor * step)).toBeCloseTo(x, 8)
  })
})
