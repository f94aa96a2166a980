import { describe, expect, it } from 'vitest'
import { pairedDifference } from './paired-difference.ts'

interface Run {
  readonly seed: number
  readonly error: number | null
}

const runs = (errors: readonly number[]): Run[] => errors.map((error, seed) => ({ seed, error }))
const ofError = ({ error }: Run): number | null => error
const verdict = (first: readonly number[], second: readonly number[]) =>
  pairedDifference(runs(first), runs(second), ofError)?.verdict

describe('pairedDifference:', () => {
  it('the verdict is "worse" with three pairs, an interval above 0 and an effect of at least 5%', () => {
    expect(verdict([0.1, 0.2, 0.3], [0.15, 0.26, 0.34])).toBe('worse')
    expect(verdict([0.15, 0.26, 0.34], [0.1, 0.2, 0.3])).toBe('better')
  })

  it('a steady difference within pairs is found even if scores vary more from seed to seed', () => {
    const [first, second] = [runs([0.1, 0.5, 0.9]), runs([0.16, 0.56, 0.96]).reverse()]
    expect(pairedDifference(first, second, ofError)).toEqual({
      count: 3,
      mean: expect.closeTo(0.06, 12),
      halfWidth: expect.closeTo(0, 12),
      first: 0.5,
      second: expect.closeTo(0.56, 12),
      verdict: 'worse',
    })
  })

  it('the verdict is "same" if the interval includes 0, even for a large effect', () => {
    expect(verdict([0.1, 0.1, 0.1], [0.1, 0.1, 0.4])).toBe('same')
  })

  it('the verdict is "same" for a certain effect below 5%', () => {
    expect(verdict([0.5, 0.5, 0.5], [0.52, 0.52, 0.52])).toBe('same')
    expect(verdict([0.5, 0.5, 0.5], [0.53, 0.53, 0.53])).toBe('worse')
  })

  it('the verdict is "worse" for any certain increase from an error of 0', () => {
    expect(verdict([0, 0, 0], [0.01, 0.011, 0.012])).toBe('worse')
    expect(verdict([0, 0, 0], [0, 0, 0])).toBe('same')
  })

  it('the verdict is "too few seeds" with fewer than three pairs', () => {
    expect(verdict([0.1, 0.1], [0.9, 0.9])).toBe('too few seeds')
    expect(verdict([0.1], [0.9])).toBe('too few seeds')
  })

  it('seeds that only one list has are left out, and so are runs without scores', () => {
    const first = runs([0.1, 0.1, 0.1, 0.1])
    const second = [...runs([0.2, 0.2]), { seed: 2, error: null }, { seed: 9, error: 0.2 }]
    expect(pairedDifference(first, second, ofError)).toMatchObject({
      count: 2,
      verdict: 'too few seeds',
    })
    expect(pairedDifference(first, [], ofError)).toBeNull()
  })
})
