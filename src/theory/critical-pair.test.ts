import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ActivationName, activationNames } from '../network/activations.ts'
import { criticalPair, leastCriticalQ, pairWithUnitChi } from './critical-pair.ts'
import { momentsOf } from './moments.ts'
import type { TheoryActivation } from './scalar-function.ts'
import { nextVariance } from './variance-map.ts'

function pairAt(activation: TheoryActivation, q: number) {
  const answer = criticalPair(activation, q)
  if (!answer.isCritical) throw new Error(answer.reason)
  return answer.pair
}

const digits = (value: number, places: number): number => Number(value.toFixed(places))

describe('leastCriticalQ:', () => {
  it.each([
    ['gelu', 3.56155281, 8],
    ['silu', 14.3201736, 7],
    ['sigmoid', 45.6242778, 7],
  ] as const)('%s is critical from the known variance on', (name, least, places) => {
    expect(digits(leastCriticalQ(name) ?? Number.NaN, places)).toBe(least)
  })

  it('S-shaped functions through 0, and functions that are linear above 0, are critical at every variance', () => {
    const always = activationNames.filter((name) => leastCriticalQ(name) === 0)
    expect(always).toEqual(['identity', 'relu', 'relu6', 'leakyRelu', 'elu', 'tanh', 'softsign', 'selu', 'erf'])
  })

  it('only softplus is never critical', () => {
    expect(activationNames.filter((name) => leastCriticalQ(name) === null)).toEqual(['softplus'])
    for (const q of [1e-3, 1, 1e3]) {
      const { sw2, sb2 } = pairWithUnitChi('softplus', q)
      expect(sw2).toBeGreaterThanOrEqual(2)
      expect(sb2).toBeLessThan(0)
    }
  })

  it('mish and hardSwish are critical from the variance on at which chi_parallel falls below 1', () => {
    expect(leastCriticalQ('mish')).toBeCloseTo(1.67016913, 7)
    expect(leastCriticalQ('hardSwish')).toBeCloseTo(4.80385595, 7)
    for (const name of ['mish', 'hardSwish', 'gelu', 'silu'] as const) {
      expect(pairWithUnitChi(name, leastCriticalQ(name) ?? 1).chiParallel).toBeCloseTo(1, 12)
    }
  })

  it.each(activationNames.filter((name) => leastCriticalQ(name) !== null))(
    'the rules of criticality hold for %s above the least variance, and not below',
    (name) => {
      const least = leastCriticalQ(name) ?? Number.NaN
      for (let q = 1e-3; q < 1e4; q *= 3.7) {
        const { sb2, chiParallel } = pairWithUnitChi(name, q)
        expect(sb2 >= -1e-12 * q && chiParallel <= 1 + 1e-12).toBe(q >= least)
      }
    },
  )
})

describe('criticalPair:', () => {
  it('GELU and SiLU have the known pairs', () => {
    const gelu = pairAt('gelu', 5)
    expect([digits(gelu.sw2, 8), digits(gelu.sb2, 8), digits(gelu.chiParallel, 6)]).toEqual([
      1.96627484, 0.21444471, 0.990469,
    ])
    const silu = pairAt('silu', 20)
    expect([digits(silu.sw2, 8), digits(silu.sb2, 8)]).toEqual([1.97546664, 0.67891049])
  })

  it('GELU and SiLU have the known half-stable points', () => {
    const [gelu, silu] = (['gelu', 'silu'] as const).map((name) => pairAt(name, leastCriticalQ(name) ?? 0))
    expect([digits(gelu.sw2, 8), digits(gelu.sb2, 8)]).toEqual([1.98305826, 0.17292239])
    expect([digits(silu.sw2, 8), digits(silu.sb2, 8)]).toEqual([1.98800468, 0.55514317])
  })

  it("the logistic function's least critical sw2 is 103.007554, at sb2 = 0", () => {
    const { sw2, sb2 } = pairAt('sigmoid', leastCriticalQ('sigmoid') ?? 0)
    expect(digits(sw2, 6)).toBe(103.007554)
    expect(sb2).toBeCloseTo(0, 10)
  })

  it('tanh has the known pairs', () => {
    const narrow = pairAt('tanh', 0.0259)
    // The given variance 0.0259 has three digits, and so has the pair that it determines.
    expect(narrow.sw2).toBeCloseTo(1.04996, 5)
    expect(Math.abs(narrow.sb2 / 2.0059e-5 - 1)).toBeLessThan(1e-4)
    const wide = pairAt('tanh', 0.8214)
    expect([digits(wide.sw2, 4), digits(wide.sb2, 5)]).toEqual([2, 0.10379])
  })

  it('ReLU and leaky ReLU are critical at every variance with sw2 = 2 / (1 + a^2) and sb2 = 0', () => {
    expect(pairAt('relu', 7)).toEqual({ q: 7, sw2: 2, sb2: 0, chiParallel: 1 })
    expect(pairAt({ function: 'leakyRelu', slope: 0.5 }, 0.1)).toEqual({ q: 0.1, sw2: 1.6, sb2: 0, chiParallel: 1 })
  })

  it('refusals say why', () => {
    expect(criticalPair('gelu', 2)).toMatchInlineSnapshot(`
      {
        "isCritical": false,
        "reason": "gelu has no critical point with the preactivation variance 2. The least variance with a critical point is 3.5616.",
      }
    `)
    expect(criticalPair('softplus', 2)).toMatchInlineSnapshot(`
      {
        "isCritical": false,
        "reason": "softplus has no critical point at any variance.",
      }
    `)
    expect(criticalPair('tanh', Number.NaN).isCritical).toBe(false)
  })

  it('the pair has chi_1 = 1 and the fixed point q', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...activationNames.filter((name) => name !== 'softplus')),
        fc.double({ min: -3, max: 3, noNaN: true }),
        (activation: ActivationName, exponent) => {
          const q = Math.max(10 ** exponent, 1.001 * (leastCriticalQ(activation) ?? 0))
          const { sw2, sb2, chiParallel } = pairAt(activation, q)
          expect(sw2 * momentsOf(activation, q).slopeSquare).toBeCloseTo(1, 12)
          expect(nextVariance({ activation, sw2, sb2 }, q) / q).toBeCloseTo(1, 10)
          expect(sb2).toBeGreaterThanOrEqual(0)
          expect(chiParallel).toBeLessThanOrEqual(1 + 1e-12)
        },
      ),
      { numRuns: 60 },
    )
  })
})
