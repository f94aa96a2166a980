import { describe, expect, it } from 'vitest'
import {
  all,
  helpless,
  type MadeUp,
  madeUpEvidence,
  sound,
  textOf,
  unreadable,
  type Worded,
  worded,
  worse,
} from '../../../test/support/made-up-evidence.ts'
import type { Evidence } from '../evidence.ts'
import type { Earlier } from './assessment.ts'
import { underCapacity } from './capacity.ts'
import { poorFit } from './control-answers.ts'

const judged = (evidence: Evidence, earlier: Earlier): Worded => worded(underCapacity(evidence, earlier))

/** A network that fits as poorly as its twin. */
const poor: MadeUp['trials'] = {
  network: { loss: all(1), error: all(0.4) },
  'shallow twin': { loss: all(1), error: all(0.4) },
}
const assess = (controls: MadeUp['trials'] = {}, made: MadeUp = {}, earlier: Earlier = []): Worded =>
  judged(madeUpEvidence({ trials: { ...poor, ...controls }, ...made }), earlier)
const withError = (...error: (number | null)[]) => ({ loss: error.map((one) => one && 2 * one), error })
const slow = withError(0.38)

describe('The cause "too little capacity"', () => {
  it('needs a longer training, then wider networks, and then all seeds of a control that helps', () => {
    expect(assess().needs).toEqual([{ control: '3 x steps', seeds: 1 }])
    expect(assess({ '3 x steps': slow }).needs).toEqual([{ control: '4 x width', seeds: 1 }])
    const four = { '3 x steps': slow, '4 x width': withError(0.35) }
    expect(assess(four).needs).toEqual([{ control: '16 x width', seeds: 1 }])
    expect(assess({ ...four, '4 x width': withError(0.1) }).needs).toEqual([{ control: '4 x width', seeds: 3 }])
    expect(assess({ ...four, '16 x width': withError(0.1) }).needs).toEqual([{ control: '16 x width', seeds: 3 }])
  })

  it('holds if all seeds of a wider network have less than half of the error', () => {
    const four = assess({ '3 x steps': slow, '4 x width': withError(...all(0.19)) })
    expect(four).toMatchObject({ state: 'holds', needs: [] })
    expect(four.statement).toContain('four times')
    const sixteen = { '3 x steps': slow, '4 x width': withError(0.35), '16 x width': withError(...all(0.19)) }
    expect(assess(sixteen).statement).toContain('sixteen times')
    const less = withError(...all(0.21))
    expect(assess({ ...sixteen, '16 x width': { ...less, testError: all(0.4) } })).toMatchObject({
      state: 'ruled out',
      needs: [],
    })
    // A smaller effect than half counts if the test error falls by a fifth, too.
    expect(assess({ ...sixteen, '16 x width': less })).toMatchObject({ state: 'holds', needs: [] })
  })

  it('says that wider networks diverge', () => {
    const diverged = { loss: [null], error: [null] }
    const found = assess({ '3 x steps': slow, '4 x width': diverged, '16 x width': diverged })
    expect(found.statement).toBe('the training diverges with four times the width and sixteen times the width')
  })

  it('is ruled out as slow training if three times the steps also halve the error', () => {
    expect(assess({ '3 x steps': withError(0.19) }).needs).toEqual([{ control: '3 x steps', seeds: 3 }])
    const found = assess({ '3 x steps': withError(...all(0.19)) })
    expect(found).toMatchObject({ state: 'ruled out', by: '3 x steps', needs: [] })
    expect(found.statement).toContain('from 40.0% to 19.0%')
    expect(assess({ '3 x steps': withError(0.21) }).state).toBe('open')
  })

  it('is ruled out if the seeds differ as much as the errors', () => {
    const four = { '3 x steps': slow, '4 x width': withError(0, 0, 0.57) }
    expect(assess(four).needs).toEqual([{ control: '16 x width', seeds: 1 }])
    const found = assess({ ...four, '16 x width': withError(0.35) })
    expect(found).toMatchObject({ state: 'ruled out', by: '4 x width, 16 x width' })
    expect(found.statement).toContain('within the spread')
    expect(assess({ ...four, '16 x width': withError(...all(0.01)) }).statement).toContain('sixteen times')
  })

  it('is ruled out by wider networks that diverge', () => {
    const found = assess({ '3 x steps': slow, '4 x width': withError(null), '16 x width': withError(null) })
    expect(found.state).toBe('ruled out')
    expect(textOf(found)).not.toMatch(unreadable)
  })

  it('is ruled out if a network of the same width with fewer layers trains', () => {
    expect(judged(madeUpEvidence({ trials: worse() }), [])).toMatchObject({
      state: 'ruled out',
      by: 'the shallow twin',
      needs: [],
    })
  })

  it('is tested if the network is worse than a given network of any width', () => {
    const given = { ...madeUpEvidence({ trials: worse() }), isTwinGiven: true }
    expect(judged(given, [])).toMatchObject({ state: 'open', needs: [{ control: '3 x steps', seeds: 1 }] })
  })

  it('does not mention fewer layers if no network with fewer layers exists', () => {
    const alone = { network: poor?.network, '3 x steps': slow, '4 x width': withError(...all(0.1)) }
    const found = judged(madeUpEvidence({ trials: alone, without: ['shallow twin', 'shallower twin'] }), [])
    expect(found.state).toBe('holds')
    expect(textOf(found)).not.toContain('fewer layers')
  })

  it('stays open with fewer than three seeds of a wider network', () => {
    const one = { network: withError(0.4), '3 x steps': withError(0.38), '4 x width': withError(0.1) }
    expect(judged(madeUpEvidence({ trials: one, seeds: [0] }), [])).toMatchObject({ state: 'open', needs: [] })
  })

  it('compares the same seeds', () => {
    const trials = { network: withError(0.1, 0.1, 0.9), '3 x steps': withError(0.1) }
    expect(judged(madeUpEvidence({ trials }), []).state).toBe('open')
    const perfect = { network: withError(0, 0, 0.9), '3 x steps': withError(0) }
    expect(judged(madeUpEvidence({ trials: perfect }), []).needs).toEqual([{ control: '3 x steps', seeds: 3 }])
  })

  it('is not tested if the network fits the training set', () => {
    const fits = (error: number) =>
      judged(madeUpEvidence({ trials: { network: { loss: all(0.1), error: all(error) } } }), [])
    expect(fits(poorFit * 0.99)).toMatchObject({ state: 'ruled out', needs: [] })
    expect(fits(poorFit * 1.01).state).toBe('open')
    expect(judged(madeUpEvidence({ trials: sound() }), []).state).toBe('ruled out')
  })

  it('is not tested if another cause holds, but is tested if the other causes are ruled out or open', () => {
    expect(assess({}, {}, [{ state: 'holds' }])).toMatchObject({ state: 'untested', needs: [] })
    expect(assess({}, {}, [{ state: 'ruled out' }, { state: 'open' }]).state).toBe('open')
  })

  it('is ruled out if no layer can be widened', () => {
    expect(assess({}, { without: ['4 x width', '16 x width'] })).toMatchObject({ state: 'ruled out', needs: [] })
  })

  it('can explain a network that learns nothing', () => {
    const wide = { '3 x steps': { loss: [2.3] }, '4 x width': { loss: all(0.2) } }
    expect(judged(madeUpEvidence({ trials: { ...helpless(), ...wide } }), []).state).toBe('holds')
  })

  it('is tested for predicted values as for classes', () => {
    const trials = {
      network: { loss: all(0.8), error: all(0.8) },
      '3 x steps': { loss: [0.8], error: [0.8] },
      '4 x width': { loss: all(30), error: all(30) },
      '16 x width': { loss: all(0.1), error: all(0.1) },
    }
    const found = judged(madeUpEvidence({ trials, chance: { loss: 1, error: 1 } }), [])
    expect(found.state).toBe('holds')
    // An error above that of guessing counts as the error of guessing.
    expect(found.evidence.find(({ name }) => name.includes('4 x'))?.value).toBeCloseTo(1 - 1 / 0.8, 9)
  })
})

describe('The capacity of a network that is worse than its twin', () => {
  const against = (twinError: number, isNarrow = false) => {
    const trials = {
      network: { loss: all(2), error: all(0.8) },
      'shallow twin': { loss: all(1.2), error: all(twinError) },
      '3 x steps': { loss: [2], error: [0.8] },
      '4 x width': { loss: all(0.1), error: all(0.05) },
    }
    return judged({ ...madeUpEvidence({ trials }), isNarrow }, [])
  }

  it('is sufficient if a twin of the same width fits, and can be too small if the twin fails as well', () => {
    expect(against(0.3)).toMatchObject({ state: 'ruled out', by: 'the shallow twin' })
    expect(against(0.6).state).toBe('holds')
  })
})
