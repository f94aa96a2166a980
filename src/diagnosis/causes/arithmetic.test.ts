import { describe, expect, it } from 'vitest'
import {
  all,
  helpless,
  type MadeUpTrials,
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
import { numericalError } from './arithmetic.ts'
import { restoring } from './control-answers.ts'

const assess = (evidence: Evidence): Worded => worded(numericalError(evidence))

/** The network lacks 1.5 of loss, from 1.55 to 0.05. */
const float64 = (trials: MadeUpTrials | undefined, seeds = [0, 1, 2]) => {
  const made = trials ? { ...worse(), float64: trials } : worse()
  return assess(madeUpEvidence({ trials: made, seeds, measured: usefulDepth() }))
}
const lacking = (share: number): number[] => [1.5, 1.6, 1.55].map((loss) => loss - share * 1.5)

describe('an error of the arithmetic', () => {
  it('asks for one run in float64 first, and for all where that one helps', () => {
    expect(float64(undefined)).toMatchObject({ state: 'open', needs: [{ control: 'float64', seeds: 1 }] })
    expect(float64({ loss: [0.05] })).toMatchObject({ state: 'open', needs: [{ control: 'float64', seeds: 3 }] })
    expect(float64({ loss: [0.75] })).toMatchObject({ state: 'open', needs: [{ control: 'float64', seeds: 3 }] })
  })

  it('is ruled out by one run that changes nothing', () => {
    expect(float64({ loss: [1.5] })).toMatchObject({ state: 'ruled out', by: 'float64', needs: [] })
    expect(float64({ loss: [null] })).toMatchObject({ state: 'ruled out', by: 'float64' })
    expect(float64({ loss: [2.3] }).state).toBe('ruled out')
  })

  it('holds where float64 restores the training, just beyond the limit and not just within', () => {
    expect(float64({ loss: lacking(restoring + 0.01) }).state).toBe('holds')
    expect(float64({ loss: lacking(restoring - 0.01) }).state).toBe('ruled out')
    expect(float64({ loss: lacking(1.02) })).toMatchObject({
      state: 'holds',
      score: expect.closeTo(1.02 / (1.02 + restoring), 9),
    })
  })

  it('takes as many seeds as there are', () => {
    const one = madeUpEvidence({
      trials: { network: { loss: [2.3] }, 'shallow twin': { loss: [2.3] }, float64: { loss: [0.1] } },
      seeds: [0],
    })
    expect(assess(one).state).toBe('holds')
  })

  it('explains a network that learns nothing', () => {
    const evidence = madeUpEvidence({ trials: { ...helpless(), float64: { loss: [0.5, 0.5, 0.5] } } })
    expect(assess(evidence).state).toBe('holds')
  })

  it("isn't there without a symptom, or in float64 already, and asks for nothing", () => {
    expect(assess(madeUpEvidence({ trials: sound() }))).toMatchObject({ state: 'ruled out', needs: [] })
    const single = madeUpEvidence({ trials: worse(), without: ['float64'] })
    const records = single.records.map((record) => ({ ...record, precision: 'float64' as const }))
    expect(assess({ ...single, records })).toMatchObject({ state: 'ruled out', needs: [] })
  })

  it('stays open where the machine has no float64, or too little memory for it', () => {
    const single = madeUpEvidence({ trials: worse(), without: ['float64'] })
    expect(assess(single)).toMatchObject({ state: 'open', needs: [] })
  })

  it('tells the error of the gradient where it was measured', () => {
    const found = float64({ loss: [1.5] })
    expect(found.evidence.map(({ value }) => value)).toContain(1e-6)
    const infinite = assess(
      madeUpEvidence({
        trials: { ...worse(), float64: { loss: lacking(1) } },
        measured: { precision: { gradient: [Number.POSITIVE_INFINITY, ...all(1e-7, 6)], loss: 1e-8, samples: 64 } },
      }),
    )
    expect(infinite.state).toBe('holds')
    // Of the gradient nothing is said that can't be said in a number.
    expect(infinite.evidence).toHaveLength(1)
    expect(textOf(infinite)).not.toMatch(unreadable)
  })

  it('tells what it was with both, also where one of them diverged', () => {
    expect(float64({ loss: lacking(1) }).statement).toContain('training loss 0.05 instead of 1.55')
    expect(textOf(float64({ loss: [null] }))).toContain('no finite loss')
  })
})
