import { describe, expect, it } from 'vitest'
import { createRandom } from '../support/random.ts'
import { slopeOf } from './slope.ts'

describe('the slope over depth', () => {
  it('of what grows by a factor at every stage is its logarithm', () => {
    const { slope, intercept, r2 } = slopeOf([5, 15, 45, 135, 405])
    expect(slope).toBeCloseTo(Math.log10(3), 14)
    expect(intercept).toBeCloseTo(Math.log10(5), 14)
    expect(r2).toBeCloseTo(1, 14)
  })

  it('leaves out what has no logarithm, and keeps the places of the rest', () => {
    const values = [Number.NaN, 100, 0, 1, -3, 0.01, Number.POSITIVE_INFINITY, 1e-4]
    const { slope, intercept, r2 } = slopeOf(values)
    expect([slope, intercept, r2]).toEqual([-1, 3, 1].map((value) => expect.closeTo(value, 14)))
  })

  it('is the one with the least squares, of which r2 is left unexplained', () => {
    const random = createRandom(1, 'slope')
    const values = Array.from({ length: 12 }, (_, stage) => 10 ** (0.2 * stage + random.normal()))
    const heights = values.map(Math.log10)
    const { slope, intercept, r2 } = slopeOf(values)
    const squares = (steepness: number, height: number): number =>
      heights.reduce((sum, value, stage) => sum + (value - height - steepness * stage) ** 2, 0)
    const least = squares(slope, intercept)
    for (const [step, shift] of [
      [1e-3, 0],
      [-1e-3, 0],
      [0, 1e-3],
      [0, -1e-3],
    ]) {
      expect(squares(slope + step, intercept + shift)).toBeGreaterThan(least)
    }
    const mean = heights.reduce((sum, value) => sum + value) / 12
    expect(r2).toBeCloseTo(1 - least / squares(0, mean), 12)
    expect(r2).toBeLessThan(0.95)
  })

  it('of equal values is 0, and explains them; of fewer than two it is not known', () => {
    expect(slopeOf([0.1, 0.1, 0.1])).toEqual({ slope: 0, intercept: expect.closeTo(-1, 14), r2: 1 })
    const unknown = { slope: Number.NaN, intercept: Number.NaN, r2: Number.NaN }
    expect(slopeOf([])).toEqual(unknown)
    expect(slopeOf([3, 0, Number.NaN])).toEqual(unknown)
  })
})
