import { describe, expect, it } from 'vitest'
import { madeUpEvidence, worse } from '../../../test/support/made-up-evidence.ts'
import { controlAnswer, type LossChange, lossChange, restoring } from './control-answers.ts'

describe("a control's answer", () => {
  const answer = (loss: readonly (number | null)[], seeds = [0, 1, 2]) =>
    controlAnswer(madeUpEvidence({ trials: { ...worse(), float64: { loss } }, seeds }), 'float64')

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
    expect(controlAnswer(evidence, '16 x width')).toEqual({ kind: 'impossible' })
  })
})

describe('the losses with a control and without it', () => {
  const change = (loss: readonly (number | null)[], network: readonly (number | null)[] = [1, 2, 3]): LossChange =>
    lossChange(madeUpEvidence({ trials: { network: { loss: network }, float64: { loss } } }), 'float64')

  it('are of the same seeds', () => {
    expect(change([0.5])).toEqual({ before: 1, after: 0.5 })
    expect(change([0.5, 0.6, 0.7])).toEqual({ before: 2, after: expect.closeTo(0.6, 12) })
  })

  it('leave out the seeds that diverged, and are null where all did', () => {
    expect(change([null, null])).toEqual({ before: 1.5, after: null })
    expect(change([0.5], [null, 1])).toEqual({ before: null, after: 0.5 })
    expect(change([0.5, 0.5], [null, 1])).toEqual({ before: 1, after: 0.5 })
  })
})
