import { describe, expect, it } from 'vitest'
import {
  along,
  madeUpEvidence,
  reading,
  sound,
  textOf,
  unreadable,
  type Worded,
  worded,
  worse,
} from '../../../test/support/made-up-evidence.ts'
import type { Evidence } from '../evidence.ts'
import { explodingGradient, growthTowardInput, severeDecades, vanishingDecades, vanishingGradient } from './gradient.ts'

const vanishing = (evidence: Evidence): Worded => worded(vanishingGradient(evidence))
const exploding = (evidence: Evidence): Worded => worded(explodingGradient(evidence))

const gradient = (gradientNorm: readonly number[]): Evidence =>
  madeUpEvidence({ trials: worse(reading({ gradientNorm })), hidden: gradientNorm.length - 1 })
const grown = (decades: number): Evidence => gradient(along(10 ** decades, 1))

describe('The growth of gradients toward the input', () => {
  it('is counted in powers of ten from the last hidden layer to the first layer', () => {
    expect(growthTowardInput(grown(3))).toBeCloseTo(3, 9)
    expect(growthTowardInput(grown(-5))).toBeCloseTo(-5, 9)
    expect(growthTowardInput(gradient(along(1, 1, 1e9)))).toBeCloseTo(0, 9)
    expect(growthTowardInput(gradient([0, 1, 1, 1, 1, 1, 1]))).toBe(Number.NEGATIVE_INFINITY)
  })

  it('is NaN if the last hidden layer has no gradient', () => {
    expect(growthTowardInput(gradient([0, 0, 0, 0, 0, 0, 1]))).toBeNaN()
    expect(growthTowardInput(madeUpEvidence({ trials: worse({}) }))).toBeNaN()
  })
})

describe('The gradient of residual branches', () => {
  const block = (multiplier: number) => ({ name: 'block', skips: true, multiplier })
  const read = { name: 'readout', skips: false, multiplier: 1 }
  const stem = { name: 'stem', skips: false, multiplier: 1 }

  it('is divided by the multipliers of the branches', () => {
    const idle = {
      ...gradient([1, 0.3, 1e-5, 1]),
      stages: [stem, block(0.3), block(-1e-5), read],
    }
    expect(growthTowardInput(idle)).toBeCloseTo(0, 9)
    expect(exploding(idle)).toMatchObject({ state: 'ruled out' })
    expect(exploding(idle).statement).toContain('divided by the multipliers of the residual branches')
    expect(exploding(grown(1)).statement).not.toContain('multipliers')
  })

  it('is NaN for a branch with multiplier 0', () => {
    const closed = { ...gradient([1, 0, 0, 1]), stages: [stem, block(0), block(0), read] }
    expect(growthTowardInput(closed)).toBe(0)
    expect(exploding(closed).statement).toContain('1 in the first layer and 1 in layer 1 of 3')
  })
})

describe('The input-output Jacobian', () => {
  it('is part of the evidence if measured', () => {
    const found = vanishing({
      ...grown(-4),
      measured: { jacobian: { largest: 0.25, smallest: 1e-9, samples: 8 } },
    })
    expect(found.evidence.at(-1)).toMatchObject({ value: 0.25, limit: null })
    expect(found.evidence.at(-1)?.words).toContain('from 1.0e-9 to 0.25 (median over 8 samples)')
    expect(textOf(vanishing({ ...grown(-4), measured: { jacobian: null } }))).not.toMatch(unreadable)
  })
})

describe('The cause "vanishing gradient"', () => {
  it('is a suspect just beyond the limit and is ruled out just within the limit', () => {
    expect(vanishing(grown(-vanishingDecades - 0.01)).state).toBe('suspect')
    expect(vanishing(grown(-vanishingDecades + 0.01)).state).toBe('ruled out')
    expect(vanishing(grown(vanishingDecades + 1)).state).toBe('ruled out')
    expect(severeDecades).toBeGreaterThan(vanishingDecades)
  })

  it('is a suspect for a gradient of exactly 0 in the first layers', () => {
    const found = vanishing(gradient([0, 0, 0, 1e-9, 1e-3, 1, 1]))
    expect(found).toMatchObject({ state: 'suspect', score: 1 })
    expect(found.evidence[0].value).toBeNull()
    expect(textOf(found)).not.toMatch(unreadable)
  })

  it('shows the fraction of the weights of the first layer that get no update', () => {
    const start = reading({ gradientNorm: along(1e-9, 1), lostUpdates: along(0.875, 0.01) })
    const found = vanishing(madeUpEvidence({ trials: worse(start) }))
    expect(found.statement).toContain('87.5%')
    expect(found.evidence[1].value).toBe(0.875)
  })

  it('is ruled out for a network that trains', () => {
    const start = reading({ gradientNorm: along(1e-20, 1) })
    expect(vanishing(madeUpEvidence({ trials: sound(start) }))).toMatchObject({
      state: 'ruled out',
      by: 'training',
    })
  })
})

describe('The cause "exploding gradient"', () => {
  const limit = exploding(grown(0)).evidence[0].limit ?? Number.NaN

  it('is a suspect just beyond the limit and is ruled out just within the limit', () => {
    expect(exploding(grown(limit + 0.01)).state).toBe('suspect')
    expect(exploding(grown(limit - 0.01)).state).toBe('ruled out')
    expect(exploding(grown(-limit - 5)).state).toBe('ruled out')
  })

  it('is a suspect for an infinite gradient', () => {
    const found = exploding(gradient([Number.POSITIVE_INFINITY, 1e30, 1e20, 1e10, 1, 1, 1]))
    expect(found).toMatchObject({ state: 'suspect', score: 1 })
    expect(found.evidence[0].value).toBeNull()
    expect(textOf(found)).not.toMatch(unreadable)
  })

  it('is ruled out for a network that trains', () => {
    expect(exploding(madeUpEvidence({ trials: sound(reading({ gradientNorm: along(1e9, 1) })) }))).toMatchObject({
      state: 'ruled out',
      by: 'training',
    })
  })

  it('is never a suspect together with a vanishing gradient', () => {
    for (const decades of [-30, -4, -1, 0, 1, 4, 30]) {
      const states = [vanishing(grown(decades)).state, exploding(grown(decades)).state]
      expect(states.filter((state) => state === 'suspect').length).toBeLessThan(2)
    }
  })
})
