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

/** Assesses a training in float64 of a network with a loss gap of 1.5, from 1.55 to 0.05. */
const float64 = (trials: MadeUpTrials | undefined, seeds = [0, 1, 2]) => {
  const made = trials ? { ...worse(), float64: trials } : worse()
  return assess(madeUpEvidence({ trials: made, seeds, measured: usefulDepth() }))
}
const lacking = (share: number): number[] => [1.5, 1.6, 1.55].map((loss) => loss - share * 1.5)

describe('The cause "numerical error"', () => {
  it('needs one training in float64 first, and all seeds if the first seed helps', () => {
    expect(float64(undefined)).toMatchObject({ state: 'open', needs: [{ control: 'float64', seeds: 1 }] })
    expect(float64({ loss: [0.05] })).toMatchObject({ state: 'open', needs: [{ control: 'float64', seeds: 3 }] })
    expect(float64({ loss: [0.75] })).toMatchObject({ state: 'open', needs: [{ control: 'float64', seeds: 3 }] })
  })

  it('is ruled out by one training that changes nothing', () => {
    expect(float64({ loss: [1.5] })).toMatchObject({ state: 'ruled out', by: 'float64', needs: [] })
    expect(float64({ loss: [null] })).toMatchObject({ state: 'ruled out', by: 'float64' })
    expect(float64({ loss: [2.3] }).state).toBe('ruled out')
  })

  it('holds if float64 restores the training, just beyond the limit but not just within the limit', () => {
    expect(float64({ loss: lacking(restoring + 0.01) }).state).toBe('holds')
    expect(float64({ loss: lacking(restoring - 0.01) }).state).toBe('ruled out')
    expect(float64({ loss: lacking(1.02) })).toMatchObject({
      state: 'holds',
      score: expect.closeTo(1.02 / (1.02 + restoring), 9),
    })
  })

  it('holds with one seed if the diagnosis has one seed', () => {
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

  it('is ruled out without needs if the training has no symptom or is already in float64', () => {
    expect(assess(madeUpEvidence({ trials: sound() }))).toMatchObject({ state: 'ruled out', needs: [] })
    const single = madeUpEvidence({ trials: worse(), without: ['float64'] })
    const records = single.records.map((record) => ({ ...record, precision: 'float64' as const }))
    expect(assess({ ...single, records })).toMatchObject({ state: 'ruled out', needs: [] })
  })

  it('stays open if the machine has no float64 or too little memory for float64', () => {
    const single = madeUpEvidence({ trials: worse(), without: ['float64'] })
    expect(assess(single)).toMatchObject({ state: 'open', needs: [] })
  })

  it('shows the error of the gradient if the error was measured', () => {
    const found = float64({ loss: [1.5] })
    expect(found.evidence.map(({ value }) => value)).toContain(1e-6)
    const infinite = assess(
      madeUpEvidence({
        trials: { ...worse(), float64: { loss: lacking(1) } },
        measured: { precision: { gradient: [Number.POSITIVE_INFINITY, ...all(1e-7, 6)], loss: 1e-8, samples: 64 } },
      }),
    )
    expect(infinite.state).toBe('holds')
    // An infinite error of the gradient is not shown.
    expect(infinite.evidence).toHaveLength(1)
    expect(textOf(infinite)).not.toMatch(unreadable)
  })

  it('shows the losses in float32 and float64, also if the training in float64 diverges', () => {
    expect(float64({ loss: lacking(1) }).statement).toContain('training loss in float64 is 0.05 instead of 1.55')
    expect(textOf(float64({ loss: [null] }))).toContain('the training in float64 diverges')
  })
})
