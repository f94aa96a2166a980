import { describe, expect, it } from 'vitest'
import {
  all,
  helpless,
  type MadeUp,
  madeUpEvidence,
  sound,
  textOf,
  unreadable,
  usefulDepth,
  type Worded,
  worded,
  worse,
} from '../../../test/support/made-up-evidence.ts'
import type { Evidence } from '../evidence.ts'
import type { Earlier } from './assessment.ts'
import { optimizationFailure } from './optimization.ts'

const judged = (evidence: Evidence, earlier: Earlier): Worded => worded(optimizationFailure(evidence, earlier))
const excluded: Earlier = [{ state: 'ruled out' }, { state: 'ruled out' }]
const { constructive } = usefulDepth()

const assess = (controls: MadeUp['trials'] = {}, made: MadeUp = {}, earlier: Earlier = excluded) =>
  judged(madeUpEvidence({ trials: { ...worse(), ...controls }, measured: { constructive }, ...made }), earlier)

describe('The cause "optimization failure"', () => {
  it('needs the constructive solution and a longer training', () => {
    expect(assess({}, { measured: {} }).needs).toEqual([
      { measurement: 'constructive' },
      { control: '3 x steps', seeds: 1 },
    ])
    expect(assess().needs).toEqual([{ control: '3 x steps', seeds: 1 }])
  })

  it('holds if one seed with three times the steps stays closer to the network than to the twin, and needs all seeds otherwise', () => {
    expect(assess({ '3 x steps': { loss: [0.85] } })).toMatchObject({ state: 'holds', needs: [] })
    expect(assess({ '3 x steps': { loss: [0.75] } })).toMatchObject({
      state: 'open',
      needs: [{ control: '3 x steps', seeds: 3 }],
    })
    expect(assess({ '3 x steps': { loss: [null] } }).state).toBe('holds')
  })

  it('is ruled out as slow training if three times the steps do as well as the twin', () => {
    const slow = assess({ '3 x steps': { loss: [0.05, 0.051, 0.049] } })
    expect(slow).toMatchObject({ state: 'ruled out', by: '3 x steps' })
    expect(assess({ '3 x steps': { loss: [0.3, 0.31, 0.32] } }).state).toBe('holds')
  })

  it('holds only if no other cause holds or is open', () => {
    const longer = { '3 x steps': { loss: [1.5] } }
    expect(assess(longer).state).toBe('holds')
    expect(assess(longer, {}, [...excluded, { state: 'open' }])).toMatchObject({ state: 'open' })
    expect(assess(longer, {}, [...excluded, { state: 'holds' }])).toMatchObject({
      state: 'untested',
      needs: [],
    })
  })

  it('names the better weights if better weights exist', () => {
    const longer = { '3 x steps': { loss: [1.5] } }
    expect(assess(longer).statement).toContain('identity layers')
    const impossible = assess(longer, { measured: { constructive: { impossible: 'dropout' } } })
    expect(impossible.state).toBe('holds')
    expect(impossible.statement).not.toContain('identity layers')
    const worthless = {
      impossible: null,
      loss: null,
      shallowLoss: 0.05,
      gap: 1,
      scale: 1,
      exactness: 'approximate',
    } as const
    for (const loss of [null, 2]) {
      const bad = assess(longer, { measured: { constructive: { ...worthless, loss } } })
      expect(bad.statement).not.toContain('identity layers')
      expect(textOf(bad)).not.toMatch(unreadable)
    }
  })

  it('shows the paired difference with an interval', () => {
    const [row] = assess().evidence
    expect(row.words).toContain('3 seeds')
    expect(row.words).toContain('±')
    expect(row.value).toBeCloseTo(1.5 / 0.05, 6)
  })

  it('compares three times the steps with the same seeds', () => {
    // The network has no loss gap with the first seed, neither with the usual steps nor with three times the steps.
    const trials = { network: { loss: [0.3, 1.5, 1.5] }, 'shallow twin': { loss: [0.2, 0.05, 0.05] } }
    const first = { ...worse(), ...trials, '3 x steps': { loss: [0.21] } }
    const evidence = { ...madeUpEvidence({ trials: first, measured: { constructive } }), seeds: [0, 1, 2] }
    expect(judged(evidence, excluded).state).not.toBe('holds')
  })

  it('stays open if the seeds do not show that the network is worse', () => {
    const trials = { network: { loss: [1.5] }, 'shallow twin': { loss: [0.05] }, '3 x steps': { loss: [1.5] } }
    const found = judged(madeUpEvidence({ trials, seeds: [0], measured: { constructive } }), excluded)
    expect(found).toMatchObject({ state: 'open', needs: [] })
  })

  it('does not mention a twin that does not exist', () => {
    const alone = judged(madeUpEvidence({ trials: { network: { loss: all(2.3) } } }), [])
    expect(alone.statement).not.toContain('does not train')
  })

  it('is ruled out without a symptom, or if no network with fewer layers trains', () => {
    expect(judged(madeUpEvidence({ trials: sound() }), [])).toMatchObject({
      state: 'ruled out',
      needs: [],
    })
    expect(judged(madeUpEvidence({ trials: { network: { loss: all(0.1) } } }), [])).toMatchObject({
      state: 'ruled out',
      by: 'training',
    })
    expect(judged(madeUpEvidence({ trials: helpless() }), [])).toMatchObject({
      state: 'ruled out',
      by: 'the shallow twin',
    })
  })

  it('holds against a twin with a loss of 0', () => {
    const trials = { network: { loss: all(1) }, 'shallow twin': { loss: all(0) }, '3 x steps': { loss: [1] } }
    const found = judged(madeUpEvidence({ trials, measured: { constructive } }), excluded)
    expect(found).toMatchObject({ state: 'holds', score: 1 })
    expect(textOf(found)).not.toMatch(unreadable)
  })
})
