import { describe, expect, it } from 'vitest'
import { collapsed, trial } from '../../test/support/diagnosis-sample.ts'
import { cured, healthy, interrupted, tooLargeStep, undecided } from '../../test/support/diagnosis-samples.ts'
import { answerParts, seenParagraphs, untriedCures, wrongSentence } from './diagnosis-answer.ts'
import type { DiagnosisData } from './diagnosis-data.ts'

const partOf = (data: DiagnosisData, heading: string) => answerParts(data).find((part) => part.heading === heading)
const toDo = (data: DiagnosisData) => partOf(data, 'What to do')
const sure = (data: DiagnosisData) => partOf(data, 'How sure')?.text

describe('What is wrong', () => {
  it('is one sentence about the cause, without the other findings', () => {
    expect(wrongSentence(collapsed())).toBe(
      'Samples become alike on the way to the output: by layer 20 of 60, the cosine of two samples is 0.99.',
    )
    expect(wrongSentence(healthy())).toBe('No measurement found anything wrong with the network.')
    expect(wrongSentence(interrupted())).toBe('The diagnosis was stopped before the first training.')
  })

  it('is followed by the symptom and the other findings, without the causes that are ruled out', () => {
    const [symptom] = collapsed().answer
    expect(seenParagraphs(collapsed())).toEqual([symptom, 'Also found: dead units.'])
    expect(seenParagraphs(interrupted())).toEqual([])
  })
})

describe('What to do', () => {
  it('is the change in words, the command, the result with fresh seeds, and the files of the changed network', () => {
    expect(toDo(cured())).toMatchObject({
      text: 'add a skip connection around each of the 58 hidden layers, multiplied by 1/58. Everything else stays.',
      command: cured().cureCommand,
      below: [
        'Training error 87.2% -> 2.4%, test error 89.2% -> 3.7% (with the change: 5 fresh seeds). The printed command ends below a training error of 5%.',
        'The changed network is in runs/mlp-glyphs-diagnosis-1/cure.json and runs/mlp-glyphs-diagnosis-1/cure.ts.',
      ],
      code: { caption: 'The changed network in TypeScript', text: cured().cureCode },
    })
  })

  it('says how many trainings diverge without the change', () => {
    expect(toDo(tooLargeStep())?.below).toEqual([
      'Without the change, 2 of 3 trainings diverge. With the change: training error 3.6%, test error 5.6% (3 seeds).',
    ])
    const lostAll = tooLargeStep().trials.map((one) => (one.control === 'network' ? { ...one, diverged: true } : one))
    expect(toDo({ ...tooLargeStep(), trials: lostAll })?.below?.[0]).toContain('all 3 trainings diverge.')
    const { cure, ...others } = cured()
    const lost = { train: { loss: null, error: null }, test: { loss: null, error: null } }
    const means = { ...others, trials: [], cure: cure && { ...cure, before: lost, promise: undefined } }
    expect(toDo(means)?.below?.[0]).toBe(
      'Without the change, at least one training diverges. With the change: training error 2.4%, test error 3.7% (5 fresh seeds).',
    )
  })

  it('has the intervals of the trainings with fresh seeds in a table', () => {
    const freshTrials = [11, 12, 13].map((seed) => trial('residual', seed, 0.05))
    expect(toDo({ ...cured(), freshTrials })?.table?.rows).toEqual([
      ['as it is', '87.2 ± 0.2%', '89.2 ± 0.2%', '3'],
      ['with the change', '3.5 ± 0.2%', '5.5 ± 0.2%', '5'],
    ])
    expect(toDo(cured())?.table).toBeUndefined()
  })

  it('has the R2 of values, and no test scores without test samples', () => {
    const { dataset, cure, ...others } = cured()
    const values = { ...dataset, classes: null, names: { areValues: true }, test: 0 }
    expect(toDo({ ...others, cure, dataset: values })?.below?.[0]).toMatch(
      /^Training R2 0\.128 -> 0\.976 \(with the change: 5 fresh seeds\)\. /,
    )
  })

  it('says what a cure would take, or that none was measured, or which trainings are missing', () => {
    expect(toDo({ ...collapsed(), noCure: 'A cure would take 35 minutes.' })?.text).toBe(
      'A cure would take 35 minutes. Cures to try stand at the end.',
    )
    expect(toDo(collapsed())?.text).toBe(
      'no change was measured that mends the training. Cures to try stand at the end.',
    )
    expect(toDo(undecided())?.text).toBe(
      'give the diagnosis a larger budget. These trainings are missing: rate / 3 and rate / 10, 3 seeds each; 4 x width.',
    )
    const open = [1, 2, 3, 4, 5].map((index) => ({
      cause: 'a',
      title: 'A',
      wouldDecide: `control ${index}`,
      seconds: 12,
    }))
    expect(toDo({ ...undecided(), open })?.text).toContain(
      'control 1; control 2; control 3; and 2 more. They take about 1 min 0 s.',
    )
    expect(toDo(healthy())).toBeUndefined()
    expect(toDo({ ...undecided(), verdict: 'healthy' })).toBeUndefined()
  })
})

describe('How sure', () => {
  it('is the confidence with its basis, or the score of the evidence', () => {
    expect(sure(cured())).toMatch(/^94%\. With a leaky slope by depth, three seeds close 96%/)
    expect(sure(collapsed())).toBe('the evidence has the score 0.94 of 1, and 0.5 is at the limit.')
    expect(sure({ ...cured(), basis: '95% sure: the cure was measured.' })).toBe('95% sure: the cure was measured.')
    expect(sure(undecided())).toBeUndefined()
  })

  it('says first that the diagnosis was stopped', () => {
    expect(sure({ ...collapsed(), interrupted: true })).toBe(
      'the diagnosis was stopped after 1 min 34 s and is incomplete. The evidence has the score 0.94 of 1, and 0.5 is at the limit.',
    )
  })
})

describe('Cures that were not tried', () => {
  it('are listed by cause, unless the diagnosis has measured a cure', () => {
    expect(untriedCures(collapsed())).toEqual([
      {
        term: 'Correlation collapse',
        text: 'residual branches: residual-mlp:depth=60; batch norm: mlp:depth=60,norm=batch',
      },
    ])
    expect(untriedCures(cured())).toEqual([])
  })
})
