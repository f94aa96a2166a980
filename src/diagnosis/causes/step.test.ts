import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  all,
  climbedTo,
  coarse,
  type MadeUp,
  type MadeUpTrials,
  madeUpEvidence,
  noBetterRate,
  type Results,
  textOf,
  trialsAt,
  unreadable,
  type Worded,
  worded,
  worse,
} from '../../../test/support/made-up-evidence.ts'
import { highestPosition } from '../controls.ts'
import { viewOf } from '../view.ts'
import { restoring } from './control-answers.ts'
import { stepTooSmall, unstableStep } from './step.ts'

const both = (trials: MadeUp['trials'], made: MadeUp = {}): readonly [Worded, Worded] => {
  const view = viewOf(madeUpEvidence({ trials, ...made }))
  return [worded(unstableStep(view)), worded(stepTooSmall(view))]
}
const states = (trials: MadeUp['trials'], made: MadeUp = {}): string[] => both(trials, made).map(({ state }) => state)
const one = { seeds: 1 } as const

/** A network with a training error of a half, and no better twin. */
const poor = (other: Partial<MadeUpTrials> = {}): Results => ({
  network: { loss: all(1), error: all(0.5), ...other },
})

describe('The causes "unstable step" and "step too small"', () => {
  it('need the short trainings of the ladder first', () => {
    for (const found of both(worse())) {
      expect(found).toMatchObject({
        state: 'open',
        needs: [
          { control: 'short run, rate / 100', ...one },
          { control: 'short run, rate / 10', ...one },
          { control: 'short run', ...one },
          { control: 'short run, rate x 10', ...one },
          { control: 'short run, rate x 100', ...one },
        ],
      })
      expect(found.statement).toContain('more trainings are needed')
    }
  })

  it('hold in the direction of the best rate, and are ruled out in the other direction', () => {
    const [lower, notHigher] = both({ ...worse(), ...climbedTo(-2, { loss: all(0.06) }) })
    expect(lower).toMatchObject({ state: 'holds', needs: [] })
    expect(lower.statement).toBe(
      'the step is too large: at 0.003 instead of 0.03, the training error is 2.3% instead of 60.7%',
    )
    expect(notHigher).toMatchObject({ state: 'ruled out', by: 'the ladder of rates' })
    expect(notHigher.statement).toBe('a lower rate is better: the training error is 2.3%')
    const [notLower, higher] = both({ ...worse(), ...climbedTo(3, { loss: all(0.06) }) })
    expect(higher).toMatchObject({ state: 'holds', needs: [] })
    expect(higher.statement).toContain('the step is too small: at 0.9 instead of 0.03')
    expect(notLower).toMatchObject({ state: 'ruled out', by: 'the ladder of rates' })
    expect(notLower.statement).toContain('a higher rate is better')
  })

  it('find a rate that is a thousand times too large or too small', () => {
    const low = { network: { loss: all(null) }, ...climbedTo(-6, { loss: all(0.05) }, null) }
    expect(states({ ...low, ...trialsAt('short run', [{ loss: [2] }], [-8]) })).toEqual(['holds', 'ruled out'])
    const high = { network: { loss: all(2.3) }, ...climbedTo(6, { loss: all(0.05) }, 2.3) }
    expect(states(high)).toEqual(['ruled out', 'holds'])
  })

  it('are open in the other direction until the ladder is finished', () => {
    const { 'short run, rate / 100': _, ...unfinished } = climbedTo(-2, { loss: all(0.06) })
    expect(states({ ...worse(), ...unfinished })).toEqual(['holds', 'open'])
  })

  it('are ruled out if no rate is better, with the range of the rates', () => {
    for (const found of both({ ...worse(), ...noBetterRate() })) {
      expect(found).toMatchObject({ state: 'ruled out', by: 'the ladder of rates', needs: [] })
      expect(found.statement).toBe('no rate from 0.0003 to 3 trains the network clearly better than 0.03')
    }
  })

  it('are ruled out if no short training is possible', () => {
    for (const found of both(worse(), { without: ['short run'] })) {
      expect(found.state).toBe('ruled out')
      expect(textOf(found)).not.toMatch(/Infinity/)
    }
  })

  it('are ruled out by the training if the network fits, but not if a seed diverges', () => {
    const fit = { network: { loss: all(0.01), error: all(0.01) } }
    for (const found of both(fit)) expect(found).toMatchObject({ state: 'ruled out', by: 'training', needs: [] })
    // The mean error is small, since the diverged training counts as guessing and is one of fifty.
    const seeds = Array.from({ length: 50 }, (_, seed) => seed)
    const diverging = { network: { loss: [null, ...all(0.001, 49)], error: [null, ...all(0, 49)] } }
    expect(states(diverging, { seeds })).toEqual(['open', 'open'])
    const failing = { network: { loss: [2.3, ...all(0.001, 49)], error: [0.9, ...all(0, 49)] } }
    expect(states(failing, { seeds })).toEqual(['ruled out', 'ruled out'])
  })

  it('have a share of the loss gap, which is 1 at the lowest known loss', () => {
    const shareOf = (loss: number): number | null => {
      const [{ evidence }] = both({ ...worse(), ...climbedTo(-2, { loss: all(loss) }) })
      const row = evidence.find(({ name }) => name.includes('closes'))
      expect(row?.limit).toBe(restoring)
      return row?.value ?? null
    }
    expect(shareOf(0.05)).toBeCloseTo(1, 12)
    expect(shareOf(0.01)).toBeCloseTo(1, 12)
    expect(shareOf(0.8)).toBeCloseTo(0.5, 12)
  })

  it('show the curvature and the short trainings as evidence, but are not judged by them', () => {
    const trials = { ...worse(), ...noBetterRate() }
    for (const stability of [1e5, 1e-5]) {
      for (const found of both(trials, { measured: { sharpness: { eigenvalue: 1e6, stability } } })) {
        expect(found.state).toBe('ruled out')
        expect(found.evidence.map(({ value }) => value)).toContain(stability)
        expect(textOf(found)).toContain('0.0003: 1.5, 0.003: 1.5, 0.03: 1.5, 0.3: 1.5, 3: 1.5')
      }
    }
    const [adam] = both(trials, { measured: { sharpness: { eigenvalue: 3, stability: null } } })
    expect(textOf(adam)).not.toMatch(unreadable)
  })
})

describe('A better rate', () => {
  const atTenth = (best: MadeUpTrials, network: Partial<MadeUpTrials> = {}): string[] =>
    states({ ...poor(network), ...climbedTo(-2, best) })

  it('is material from a fifth of the training error on', () => {
    expect(atTenth({ loss: all(0.6), error: all(0.39) })).toEqual(['holds', 'ruled out'])
    expect(atTenth({ loss: all(0.9), error: all(0.41) })).toEqual(['ruled out', 'ruled out'])
  })

  it('is material from a fifth of the loss on only if the training error is large', () => {
    expect(atTenth({ loss: all(0.7), error: all(0.45) })).toEqual(['holds', 'ruled out'])
    const small = { error: all(0.05) }
    expect(atTenth({ loss: all(0.7), error: all(0.045) }, small)).toEqual(['ruled out', 'ruled out'])
    expect(atTenth({ loss: all(0.7), error: all(0.03) }, small)).toEqual(['holds', 'ruled out'])
  })

  it('is material only if the test error falls too, or the test loss without a higher test error', () => {
    const at = (testError: number, testLoss: number): string =>
      atTenth(
        { loss: all(0.3), error: all(0.2), testError: all(testError), testLoss: all(testLoss) },
        { testError: all(0.5), testLoss: all(1) },
      )[0]
    expect([at(0.47, 1.2), at(0.5, 0.9)]).toEqual(all('holds', 2))
    expect([at(0.49, 1), at(0.51, 0.9)]).toEqual(all('ruled out', 2))
  })

  it('is material beyond the spread of the seeds', () => {
    expect(atTenth({ loss: [0.1, 1.2, 0.7], error: [0, 0.7, 0.3] })).toEqual(['ruled out', 'ruled out'])
  })

  it('is material if seeds diverge at the given rate only, however far apart the seeds are', () => {
    const some = { loss: [0.9, null, 0.1], error: [0.4, null, 0.05] }
    const calm = { loss: [0.85, 0.8, 0.1], error: [0.39, 0.35, 0.05] }
    const [found] = both({ ...poor(some), ...climbedTo(-1, calm) })
    expect(found.state).toBe('holds')
    expect(found.statement).toBe(
      'the step is too large: at 0.01 instead of 0.03, the training error is 26.3% instead of 45.0% (1 of 3 seeds diverged and count as guessing)',
    )
    const wild = { loss: [0.85, 0.8, null], error: [0.39, 0.35, null] }
    expect(states({ ...poor(some), ...climbedTo(-1, wild) })[0]).not.toBe('holds')
  })

  it('is named if all seeds diverge at the given rate', () => {
    const [found] = both({ network: { loss: all(null) }, ...climbedTo(-2, { loss: all(0.05) }, null) })
    expect(found.state).toBe('holds')
    expect(found.statement).toContain('instead of diverging with all 3 seeds')
    expect(textOf(found)).not.toMatch(unreadable)
  })

  it('is told with the training whose gradients are clipped, if this training was made', () => {
    const clipped = { 'clipped gradients': { loss: [0.2, 0.2, null], error: [0.08, 0.08, null] } } as const
    const [found] = both({ network: { loss: all(null) }, ...climbedTo(-2, { loss: all(0.05) }, null), ...clipped })
    expect(found.statement).toContain(
      '. With gradients clipped to norm 1, the training error at the rate 0.03 is 35.3% (1 of 3 seeds diverged and count as guessing)',
    )
  })
})

describe('A network that diverges at every rate', () => {
  const none: Results = {
    network: { loss: all(null) },
    ...trialsAt('short run', all({ loss: [null] }, 9), [-8, -6, ...coarse, 6, 8]),
    'rate / 10000': { loss: [null] },
  }

  it('needs a training with clipped gradients at the given rate', () => {
    for (const found of both(none, { mendable: ['clipped gradients'] })) {
      expect(found).toMatchObject({
        state: 'open',
        needs: [{ control: 'clipped gradients', seeds: 3, isAtGivenRate: true }],
      })
      expect(found.statement).toBe('the training diverges at every rate that was tried, from 0.000003 to 300')
    }
  })

  it('keeps the step open if clipped gradients diverge as well or are not possible', () => {
    for (const made of [{ 'clipped gradients': { loss: all(null) } }, {}] as const) {
      const found = both({ ...none, ...made }, { without: 'clipped gradients' in made ? [] : ['clipped gradients'] })
      for (const judged of found) expect(judged).toMatchObject({ state: 'open', needs: [] })
    }
  })

  it('never rules the step out, whatever part of the ladder has been climbed', () => {
    const positions = Array.from({ length: 2 * highestPosition + 1 }, (_, index) => index - highestPosition)
    const some = fc.subarray(positions)
    fc.assert(
      fc.property(some, some, fc.boolean(), (short, whole, isClipped) => {
        const diverged = { loss: [null] }
        const trials: Results = {
          ...trialsAt(
            'short run',
            short.map(() => diverged),
            short,
          ),
          ...trialsAt(
            'network',
            whole.map(() => diverged),
            whole,
          ),
          ...(isClipped ? { 'clipped gradients': { loss: all(null) } } : {}),
          network: { loss: all(null) },
        }
        expect(states(trials)).toEqual(['open', 'open'])
      }),
    )
  })
})
