import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ActivationName, activationNames } from '../network/activations.ts'
import { meanSquareOf, momentsOf } from './moments.ts'
import { scalarFunction, type TheoryActivation } from './scalar-function.ts'

/** The expectation of f(u) over a Gaussian u of variance q, by Simpson's rule between kinks, as an independent check. */
function simpson(f: (u: number) => number, q: number, kinks: readonly number[]): number {
  const deviation = Math.sqrt(q)
  const inside = kinks.map((kink) => kink / deviation).filter((z) => Math.abs(z) < 9)
  const ends = [-9, ...inside, 9]
  let sum = 0
  for (let part = 1; part < ends.length; part++) {
    const [low, high] = [ends[part - 1], ends[part]]
    const steps = 20_000
    const step = (high - low) / steps
    for (let place = 0; place <= steps; place++) {
      // The ends are moved inward by a small part of a step, so that each part is seen from its own side.
      const z = low + Math.min(Math.max(place, 1e-9), steps - 1e-9) * step
      const weight = place === 0 || place === steps ? 1 : place % 2 === 1 ? 4 : 2
      sum += (weight * step * f(deviation * z) * Math.exp((-z * z) / 2)) / (3 * Math.sqrt(2 * Math.PI))
    }
  }
  return sum
}

describe('momentsOf:', () => {
  it.each(activationNames)('the moments of %s equal sums over many more points', (name) => {
    const { value, derivative, kinks } = scalarFunction(name)
    for (const q of [0.03, 1, 7, 60]) {
      const moments = momentsOf(name, q)
      expect(moments.mean).toBeCloseTo(simpson(value, q, kinks), 9)
      const meanSquare = simpson((u) => value(u) ** 2, q, kinks)
      expect(moments.meanSquare / meanSquare).toBeCloseTo(1, 9)
      expect(meanSquareOf(name, q)).toBe(moments.meanSquare)
      expect(moments.slopeSquare / simpson((u) => derivative(u) ** 2, q, kinks)).toBeCloseTo(1, 9)
      expect(moments.growth / simpson((u) => (u * value(u) * derivative(u)) / q, q, kinks)).toBeCloseTo(1, 9)
    }
  })

  it.each(activationNames)('the growth of %s is the derivative of the mean square', (name) => {
    for (const q of [0.2, 3, 40]) {
      const step = 1e-4 * q
      const slope = (meanSquareOf(name, q + step) - meanSquareOf(name, q - step)) / (2 * step)
      expect(momentsOf(name, q).growth / slope).toBeCloseTo(1, 7)
    }
  })

  it('the moments of erf equal their closed forms at all variances (Williams 1997)', () => {
    fc.assert(
      fc.property(fc.double({ min: -8, max: 5, noNaN: true }), (exponent) => {
        const q = 10 ** exponent
        const { meanSquare, slopeSquare, growth } = momentsOf('erf', q)
        expect(meanSquare / ((2 / Math.PI) * Math.asin((2 * q) / (1 + 2 * q)))).toBeCloseTo(1, 12)
        expect(slopeSquare / (4 / Math.PI / Math.sqrt(1 + 4 * q))).toBeCloseTo(1, 12)
        expect(growth / (4 / Math.PI / Math.sqrt(1 + 4 * q) / (1 + 2 * q))).toBeCloseTo(1, 12)
      }),
      { numRuns: 50 },
    )
  })

  it('the growth of a smooth function includes the mean of phi phi"', () => {
    const second = (x: number): number => -2 * Math.tanh(x) * (1 - Math.tanh(x) ** 2)
    for (const q of [0.1, 1, 10]) {
      const { slopeSquare, growth } = momentsOf('tanh', q)
      expect(growth - slopeSquare).toBeCloseTo(
        simpson((u) => Math.tanh(u) * second(u), q, []),
        11,
      )
    }
  })

  it('leakyRelu has closed forms for any slope, and the integrals of relu6 equal those of ReLU at small variances', () => {
    const leaky: TheoryActivation = { function: 'leakyRelu', slope: 0.3 }
    expect(momentsOf(leaky, 2).meanSquare).toBeCloseTo(1.09, 14)
    expect(momentsOf(leaky, 2).mean).toBeCloseTo(0.7 / Math.sqrt(Math.PI), 14)
    expect(momentsOf('leakyRelu', 2).slopeSquare).toBeCloseTo((1 + 0.01 ** 2) / 2, 14)
    const [clipped, plain] = [momentsOf('relu6', 0.3), momentsOf('relu', 0.3)]
    expect(clipped.meanSquare / plain.meanSquare).toBeCloseTo(1, 13)
    expect(clipped.growth).toBeCloseTo(plain.growth, 13)
  })

  it('the moments at the variance 0 are those of the value and the slopes at 0', () => {
    const at0 = (name: ActivationName) => momentsOf(name, 0)
    expect(at0('tanh')).toMatchObject({ mean: 0, meanSquare: 0 })
    expect(at0('tanh').growth).toBeCloseTo(1, 13)
    expect(at0('relu').slopeSquare).toBe(0.5)
    expect(at0('relu6').slopeSquare).toBeCloseTo(0.5, 13)
    expect(at0('sigmoid').meanSquare).toBe(0.25)
    expect(at0('sigmoid').growth).toBeCloseTo(1 / 16, 8)
    // phi'(0)^2 + phi(0) phi''(0) of softplus.
    expect(at0('softplus').growth).toBeCloseTo(1 / 4 + Math.LN2 / 4, 7)
  })
})
