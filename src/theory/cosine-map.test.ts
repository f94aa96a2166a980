import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ActivationName, activationNames } from '../network/activations.ts'
import { cosineDistanceByLayer, cosineFixedPoint, cosineSlope, nextCosineDistance } from './cosine-map.ts'
import { momentsOf } from './moments.ts'
import { slopeProduct, squaredDifference } from './pair-moments.ts'
import { leakyCosineDistance, leakySlopeProduct } from './rectifier-map.ts'
import { varianceFixedPoint } from './variance-map.ts'

/** Cosine distances from 1e-14 to 1. */
const distances = fc.double({ min: -14, max: 0, noNaN: true }).map((exponent) => 10 ** exponent)
const variances = fc.double({ min: -2, max: 2, noNaN: true }).map((exponent) => 10 ** exponent)

describe('squaredDifference:', () => {
  it('integrals equal the closed form of ReLU and leaky ReLU at all distances', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.9, noNaN: true }), variances, distances, (slope, q, distance) => {
        const leaky = { function: 'leakyRelu', slope } as const
        const integral = squaredDifference(leaky, q, distance) / (2 * momentsOf(leaky, q).meanSquare)
        expect(integral / leakyCosineDistance(slope, distance)).toBeCloseTo(1, 10)
        expect(slopeProduct(leaky, q, distance)).toBeCloseTo(leakySlopeProduct(slope, distance), 10)
      }),
      { numRuns: 12 },
    )
  })

  it('integrals equal the closed form of erf (Williams 1997)', () => {
    for (const [q, distance] of [
      [0.5, 0.3],
      [4, 0.9],
      [30, 1],
      [1000, 0.2],
    ]) {
      const angle = (covariance: number): number => (2 / Math.PI) * Math.asin((2 * covariance) / (1 + 2 * q))
      expect(squaredDifference('erf', q, distance)).toBeCloseTo(2 * (angle(q) - angle(q * (1 - distance))), 11)
      const sharp = (4 / Math.PI) * (1 / Math.sqrt((1 + 2 * q) ** 2 - (2 * q * (1 - distance)) ** 2))
      expect(slopeProduct('erf', q, distance)).toBeCloseTo(sharp, 11)
    }
  })

  it.each(activationNames)(
    'small distances of %s lose no digits: the map is linear with the slope at distance 0',
    (name) => {
      const slope = momentsOf(name, 2).slopeSquare
      for (const distance of [1e-14, 1e-11]) {
        // Half the squared difference is q d E[phi'^2], but for terms of the order sqrt(d) at kinks of the slope.
        const ratio = squaredDifference(name, 2, distance) / (2 * 2 * distance * slope)
        expect(Math.abs(ratio - 1)).toBeLessThan(2 * Math.sqrt(distance) + 1e-12)
      }
    },
  )

  it.each(activationNames)('the slope of the map of %s is the derivative of the map', (name) => {
    const layer = { activation: name, sw2: 1.3, sb2: 0.1 }
    const q = 1.7
    const step = 1e-4
    const next = 0.1 + 1.3 * momentsOf(name, q).meanSquare
    const difference = nextCosineDistance(layer, q, 0.4 + step) - nextCosineDistance(layer, q, 0.4 - step)
    expect((difference * next) / q / (2 * step)).toBeCloseTo(cosineSlope(layer, q, 0.4), 6)
  })
})

describe('nextCosineDistance:', () => {
  it('samples of cosine 0 and -1 behave as independent and as opposite samples', () => {
    for (const name of ['tanh', 'gelu', 'elu', 'hardSwish'] satisfies ActivationName[]) {
      const { mean, meanSquare } = momentsOf(name, 2)
      expect(squaredDifference(name, 2, 1)).toBeCloseTo(2 * (meanSquare - mean * mean), 12)
    }
    expect(squaredDifference('tanh', 2, 2)).toBeCloseTo(4 * momentsOf('tanh', 2).meanSquare, 12)
  })

  it.each([1, 0.8])('the fixed point is reached by plain iteration, with a dropout that keeps %d', (keep) => {
    const layer = { activation: 'tanh', sw2: 4, sb2: 0.05, keep } as const
    const q = varianceFixedPoint(layer, 1) ?? Number.NaN
    const course = cosineDistanceByLayer(layer, { q, distance: 0.9 }, 90)
    expect(course).toHaveLength(90)
    expect(course[89]).toBeCloseTo(cosineFixedPoint(layer, q), 6)
    // Without dropout equal samples stay equal.
    expect(nextCosineDistance(layer, q, 0) > 0).toBe(keep < 1)
  })

  it('samples that are nearly equal become equal in the ordered phase only', () => {
    const start = { q: 0.7, distance: 1e-8 }
    const ordered = cosineDistanceByLayer({ activation: 'tanh', sw2: 1.5, sb2: 0.05 }, start, 30)
    const chaotic = cosineDistanceByLayer({ activation: 'tanh', sw2: 4, sb2: 0.05 }, start, 120)
    expect(ordered[29]).toBeLessThan(start.distance / 4)
    expect(chaotic[119]).toBeCloseTo(1 - 0.165065, 3)
  })
})
