import { describe, expect, it } from 'vitest'
import { madeUpEvidence, worse } from '../../../test/support/made-up-evidence.ts'
import { controlAnswer, type LossChange, lossChange, restoring } from './control-answers.ts'

describe('The answer of a control', () => {
  const answer = (loss: readonly (number | null)[], seeds = [0, 1, 2]) =>
    controlAnswer(madeUpEvidence({ trials: { ...worse(), float64: { loss } }, seeds }), 'float64')

  it('needs one seed if the seed recovers nothing, and all seeds otherwise', () => {
    expect(answer([])).toEqual({ kind: 'needs', need: { control: 'float64', seeds: 1 } })
    expect(answer([1.45])).toMatchObject({ kind: "doesn't restore", seeds: 1 })
    expect(answer([0.8])).toEqual({ kind: 'needs', need: { control: 'float64', seeds: 3 } })
    expect(answer([0.8, 0.8])).toEqual({ kind: 'needs', need: { control: 'float64', seeds: 3 } })
    expect(answer([0.8, 0.8, 0.8])).toMatchObject({ kind: "doesn't restore", seeds: 3 })
    expect(answer([0.1, 0.1, 0.1])).toMatchObject({ kind: 'restores', seeds: 3 })
    expect(answer([0.1], [0])).toMatchObject({ kind: 'restores', seeds: 1 })
  })

  it('is `restores` from the limit on', () => {
    const lacking = (share: number) => [1.5, 1.6, 1.55].map((loss) => loss - share * 1.5)
    expect(answer(lacking(restoring + 1e-6)).kind).toBe('restores')
    expect(answer(lacking(restoring - 1e-6)).kind).toBe("doesn't restore")
  })

  it('is `impossible` if the control does not apply', () => {
    const evidence = madeUpEvidence({ trials: worse(), without: ['16 x width'] })
    expect(controlAnswer(evidence, '16 x width')).toEqual({ kind: 'impossible' })
  })
})

describe('The training losses with and without a control', () => {
  const change = (loss: readonly (number | null)[], network: readonly (number | null)[] = [1, 2, 3]): LossChange =>
    lossChange(madeUpEvidence({ trials: { network: { loss: network }, float64: { loss } } }), 'float64')

  it('are means over the same seeds', () => {
    expect(change([0.5])).toEqual({ before: 1, after: 0.5 })
    expect(change([0.5, 0.6, 0.7])).toEqual({ before: 2, after: expect.closeTo(0.6, 12) })
  })

  it('leave out seeds that diverged, and are null if all seeds diverged', () => {
    expect(change([null, null])).toEqual({ before: 1.5, after: null })
    expect(change([0.5], [null, 1])).toEqual({ before: null, after: 0.5 })
    expect(change([0.5, 0.5], [null, 1])).toEqual({ before: 1, after: 0.5 })
  })
})
