import { describe, expect, it } from 'vitest'
import { type Axis, createScale, domainOf, roundOutward } from './scale.ts'
import type { Domain } from './ticks.ts'

function labels(axis: Axis, domain: Domain, count = 5): string[] {
  return createScale(axis, domain, [0, 100], count).ticks.map((tick) => tick.label)
}

describe('createScale with a linear axis', () => {
  const axis = { label: 'x' }

  it('puts ticks at round values with equally many decimals', () => {
    expect(labels(axis, [0, 600])).toEqual(['0', '100', '200', '300', '400', '500', '600'])
    expect(labels(axis, [0, 0.31])).toEqual(['0.00', '0.05', '0.10', '0.15', '0.20', '0.25', '0.30'])
    expect(labels(axis, [-1, 1])).toEqual(['-1.0', '-0.5', '0.0', '0.5', '1.0'])
    expect(labels(axis, [0, 60_000], 3)).toEqual(['0', '20,000', '40,000', '60,000'])
    expect(labels(axis, [0, 2e-5], 2)).toEqual(['0', '10⁻⁵', '2×10⁻⁵'])
  })

  it('labels fractions as percentages', () => {
    expect(labels({ label: 'error', percent: true }, [0, 0.9])).toEqual(['0%', '20%', '40%', '60%', '80%'])
    expect(labels({ label: 'error', percent: true }, [0, 0.01], 2)).toEqual(['0.0%', '0.5%', '1.0%'])
  })

  it('returns null as the place of values that are missing or not finite', () => {
    const scale = createScale(axis, [0, 10], [0, 100], 5)
    expect([5, null, undefined, Number.NaN, Number.NEGATIVE_INFINITY, 1e300].map(scale.place)).toEqual([
      50,
      ...Array(5).fill(null),
    ])
  })
})

describe('createScale with a logarithmic axis', () => {
  const axis: Axis = { label: 'loss', scale: 'log' }

  it('puts ticks at powers of ten, and between powers of ten if there is room', () => {
    expect(labels(axis, [1e-8, 1])).toEqual(['10⁻⁸', '10⁻⁶', '10⁻⁴', '0.01', '1'])
    expect(labels(axis, [0.02, 5], 3)).toEqual(['0.03', '0.1', '0.3', '1', '3'])
    expect(labels(axis, [1, 50])).toEqual(['1', '2', '5', '10', '20', '50'])
  })

  it('returns null as the place of zero and negative values', () => {
    const scale = createScale(axis, [1, 100], [0, 100], 5)
    expect([10, 0, -1].map(scale.place)).toEqual([50, null, null])
  })
})

describe('domainOf and roundOutward', () => {
  it('domainOf returns a domain that is not empty, even without values or with equal values', () => {
    expect(domainOf([])).toEqual([0, 1])
    expect(domainOf([null, Number.NaN])).toEqual([0, 1])
    expect(domainOf([0, 0])).toEqual([0, 1])
    expect(domainOf([4])).toEqual([2, 6])
    expect(domainOf([4, 4 + 1e-15])).toEqual([2, 6.000000000000002])
    expect(domainOf([0, -1], 'log')).toEqual([0.1, 1])
    expect(domainOf([8], 'log')).toEqual([4, 16])
  })

  it('roundOutward moves both ends of a domain outward to round values', () => {
    expect(roundOutward([0.3, 87], 'linear', 5)).toEqual([0, 100])
    expect(roundOutward([0.021, 7.3], 'log', 5)).toEqual([0.02, 10])
    expect(roundOutward([0.02, 5], 'log', 5)).toEqual([0.02, 5])
    expect(roundOutward([0.001, 1000], 'log', 5)).toEqual([0.001, 1000])
  })
})
