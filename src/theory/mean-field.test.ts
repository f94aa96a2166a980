import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ActivationName } from '../network/activations.ts'
import { cosineDistanceByLayer } from './cosine-map.ts'
import { criticalPair, pairWithUnitChi } from './critical-pair.ts'
import { depthScale, meanField } from './mean-field.ts'
import { nextVariance, type PlainLayer, varianceByLayer, varianceFixedPoint } from './variance-map.ts'

const digits = (value: number | null, places: number): number => Number((value ?? Number.NaN).toFixed(places))
const precise = (value: number | null, places: number): number => Number((value ?? Number.NaN).toPrecision(places))

describe('meanField of tanh with sb2 = 0.05:', () => {
  it.each([
    [1.0, 0.193593, 0.759032, 1, 3.627],
    [1.6, 0.474252, 0.963687, 1, 27.035],
    [2.0, 0.721762, 1.047666, 0.744082, 25.213],
    [2.5, 1.063958, 1.133516, 0.446804, 11.796],
    [4.0, 2.195494, 1.342402, 0.165065, 6.98],
  ])('sw2 = %d has the known fixed points', (sw2, q, chi1, cosine, xiC) => {
    const found = meanField({ activation: 'tanh', sw2, sb2: 0.05 }, 1)
    expect(digits(found.q, 6)).toBe(q)
    expect(digits(found.chi1, 6)).toBe(chi1)
    expect(digits(1 - (found.cosineDistance ?? Number.NaN), 6)).toBe(cosine)
    expect(digits(found.xiC, 3)).toBe(xiC)
  })

  it('sw2 = 1.7 has the known fixed points', () => {
    const found = meanField({ activation: 'tanh', sw2: 1.7, sb2: 0.05 }, 1)
    expect([digits(found.q, 6), digits(found.chi1, 6), digits(found.xiC, 2)]).toEqual([0.533076, 0.986741, 74.92])
    expect(found.cosineDistance).toBe(0)
  })

  it('sw2 = 1.7609546 is critical', () => {
    const found = meanField({ activation: 'tanh', sw2: 1.7609546, sb2: 0.05 }, 1)
    expect(digits(found.q, 7)).toBe(0.5700479)
    expect(found.chi1).toBeCloseTo(1, 7)
  })

  it('dropout destroys the critical point: with keep = 0.9 the depth scale is finite', () => {
    const found = meanField({ activation: 'tanh', sw2: 1.7609546, sb2: 0.05, keep: 0.9 }, 1)
    expect(digits(found.q, 8)).toBe(0.69352332)
    expect(digits(1 - (found.cosineDistance ?? Number.NaN), 8)).toBe(0.35641379)
    expect(digits(found.chiC, 8)).toBe(0.80712641)
    expect(digits(found.xiC, 7)).toBe(4.6669004)
  })
})

describe('meanField of other functions:', () => {
  it('SELU at (1, 0) is slightly chaotic', () => {
    const found = meanField({ activation: 'selu', sw2: 1, sb2: 0 }, 1.5)
    expect(found.q).toBeCloseTo(1, 12)
    expect(digits(found.chi1, 8)).toBe(1.07157499)
    expect(found.cosineDistance).toBeCloseTo(1, 12)
    expect(digits(found.chiC, 8)).toBe(0.97068035)
    expect(digits(found.xiC, 7)).toBe(33.604342)
  })

  it('the logistic function at (1, 0) loses 0.627 decades of gradient norm per layer', () => {
    const found = meanField({ activation: 'sigmoid', sw2: 1, sb2: 0 }, 1)
    expect(digits(found.q, 8)).toBe(0.26468688)
    expect(digits(found.chi1, 8)).toBe(0.05572071)
    expect(digits(-Math.log10(found.chi1 ?? Number.NaN) / 2, 6)).toBe(0.626992)
  })

  it('erf with sb2 = 0.05 is critical at sw2 = 1.3758390', () => {
    const found = meanField({ activation: 'erf', sw2: 1.375839, sb2: 0.05 }, 1)
    expect(digits(found.q, 7)).toBe(0.5171768)
    expect(found.chi1).toBeCloseTo(1, 7)
  })

  it('ReLU with He initialization keeps every variance, and its depth scales are infinite', () => {
    expect(meanField({ activation: 'relu', sw2: 2, sb2: 0 }, 3.7)).toEqual({
      q: 3.7,
      chi1: 1,
      chiParallel: 1,
      cosineDistance: 0,
      chiC: 1,
      xiC: null,
      xiQ: null,
    })
  })

  it('ReLU with smaller or larger weights has a chi_1 of sw2 / 2, and its samples still become equal', () => {
    const small = meanField({ activation: 'relu', sw2: 1, sb2: 0 }, 1)
    expect(small).toMatchObject({ q: 0, chi1: 0.5, chiParallel: 0.5, cosineDistance: 0, chiC: 1, xiC: null })
    const large = meanField({ activation: 'relu', sw2: 3, sb2: 0.1 }, 1)
    expect(large).toMatchObject({ q: null, chi1: 1.5, chiParallel: 1.5, cosineDistance: 0, xiQ: null })
    expect(meanField({ activation: 'relu', sw2: 1, sb2: 0.1 }, 1).q).toBeCloseTo(0.2, 14)
  })

  it('a variance that vanishes leaves chi_1 defined, and a variance that explodes leaves nothing defined', () => {
    const dead = meanField({ activation: 'tanh', sw2: 0.8, sb2: 0 }, 1)
    expect(dead).toMatchObject({ q: 0, cosineDistance: null, chiC: null, xiC: null })
    expect(dead.chi1).toBeCloseTo(0.8, 12)
    expect(meanField({ activation: 'softplus', sw2: 3, sb2: 0 }, 1)).toMatchObject({ q: null, chi1: null, xiQ: null })
  })
})

describe('varianceFixedPoint:', () => {
  it('some functions have two stable fixed points, and the first variance chooses one', () => {
    // The point with chi_1 = 1 of GELU at q = 3.3 is unstable, so there is a stable point on each side.
    const { sw2, sb2 } = pairWithUnitChi('gelu', 3.3)
    const layer: PlainLayer = { activation: 'gelu', sw2, sb2 }
    const ends = [0.01, 3.2, 3.4, 1e5].map((first) => meanField(layer, first))
    expect(ends[1].q).toBeCloseTo(ends[0].q ?? 0, 10)
    expect(ends[3].q).toBeCloseTo(ends[2].q ?? 0, 10)
    expect(ends[0].q).toBeLessThan(3.3)
    expect(ends[2].q).toBeGreaterThan(3.3)
    for (const { chiParallel } of ends) expect(chiParallel).toBeLessThan(1)
  })

  it('the fixed point is a fixed point, and plain iteration reaches it from the same first variance', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<ActivationName>('tanh', 'erf', 'sigmoid', 'softsign', 'selu', 'elu'),
        fc.double({ min: 0.2, max: 3, noNaN: true }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.double({ min: 0.01, max: 10, noNaN: true }),
        (activation, sw2, sb2, first) => {
          const layer = { activation, sw2, sb2 }
          const q = varianceFixedPoint(layer, first)
          if (q === null) return
          expect(nextVariance(layer, q) / q).toBeCloseTo(1, 10)
          const last = varianceByLayer(layer, first, 300)[299]
          // Iteration may be far from done where the map is nearly the identity.
          if (Math.abs(nextVariance(layer, last) / last - 1) < 1e-14) expect(last / q).toBeCloseTo(1, 9)
          expect(Math.sign(last - first) * Math.sign(q - first)).toBeGreaterThanOrEqual(0)
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('varianceByLayer:', () => {
  it('the signal of GELU dies with the variance of He initialization', () => {
    const variances = varianceByLayer({ activation: 'gelu', sw2: 2, sb2: 0 }, 2, 20)
    expect([2, 5, 10, 20].map((layer) => digits(variances[layer - 1], 7))).toEqual([
      1.8441657, 1.3748049, 0.6264827, 0.0053877,
    ])
    expect(precise(varianceByLayer({ activation: 'silu', sw2: 2, sb2: 0 }, 2, 20)[19], 2)).toBe(4.6e-5)
  })

  it('the signal of tanh at (1, 0) falls slowly', () => {
    const variances = varianceByLayer({ activation: 'tanh', sw2: 1, sb2: 0 }, 1, 100)
    expect([10, 100].map((layer) => digits(variances[layer - 1], 7))).toEqual([0.0580118, 0.0051207])
    expect(varianceFixedPoint({ activation: 'tanh', sw2: 1, sb2: 0 }, 1)).toBe(0)
  })
})

it('depth scales describe how deviations fall in a network, and are null from the factor 1 on', () => {
  expect([depthScale(1), depthScale(1.2), depthScale(0)]).toEqual([null, null, 0])
  expect(depthScale(Math.exp(-0.25))).toBeCloseTo(4, 12)
  const layer = { activation: 'tanh', sw2: 1.5, sb2: 0.05 } as const
  const { q, xiC } = meanField(layer, 1)
  const course = cosineDistanceByLayer(layer, { q: q ?? 0, distance: 1e-9 }, 4)
  expect(-1 / Math.log(course[3] / course[2])).toBeCloseTo(xiC ?? 0, 6)
})

it('a critical pair of tanh gives an infinite depth scale of the cosine', () => {
  const answer = criticalPair('tanh', 0.6)
  if (!answer.isCritical) throw new Error(answer.reason)
  const { chi1, q, xiC } = meanField({ activation: 'tanh', ...answer.pair }, 2)
  expect(q).toBeCloseTo(0.6, 12)
  expect(chi1).toBeCloseTo(1, 12)
  expect(xiC === null || xiC > 1e11).toBe(true)
})

it.each([1e-3, 1e-5, 1e-7])(
  'just above criticality, by %d, the cosine recovers as slowly as gradients grow',
  (excess) => {
    // Near d = 0 the map is chi_1 d - k d^2, so its slope at the fixed point is 2 - chi_1.
    const { chi1, chiC, cosineDistance } = meanField({ activation: 'tanh', sw2: 1.76095463 + excess, sb2: 0.05 }, 1)
    expect(cosineDistance).toBeGreaterThan(0)
    const ratio = (1 - (chiC ?? 0)) / ((chi1 ?? 0) - 1)
    expect(Math.abs(ratio - 1)).toBeLessThan(0.01)
  },
)
