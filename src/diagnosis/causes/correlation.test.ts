import { describe, expect, it } from 'vitest'
import {
  all,
  helpless,
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
import { correlationCollapse } from './correlation.ts'

const assess = (evidence: Evidence): Worded => worded(correlationCollapse(evidence))

/** Evidence with the given values of `1 - cosine` by hidden layer. */
const collapsed = (differences: readonly number[], hidden = differences.length): Evidence =>
  madeUpEvidence({
    trials: worse(reading({ cosine: [...differences.map((value) => 1 - value), 0] })),
    hidden,
  })
const [least, share] = assess(collapsed([0.5, 0.5])).evidence.map(({ limit }) => limit ?? Number.NaN)

describe('The cause "correlation collapse"', () => {
  it('is a suspect just beyond the limit and is ruled out just within the limit', () => {
    expect(assess(collapsed([0.7, 0.4, 0.2, least * 0.99])).state).toBe('suspect')
    expect(assess(collapsed([0.7, 0.4, 0.2, least * 1.01])).state).toBe('ruled out')
  })

  it('is ruled out for samples that already look alike after the first layer', () => {
    const first = (least / share) * 0.5
    expect(assess(collapsed([first, first * share * 1.01])).state).toBe('ruled out')
    expect(assess(collapsed([first, first * share * 0.99])).state).toBe('suspect')
  })

  it('names the layer of the collapse and shows enough digits of the cosine', () => {
    const found = assess(collapsed([0.7, 0.3, 1e-3, 1e-4, 1e-5]))
    expect(found.statement).toContain('layer 3 of 5')
    expect(found.statement).toContain('0.99999')
    expect(found.evidence[0].value).toBeCloseTo(1e-5, 9)
  })

  it('can be a complete collapse to a cosine of 1', () => {
    const found = assess(collapsed([0.7, 0.1, 0, 0]))
    expect(found).toMatchObject({ state: 'suspect', score: 1 })
    expect(textOf(found)).not.toMatch(unreadable)
  })

  it('has a score of 0.5 at the limit and a higher score beyond the limit', () => {
    const score = (last: number) => assess(collapsed([0.7, last])).score
    expect(score(least * 0.999)).toBeCloseTo(0.5, 2)
    expect(score(least ** 2)).toBeGreaterThan(score(least * 0.5))
    expect(score(least ** 2)).toBeLessThan(1)
  })

  it('is ruled out if only the cosine of the read-out is 1, or for one hidden layer', () => {
    const readout = madeUpEvidence({ trials: worse(reading({ cosine: [0.3, 0.3, 1] })), hidden: 2 })
    expect(assess(readout).state).toBe('ruled out')
    expect(assess(collapsed([1e-6])).state).toBe('ruled out')
    const none = madeUpEvidence({ trials: helpless(reading({ cosine: all(0.5, 1) })), hidden: 0 })
    expect(assess(none).state).toBe('ruled out')
  })

  it('is ruled out for a network that trains', () => {
    const cosine = [0.3, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0]
    expect(assess(madeUpEvidence({ trials: sound(reading({ cosine })) }))).toMatchObject({
      state: 'ruled out',
      by: 'training',
    })
    expect(assess(madeUpEvidence({ trials: helpless(reading({ cosine })) })).state).toBe('suspect')
  })

  it('is ruled out if outputs are 0 or no cosine is known', () => {
    for (const start of [reading({ cosine: all(Number.NaN, 7) }), {}]) {
      const found = assess(madeUpEvidence({ trials: worse(start) }))
      expect(found.state).toBe('ruled out')
      expect(found.statement).not.toContain('up to rounding')
      expect(textOf(found)).not.toMatch(unreadable)
    }
  })

  it('shows the effective rank if the rank is known', () => {
    const known = assess(collapsed([0.7, 1e-4]))
    expect(known.evidence.map(({ value }) => value)).toContain(
      madeUpEvidence({ trials: worse() }).records[0].snapshots[0].reading.effectiveRank?.at(-2),
    )
    const start = reading({ cosine: [0.3, 0.9999, 0], effectiveRank: all(Number.NaN, 3) })
    const unknown = assess(madeUpEvidence({ trials: worse(start), hidden: 2 }))
    expect(unknown.state).toBe('suspect')
    expect(textOf(unknown)).not.toMatch(unreadable)
  })
})
