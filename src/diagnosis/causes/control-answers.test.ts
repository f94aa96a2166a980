import { describe, expect, it } from 'vitest'
import { all, type MadeUpTrials, madeUpEvidence, worse } from '../../../test/support/made-up-evidence.ts'
import {
  controlAnswer,
  fitsPoorly,
  type LossChange,
  lossChange,
  lowersTest,
  poorFit,
  type Relief,
  relief,
  restoring,
  worsensTest,
} from './control-answers.ts'

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

  it('count seeds that diverged as guessing, and are null if all seeds diverged', () => {
    expect(change([null, null])).toEqual({ before: 1.5, after: null })
    expect(change([0.5], [null, 1])).toEqual({ before: null, after: 0.5 })
    expect(change([0.5, 0.5], [null, 1])).toEqual({ before: (2.3 + 1) / 2, after: 0.5 })
  })
})

describe('A poor fit', () => {
  const poor = (error: number, guessing = 0.9) =>
    fitsPoorly(
      madeUpEvidence({
        trials: { network: { loss: all(1), error: all(error) } },
        chance: { loss: 2.3, error: guessing },
      }),
    )

  it('begins at an error of a tenth, or at half of the error of guessing', () => {
    expect([poor(poorFit * 1.01), poor(poorFit * 0.99)]).toEqual([true, false])
    expect([poor(0.026, 0.05), poor(0.024, 0.05)]).toEqual([true, false])
  })
})

describe('The fraction of the training error that a control removes', () => {
  const network = { loss: all(1), error: all(0.5) }
  const by = (control: MadeUpTrials, own: MadeUpTrials = network): Relief | null =>
    relief(madeUpEvidence({ trials: { network: own, '3 x steps': control } }), '3 x steps')

  it('is known after the control has been trained', () => {
    expect(by({ loss: all(0.4), error: all(0.2) })).toEqual({
      before: 0.5,
      after: expect.closeTo(0.2, 12),
      share: expect.closeTo(0.6, 12),
      isSure: true,
      seeds: 3,
    })
    expect(by({ loss: [] })).toBeNull()
  })

  it('is taken over the same seeds', () => {
    expect(by({ loss: [1], error: [0.1] }, { loss: all(1), error: [0.1, 0.1, 0.9] })?.share).toBe(0)
  })

  it('is not sure with fewer than three seeds, or if the seeds differ by more', () => {
    expect(by({ loss: [0.1], error: [0.01] })?.isSure).toBe(false)
    expect(by({ loss: all(0.1, 2), error: all(0.01, 2) })?.isSure).toBe(false)
    expect(by({ loss: all(0.4), error: [0, 0, 0.72] })?.isSure).toBe(false)
  })

  it('is sure if each seed has the same fraction of an error that differs from seed to seed', () => {
    const own = { loss: all(1), error: [0.8, 0.2, 0.05] }
    expect(by({ loss: all(1), error: [0.4, 0.1, 0.025] }, own)?.isSure).toBe(true)
  })

  it('needs other seeds if the error is 0 with the trained seeds', () => {
    expect(by({ loss: [0], error: [0] }, { loss: [0, 0, 0.9], error: [0, 0, 0.9] })?.share).toBe(1)
    const zero = { loss: all(0), error: all(0) }
    expect(by(zero, zero)?.share).toBe(0)
  })
})

describe('A control that lowers the test error', () => {
  const lowers = (after: Partial<MadeUpTrials>, before: Partial<MadeUpTrials> = {}): boolean => {
    const network = { loss: all(1), error: all(0.3), testLoss: all(1.1), testError: all(0.4), ...before }
    const longer = { loss: all(0.5), error: all(0.1), testLoss: all(1.1), testError: all(0.4), ...after }
    return lowersTest(madeUpEvidence({ trials: { network, '3 x steps': longer } }), 'network', '3 x steps')
  }

  it('has a test error that is at least 5% lower', () => {
    expect([lowers({ testError: all(0.379) }), lowers({ testError: all(0.381) })]).toEqual([true, false])
    expect(lowers({ testError: all(0.379), testLoss: all(3) })).toBe(true)
  })

  it('can have the same test error with a test loss that is at least 5% lower', () => {
    expect([lowers({ testLoss: all(1.04) }), lowers({ testLoss: all(1.05) })]).toEqual([true, false])
    expect(lowers({ testLoss: all(0.5), testError: all(0.401) })).toBe(false)
  })

  it('counts a training that diverged as guessing', () => {
    const diverged = { loss: [1, 1, null], error: [0.3, 0.3, null] }
    const worse = { ...diverged, testLoss: [1.1, 1.1, null], testError: [0.4, 0.4, null] }
    expect(lowers({}, worse)).toBe(true)
    expect(lowers({ ...worse, testError: [0.37, 0.37, null] })).toBe(false)
  })

  it('needs no test samples', () => {
    const untested = { testLoss: all(null), testError: all(null) }
    expect(lowers(untested, untested)).toBe(true)
  })
})

describe('A control that learns samples by heart', () => {
  const worsens = (testError: readonly number[]) =>
    worsensTest(
      madeUpEvidence({
        trials: {
          network: { loss: all(1), error: all(0.3), testError: all(0.4) },
          '3 x steps': { loss: all(0.5), error: all(0.1), testError },
        },
      }),
      '3 x steps',
    )

  it('has a higher test error, beyond the spread of the seeds', () => {
    expect(worsens([0.45, 0.46, 0.45])).toBe(true)
    expect(worsens([0.35, 0.5, 0.45])).toBe(false)
    expect(worsens(all(0.4))).toBe(false)
    expect(worsens(all(0.3))).toBe(false)
  })
})
