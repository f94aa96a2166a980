import { describe, expect, it } from 'vitest'
import {
  all,
  along,
  climbedTo,
  type MadeUp,
  type MadeUpTrials,
  madeUpEvidence,
  madeUpTrials,
  noHelp,
  reading,
  restoredBy,
  sound,
  usefulDepth,
  worse,
} from '../../test/support/made-up-evidence.ts'
import { fewPoints, preset } from '../../test/support/tiny-training.ts'
import { resolveOptions } from '../settings/options.ts'
import { type Cause, causes } from './cause.ts'
import { causeTable } from './causes/table.ts'
import type { ControlName, Subject } from './controls.ts'
import type { DiagnosisOutcome, OpenQuestion } from './diagnosis-loop.ts'
import { judge } from './judge.ts'
import { type Diagnosis, summarize } from './summary.ts'
import { curesOf, verdictTitle } from './wording/causes.ts'

const subject: Subject = {
  network: preset('mlp:depth=6,width=8'),
  data: fewPoints,
  settings: resolveOptions({ steps: 100 }, 64),
  precision: 'float32',
  twins: {},
}

const mode = { backend: 'wasm', precision: 'float32', exact: false, winograd: true } as const

/** Summary of a diagnosis with an estimate of 7 seconds for each open need. */
function summary(trials: MadeUp['trials'], made: MadeUp = {}, other: Partial<DiagnosisOutcome> = {}): Diagnosis {
  const evidence = madeUpEvidence({ trials, measured: usefulDepth(), ...made })
  const judgment = judge(evidence)
  const openQuestions = judgment.open.flatMap(({ needs }) => needs.map((need): OpenQuestion => ({ need, seconds: 7 })))
  return summarize(
    {
      evidence,
      judgment,
      subject,
      openQuestions,
      cureQuestions: [],
      plan: { steps: 100 },
      interrupted: false,
      seconds: 12,
      ...other,
    },
    { seeds: evidence.seeds, notes: ['The store is new.'], budgetSeconds: 60, mode },
  )
}

describe('A summary', () => {
  const found = summary({
    ...worse(reading({ cosine: along(0.3, 0.99999), gradientNorm: along(0.5, 1) })),
    ...noHelp(),
    ...restoredBy(['leaky slope by depth']),
  })

  it('has the findings with papers and cures', () => {
    expect(found.verdict).toBe('correlation-collapse')
    const [first] = found.findings
    expect(first).toMatchObject({ cause: 'correlation-collapse', title: 'Correlation collapse' })
    expect(first.papers.length).toBeGreaterThan(0)
    expect(first.cures.length).toBeGreaterThan(0)
    expect(found.picture).toBe('cosine')
    expect(found.profiles.map(({ id }) => id)).toContain('cosine')
  })

  it('names the ground for each excluded cause in a sentence', () => {
    expect(found.ruledOut.length).toBeGreaterThan(8)
    for (const { by, sentence, title } of found.ruledOut) {
      expect(by).not.toBe('')
      expect(sentence).toMatch(/^[^a-z].*\.$/)
      expect(title).not.toBe('')
    }
    const all = [...found.findings, ...found.ruledOut, ...found.open].map(({ cause }) => cause)
    expect(new Set(all).size).toBe(all.length)
  })

  it('is plain data that survives JSON', () => {
    const { profiles, trials, ...rest } = found
    expect(JSON.parse(JSON.stringify(rest))).toEqual(rest)
    // Three seeds of the network, of its twin and of an intervention, ten trainings of the ladder, and five controls.
    expect(trials).toHaveLength(3 + 3 + 3 + 10 + 5)
    expect(found.stages).toHaveLength(7)
  })

  it('names the controls that would decide an open cause, and the duration of these controls', () => {
    const { verdict, open } = summary(worse())
    expect(verdict).toBe('undecided')
    const [arithmetic, step, , length] = open
    expect(arithmetic).toMatchObject({ cause: 'numerical-error', seconds: 7 })
    expect(arithmetic.wouldDecide).toContain('float64 with one seed')
    expect(step.cause).toBe('unstable-step')
    expect(step.wouldDecide).toBe(
      ['short run, rate / 100', 'short run, rate / 10', 'short run', 'short run, rate x 10', 'short run, rate x 100']
        .map((control) => `${control} with one seed (which rate is the best?)`)
        .join('; '),
    )
    expect(length).toMatchObject({ cause: 'too-few-steps', wouldDecide: step.wouldDecide })
  })

  it('has no duration for an open cause without an estimate', () => {
    const evidence = madeUpEvidence({ trials: worse() })
    const judgment = judge(evidence)
    const openQuestions = judgment.open.flatMap(({ needs }) => needs.map((need) => ({ need, seconds: null })))
    const { open } = summary(worse(), {}, { evidence, judgment, openQuestions })
    expect(open.map(({ seconds }) => seconds)).toEqual(all(null, open.length))
  })

  it('always names the controls that would decide an open cause', () => {
    for (const trials of [worse(), { ...worse(), float64: { loss: [0.05] } }, { network: { loss: [2.3] } }]) {
      for (const { wouldDecide, sentence } of summary(trials, { measured: {} }).open) {
        expect(wouldDecide).not.toBe('')
        expect(sentence).toMatch(/^[A-Z]/)
      }
    }
    const measuring = summary(sound(), { measured: {} }, { openQuestions: [] }).open
    expect(measuring.map(({ seconds }) => seconds)).toEqual([null])
  })

  it('has no judged cause if the network was not trained', () => {
    expect(summary({})).toMatchObject({ verdict: 'undecided', findings: [], ruledOut: [], open: [] })
  })

  it('asks for three seeds if one seed was not enough', () => {
    const { open } = summary({ ...worse(), float64: { loss: [0.05] } })
    expect(open.find(({ cause }) => cause === 'numerical-error')?.wouldDecide).toContain('3 seeds')
  })

  it('shows only the losses of a healthy network', () => {
    expect(summary(sound())).toMatchObject({ verdict: 'healthy', findings: [], open: [], picture: 'losses' })
  })

  it('contains the interruption, the duration and the settings of the first seed', () => {
    expect(summary(sound(), {}, { interrupted: true })).toMatchObject({ interrupted: true, seconds: 12 })
    expect(summary({}, { seeds: [7, 8] }).settings).toMatchObject({ seed: 7, steps: 100 })
  })
})

describe('The cure in a summary', () => {
  const slope = 'leaky slope by depth'
  const proven = { ...worse(reading({ cosine: along(0.3, 0.99999) })), ...noHelp(), ...restoredBy([slope]) }
  const freshly = (control: ControlName, made: MadeUpTrials): MadeUp => ({
    other: { fresh: madeUpTrials(control, { ...made, seeds: made.loss.map((_, index) => 3 + index) }) },
  })

  it('is the changed network with its scores, measured with fresh seeds', () => {
    const deep = { ...subject, network: preset('mlp:depth=20,width=8') }
    const fresh = freshly(slope, { loss: [0.05, 0.06, 0.07, 0.05, 0.07] })
    const { cure, noCure, freshTrials, trials } = summary(proven, fresh, { subject: deep })
    expect(noCure).toBeNull()
    expect(cure).toMatchObject({ control: slope, change: {}, seeds: 5, isFresh: true })
    expect(cure?.network).not.toEqual(deep.network)
    expect(cure?.words).toMatch(/^replace ReLU by leaky ReLU/)
    expect(cure?.before.train.loss).toBeCloseTo(1.55, 9)
    expect(cure?.after.train.loss).toBeCloseTo(0.06, 9)
    expect(cure?.after.test.error).toBeCloseTo((0.9 * 0.06) / 2.3, 9)
    expect(freshTrials.map(({ seed }) => seed)).toEqual([3, 4, 5, 6, 7])
    expect(trials.some(({ seed }) => seed > 2)).toBe(false)
  })

  it('is the changed options, if the network stays as it is', () => {
    const climbed = { ...worse(), ...climbedTo(-2, { loss: all(0.05), start: reading() }) }
    const { cure, step } = summary(climbed, freshly('rate / 10', { loss: all(0.05) }))
    expect(cure).toMatchObject({ control: 'rate / 10', change: { rate: 0.003 }, network: null, seeds: 3 })
    expect(cure?.words).toBe('set the rate to 0.003 instead of 0.03')
    expect(step).toEqual({ given: 0.03, best: expect.closeTo(0.003, 9), verdict: 'unstable-step' })
  })

  it('has no mean before the cure if a seed diverged', () => {
    const climbed = {
      ...worse(),
      network: { loss: [null, 1.5, 1.5] },
      ...climbedTo(-2, { loss: all(0.05), start: reading() }),
    }
    const { cure } = summary(climbed, freshly('rate / 10', { loss: all(0.05) }))
    expect(cure?.before.train).toEqual({ loss: null, error: null })
    expect(cure?.after.train.loss).toBeCloseTo(0.05, 9)
  })

  it('is missing without fresh seeds, with the reason, and without a reason if nothing was found', () => {
    const { cure, noCure } = summary(proven)
    expect(cure).toBeNull()
    expect(noCure).not.toBeNull()
    expect(summary(sound())).toMatchObject({ cure: null, noCure: null })
  })
})

describe('The notes of a summary', () => {
  it('contain the notes of the caller and a note on shortened trainings', () => {
    expect(summary(sound()).notes).toEqual(['The store is new.'])
    const shortened = { from: 64_000, budgetSeconds: 120, enoughSeconds: 4000 }
    const { notes } = summary(sound(), {}, { plan: { steps: 100, shortened } })
    expect(notes[1]).toContain('64,000')
    expect(notes[1]).toContain('2 minutes')
    expect(notes[1]).toContain('67 minutes')
  })
})

/** Causes that need no paper. */
const plain: ReadonlySet<Cause> = new Set(['output-cannot-reach-targets', 'no-nonlinearity', 'too-few-steps'])

describe('The description of a cause', () => {
  it('has a title, papers and cures', () => {
    for (const cause of causes) {
      const { papers } = causeTable[cause]
      const title = verdictTitle(cause)
      expect(title.start).toMatch(/^[A-Z]/)
      expect(title.inside).toMatch(/^[a-z]/)
      expect(papers.length > 0).toBe(!plain.has(cause))
      expect(curesOf(cause).length).toBeGreaterThan(0)
      for (const paper of papers) expect(paper).toMatch(/\d{4}, /)
    }
  })
})
