import { describe, expect, it } from 'vitest'
import { madeUpEvidence, sound, worse } from '../../../test/support/made-up-evidence.ts'
import {
  answerOf,
  firstOf,
  hiddenReading,
  instead,
  largestOf,
  lastOf,
  placeOf,
  restoring,
  scoreOf,
  withoutSymptom,
} from './assessment.ts'

describe("a control's answer", () => {
  const answer = (loss: readonly (number | null)[], seeds = [0, 1, 2]) =>
    answerOf(madeUpEvidence({ trials: { ...worse(), float64: { loss } }, seeds }), 'float64')

  it('takes one seed where that gives nothing back, and all where it gives something', () => {
    expect(answer([])).toEqual({ kind: 'needs', need: { control: 'float64', seeds: 1 } })
    expect(answer([1.45])).toMatchObject({ kind: "doesn't restore", seeds: 1 })
    expect(answer([0.8])).toEqual({ kind: 'needs', need: { control: 'float64', seeds: 3 } })
    expect(answer([0.8, 0.8])).toEqual({ kind: 'needs', need: { control: 'float64', seeds: 3 } })
    expect(answer([0.8, 0.8, 0.8])).toMatchObject({ kind: "doesn't restore", seeds: 3 })
    expect(answer([0.1, 0.1, 0.1])).toMatchObject({ kind: 'restores', seeds: 3 })
    expect(answer([0.1], [0])).toMatchObject({ kind: 'restores', seeds: 1 })
  })

  it('restores from the limit on', () => {
    const lacking = (share: number) => [1.5, 1.6, 1.55].map((loss) => loss - share * 1.5)
    expect(answer(lacking(restoring + 1e-6)).kind).toBe('restores')
    expect(answer(lacking(restoring - 1e-6)).kind).toBe("doesn't restore")
  })

  it('is impossible where the control makes no sense', () => {
    const evidence = madeUpEvidence({ trials: worse(), without: ['16 x width'] })
    expect(answerOf(evidence, '16 x width')).toEqual({ kind: 'impossible' })
  })
})

describe('words about a control', () => {
  const words = (loss: readonly (number | null)[], patient: readonly (number | null)[] = [1, 2, 3]) =>
    instead(madeUpEvidence({ trials: { patient: { loss: patient }, float64: { loss } } }), 'float64')

  it('are of the same seeds', () => {
    expect(words([0.5])).toBe('training loss 0.5 instead of 1')
    expect(words([0.5, 0.6, 0.7])).toBe('training loss 0.6 instead of 2')
  })

  it('say where one diverged with all of them', () => {
    expect(words([null, null])).toBe('no finite loss instead of 1.5')
    expect(words([0.5], [null, 1])).toBe('training loss 0.5 where it diverged')
    expect(words([null], [null, 1])).toBe('no finite loss either')
    expect(words([0.5, 0.5], [null, 1])).toBe('training loss 0.5 instead of 1')
  })
})

describe('numbers of an assessment', () => {
  it('score a half at the limit', () => {
    expect([scoreOf(4, 4), scoreOf(12, 4), scoreOf(Number.POSITIVE_INFINITY, 4)]).toEqual([0.5, 0.75, 1])
  })

  it('leave out what is none', () => {
    const values = [Number.NaN, 3, 9, 4, Number.NaN]
    expect([firstOf(values), lastOf(values), largestOf(values)]).toEqual([3, 4, 9])
    expect([firstOf([]), lastOf([Number.NaN])]).toEqual([Number.NaN, Number.NaN])
    expect(largestOf([Number.NaN])).toBe(Number.NEGATIVE_INFINITY)
  })

  it('are of the hidden stages', () => {
    const evidence = madeUpEvidence({ trials: { patient: { loss: [1], start: { meanSquare: [1, 2, 3] } } } })
    expect(hiddenReading(evidence, 'meanSquare')).toEqual([1, 2])
    expect(hiddenReading(evidence, 'cosine')).toEqual([])
    expect(placeOf(evidence, 0)).toBe('layer 1 of 6')
  })
})

describe('where there is nothing to explain', () => {
  it('a mechanism is ruled out by the training', () => {
    expect(withoutSymptom('dead-units', madeUpEvidence({ trials: sound() }), [])).toMatchObject({
      state: 'ruled out',
      by: 'training',
    })
    expect(withoutSymptom('dead-units', madeUpEvidence({ trials: { patient: { loss: [0.1] } } }), [])?.sentence).toBe(
      'it trains.',
    )
    expect(withoutSymptom('dead-units', madeUpEvidence({ trials: worse() }), [])).toBeUndefined()
  })
})
