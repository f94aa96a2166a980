import { describe, expect, it } from 'vitest'
import {
  all,
  climbedTo,
  type MadeUp,
  type MadeUpTrials,
  madeUpEvidence,
  noBetterRate,
  type Results,
  textOf,
  unreadable,
  type Worded,
  worded,
} from '../../../test/support/made-up-evidence.ts'
import { viewOf } from '../view.ts'
import { clearShare } from './control-answers.ts'
import { tooFewSteps } from './length.ts'

/** A network with an error of 5%, which is no poor fit, and a loss that ends at 0.1. */
const fair: MadeUpTrials = { loss: all(0.1), error: all(0.05) }
const poor: MadeUpTrials = { loss: all(1), error: all(0.4) }
const falling = [2.3, 2, 1.6, 1.2, 0.9, 0.6, 0.4, 0.2, 0.1]
const level = [2.3, 1, 0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]
const assess = (trials: Results, made: MadeUp = {}): Worded => {
  const ladder = noBetterRate(trials.network?.loss[0] ?? 2.3)
  return worded(tooFewSteps(viewOf(madeUpEvidence({ trials: { ...ladder, ...trials }, ...made }))))
}
const withError = (...error: readonly (number | null)[]): MadeUpTrials => ({
  loss: error.map((one) => one && 2 * one),
  error,
})

describe('The cause "too few steps"', () => {
  it('is ruled out for a network that fits, whatever the loss does', () => {
    const network = { loss: all(0.01), error: all(0.01), losses: falling }
    expect(assess({ network })).toMatchObject({ state: 'ruled out', by: 'training', needs: [] })
  })

  it('is tested if the loss still falls in the last third of the steps', () => {
    expect(assess({ network: { ...fair, losses: falling } })).toMatchObject({
      state: 'open',
      needs: [{ control: '3 x steps', seeds: 1 }],
    })
    const found = assess({ network: { ...fair, losses: level } })
    expect(found).toMatchObject({ state: 'ruled out', by: 'training', needs: [] })
    expect(found.statement).toBe('the training loss hardly fell in the last third of the steps')
  })

  it('counts a fall of 3% of the mean loss of a third as a fall', () => {
    const ending = (last: number): number[] => [2, 2, 2, 1, 1, 1, last, last, last]
    expect(assess({ network: { ...fair, losses: ending(0.969) } }).state).toBe('open')
    expect(assess({ network: { ...fair, losses: ending(0.971) } }).state).toBe('ruled out')
  })

  it('is tested for a network that fits poorly, also if the loss has stopped to fall', () => {
    expect(assess({ network: { ...poor, losses: level } }).state).toBe('open')
    expect(assess({ network: { loss: all(null) } }, { without: ['short run'] })).toMatchObject({
      state: 'open',
      needs: [{ control: '3 x steps', seeds: 1 }],
    })
  })

  it('waits for the best rate', () => {
    const view = viewOf(madeUpEvidence({ trials: { network: poor } }))
    expect(tooFewSteps(view).needs).toEqual(view.ladders.network.needs)
    expect(view.ladders.network.needs).toHaveLength(5)
  })

  it('needs all seeds if one seed removes a fifth of the error, and is ruled out otherwise', () => {
    const with3 = (error: number) => assess({ network: poor, '3 x steps': withError(error) })
    expect(with3(0.4 * (1 - clearShare) - 0.001)).toMatchObject({
      state: 'open',
      needs: [{ control: '3 x steps', seeds: 3 }],
    })
    const found = with3(0.4 * (1 - clearShare) + 0.001)
    expect(found).toMatchObject({ state: 'ruled out', by: '3 x steps', needs: [] })
    expect(found.statement).toBe('three times the steps change the training error from 40.0% to 32.1%')
  })

  it('holds if all seeds remove a fifth of the error beyond the spread', () => {
    const found = assess({ network: poor, '3 x steps': withError(0.2, 0.21, 0.2) })
    expect(found).toMatchObject({ state: 'holds', needs: [] })
    expect(found.statement).toBe(
      'the training is too short: three times the steps change the training error from 40.0% to 20.3%',
    )
    expect(found.evidence).toEqual([
      {
        name: 'fraction of the training error that is removed by 3 x steps',
        value: expect.closeTo(0.49, 2),
        limit: clearShare,
        words: 'the training error with three times the steps is 20.3%',
      },
    ])
  })

  it('holds if seeds fail with the usual steps and none fails with more steps, however far apart the seeds are', () => {
    const some = { loss: [2.3, 0.6, 0.2], error: [0.9, 0.3, 0.1] }
    expect(assess({ network: some, '3 x steps': { loss: [0.5, 0.5, 0.19], error: [0.2, 0.25, 0.09] } }).state).toBe(
      'holds',
    )
  })

  it('needs ten times the steps if three times the steps help within the spread of the seeds', () => {
    const spread = withError(0, 0.1, 0.7)
    const open = assess({ network: poor, '3 x steps': spread })
    expect(open).toMatchObject({ state: 'open', needs: [{ control: '10 x steps', seeds: 1 }] })
    const found = assess({ network: poor, '3 x steps': spread, '10 x steps': withError(0.1, 0.1, 0.11) })
    expect(found.state).toBe('holds')
    expect(found.statement).toContain('ten times the steps')
    const none = assess({ network: poor, '3 x steps': spread, '10 x steps': withError(0, 0.1, 0.7) })
    expect(none).toMatchObject({ state: 'ruled out', by: '10 x steps', needs: [] })
    expect(none.statement).toContain('within the spread of the seeds')
  })

  it('needs ten times the steps if three times the steps do not help a network with a symptom', () => {
    const useless = { network: poor, '3 x steps': withError(0.4) }
    expect(assess(useless)).toMatchObject({ state: 'ruled out', by: '3 x steps', needs: [] })
    const twin = { 'shallow twin': withError(...all(0.05)) }
    expect(assess({ ...useless, ...twin })).toMatchObject({
      state: 'open',
      needs: [{ control: '10 x steps', seeds: 1 }],
    })
    expect(assess({ ...useless, ...twin, '10 x steps': withError(0.4) })).toMatchObject({
      state: 'ruled out',
      by: '10 x steps',
      needs: [],
    })
    expect(assess({ ...useless, ...twin, '10 x steps': withError(...all(0.1)) }).state).toBe('holds')
  })

  it('needs ten times the steps only for a training whose length the user chose', () => {
    const trials = { network: poor, '3 x steps': withError(0.4), 'shallow twin': withError(...all(0.05)) }
    const spread = { network: poor, '3 x steps': withError(0, 0.1, 0.7) }
    for (const made of [trials, spread]) {
      expect(assess(made).needs).toEqual([{ control: '10 x steps', seeds: 1 }])
      expect(assess(made, { other: { hasOwnSteps: false } })).toMatchObject({
        state: 'ruled out',
        by: '3 x steps',
        needs: [],
      })
    }
  })

  it('needs ten times the steps for a training of 500 steps or more only if three times the steps help', () => {
    const at = (steps: number, longer: MadeUpTrials): string =>
      assess({ network: { ...poor, steps }, '3 x steps': longer, 'shallow twin': withError(...all(0.05)) }).state
    expect([at(499, withError(0.4)), at(500, withError(0.4))]).toEqual(['open', 'ruled out'])
    expect(at(500, withError(0, 0.1, 0.7))).toBe('open')
  })

  it('counts more steps only if they lower the test error, or the test loss without raising the test error', () => {
    const at = (testError: number | null, testLoss: number | null): string => {
      const untested = testError === null ? { testError: all(null), testLoss: all(null) } : {}
      const own = { ...poor, testError: all(0.45), testLoss: all(1.2), ...untested }
      const longer = { ...withError(0.1, 0.1, 0.11), testError: all(testError), testLoss: all(testLoss) }
      return assess({ network: own, '3 x steps': longer }).state
    }
    expect([at(0.42, 1.3), at(0.45, 1.1)]).toEqual(['holds', 'holds'])
    expect([at(0.44, 1.2), at(0.45, 1.2), at(0.46, 1.1)]).toEqual(all('ruled out'))
    // Without test samples, the training error decides.
    expect(at(null, null)).toBe('holds')
  })

  it('is ruled out by a training with more steps that raises the test error', () => {
    const own = { ...poor, testError: all(0.45) }
    const longer = { ...withError(0.1, 0.1, 0.11), testError: [0.6, 0.61, 0.6] }
    const found = assess({ network: own, '3 x steps': longer })
    expect(found).toMatchObject({ state: 'ruled out', by: '3 x steps' })
    expect(found.statement).toBe(
      'three times the steps change the training error from 40.0% to 10.3%, but do not lower the test error',
    )
  })

  it('is ruled out if the diagnosis chose the number of steps, and says so', () => {
    const found = assess({ network: poor, '3 x steps': withError(0.1, 0.1, 0.1) }, { other: { hasOwnSteps: false } })
    expect(found).toMatchObject({ state: 'ruled out', by: '3 x steps' })
    expect(found.statement).toContain('the diagnosis chose the length of its trainings itself')
  })

  it('stays open with fewer than three seeds', () => {
    const found = assess({ network: withError(0.4), '3 x steps': withError(0.1) }, { seeds: [0] })
    expect(found).toMatchObject({ state: 'open', needs: [] })
    expect(found.statement).toContain('three seeds are needed')
  })

  it('compares trainings at the best rate', () => {
    const best: Results = { ...climbedTo(-2, { loss: all(0.3), error: all(0.2) }), network: poor }
    const at = (more: Results) => worded(tooFewSteps(viewOf(madeUpEvidence({ trials: { ...best, ...more } }))))
    // Three times the steps at the given rate say nothing about the network at its best rate.
    expect(at({ '3 x steps': withError(...all(0.01)) }).state).toBe('open')
    expect(at({ '3 x steps, rate / 10': withError(...all(0.05)) })).toMatchObject({ state: 'holds' })
  })

  it('has readable sentences if the training with more steps diverges', () => {
    const found = assess({ network: poor, '3 x steps': withError(null) })
    expect(found.state).toBe('ruled out')
    expect(textOf(found)).not.toMatch(unreadable)
  })
})
