import { describe, expect, it } from 'vitest'
import {
  all,
  along,
  climbedTo,
  type MadeUp,
  type MadeUpTrials,
  madeUpEvidence,
  type Results,
  textOf,
  trialsAt,
  unreadable,
  type Worded,
  worded,
} from '../../../test/support/made-up-evidence.ts'
import type { ControlOf } from '../controls.ts'
import { viewOf } from '../view.ts'
import { setupCause } from './setup.ts'
import type { SetupCause } from './setup-table.ts'

const withError = (...error: readonly (number | null)[]): MadeUpTrials => ({
  loss: error.map((one) => one && 2 * one),
  error,
})
const poor = withError(0.4, 0.41, 0.4)
const good = withError(0.1, 0.1, 0.11)

/** Scores on classes of which the small one has the given recall. */
const recalls = (recall: number) => ({
  recall: [1, recall],
  balancedAccuracy: (1 + recall) / 2,
  classSamples: [90, 10],
})

/** The suspect of each cause, and the training without the suspect. */
const suspects: Readonly<
  Record<
    SetupCause,
    {
      readonly control: ControlOf<'mending'>
      readonly suspect: MadeUp
      readonly harmless: MadeUp
      readonly text: string
    }
  >
> = {
  'unscaled-data': {
    control: 'standardized data',
    suspect: { facts: ['unscaled-inputs'] },
    harmless: { facts: ['output-range', 'few-samples'] },
    text: 'the scale of the data is the cause: with standardized data, the training error is 10.3% instead of 40.3%',
  },
  'output-cannot-reach-targets': {
    control: 'free output',
    suspect: { facts: ['output-range'] },
    harmless: { facts: ['unscaled-inputs'] },
    text: 'the last layer keeps the outputs from the targets: without the last activation, the training error is 10.3% instead of 40.3%',
  },
  'no-nonlinearity': {
    control: 'with activations',
    suspect: {},
    harmless: {},
    text: 'the network has no nonlinearity between its layers: with a ReLU between the layers, the training error is 10.3% instead of 40.3%',
  },
  'over-regularized': {
    control: 'without regularization',
    suspect: { other: { regularization: { dropped: 0.5, decay: 0 } } },
    harmless: { other: { regularization: { dropped: 0.2, decay: 1e-3 } } },
    text: 'the network is regularized too much: without dropout and weight decay, the training error is 10.3% instead of 40.3%',
  },
  'unbalanced-classes': {
    control: 'balanced classes',
    suspect: {},
    harmless: {},
    text: 'the small classes count too little in the loss: with balanced class weights, the balanced training error is 10.0% instead of 45.0%',
  },
}
const causes = [
  'unscaled-data',
  'output-cannot-reach-targets',
  'no-nonlinearity',
  'over-regularized',
  'unbalanced-classes',
] as const satisfies readonly SetupCause[]

const assess = (cause: SetupCause, trials: Results, made: MadeUp = {}): Worded => {
  const { control, suspect } = suspects[cause]
  const evidence = madeUpEvidence({
    trials,
    mendable: [control],
    // Without short trainings, the given rate is the best rate.
    ...('short run' in trials ? {} : { without: ['short run'] }),
    ...suspect,
    ...made,
  })
  const found = worded(setupCause(cause, viewOf(evidence)))
  expect(textOf(found)).not.toMatch(unreadable)
  if (found.state !== 'untested') expect(found.statement).toMatch(/^[a-z0-9].*[^.]$/)
  return found
}

/** The network and its mended training, with the scores by class that unbalanced classes need. */
const network = (made: MadeUpTrials = poor): Results => ({ network: { ...made, scores: recalls(0.1) } })
const mended = (cause: SetupCause, made: MadeUpTrials = good, recall = 0.8): Results => ({
  [suspects[cause].control]: { ...made, scores: recalls(recall) },
})

describe.each(causes)('The cause "%s"', (cause) => {
  const { control, text, harmless } = suspects[cause]

  it('is ruled out if there is nothing to mend', () => {
    expect(assess(cause, network(), { mendable: [] })).toMatchObject({
      state: 'ruled out',
      by: 'the network, the data and the settings',
      needs: [],
    })
  })

  it('is ruled out if the network fits the training set', () => {
    const fitting = { network: { loss: all(0.01), error: all(0.01), scores: recalls(0.9) } }
    expect(assess(cause, fitting)).toMatchObject({ state: 'ruled out', by: 'training', needs: [] })
  })

  it('needs one seed, and then all seeds if the seed is much better', () => {
    expect(assess(cause, network())).toMatchObject({
      state: 'open',
      needs: [{ control, seeds: 1, isAtGivenRate: true }],
    })
    expect(assess(cause, { ...network(), ...mended(cause, withError(0.1)) })).toMatchObject({
      state: 'open',
      needs: [{ control, seeds: 3, isAtGivenRate: true }],
    })
  })

  it('needs other rates if the first rate does not help, and is ruled out if none helps', () => {
    const useless = mended(cause, withError(0.4), 0.1)
    const first = { ...network(), ...useless }
    expect(assess(cause, first)).toMatchObject({
      state: 'open',
      needs: [
        { control: `${control}, rate / 10`, seeds: 1, isAtGivenRate: true },
        { control: `${control}, rate x 10`, seeds: 1, isAtGivenRate: true },
      ],
    })
    const all3 = {
      ...first,
      [`${control}, rate / 10`]: { ...withError(0.5), scores: recalls(0.1) },
      [`${control}, rate x 10`]: { ...withError(null), scores: recalls(0.1) },
    }
    const found = assess(cause, all3)
    expect(found).toMatchObject({ state: 'ruled out', needs: [] })
    // The order is that of the errors.
    const names = [control, `${control}, rate / 10`, `${control}, rate x 10`]
    expect(found.by.split(/, (?!rate)/).sort()).toEqual(names.sort())
  })

  it('holds if all seeds of the mended training have less than half of the error', () => {
    const found = assess(cause, { ...network(), ...mended(cause) })
    expect(found).toMatchObject({ state: 'holds', needs: [] })
    expect(found.statement).toContain(text)
    expect(found.score).toBeGreaterThan(0.5)
    expect(found.evidence).toHaveLength(1)
    expect(found.evidence[0].limit).toBe(cause === 'unbalanced-classes' ? 1 / 3 : 0.5)
  })

  it('stays open with fewer than three seeds', () => {
    const one = { ...network(withError(0.4)), ...mended(cause, withError(0.1)) }
    const found = assess(cause, one, { seeds: [0] })
    expect(found).toMatchObject({ state: 'open', needs: [] })
    expect(found.statement).toContain('three seeds are needed to rule out chance')
  })

  it('is not suspected without a reason', () => {
    if (Object.keys(harmless).length === 0) return
    expect(assess(cause, { ...network(), ...mended(cause) }, harmless)).toMatchObject({
      state: 'ruled out',
      by: 'the network, the data and the settings',
      needs: [],
    })
  })
})

describe('A mended training', () => {
  const cause = 'no-nonlinearity'
  const others = (low: MadeUpTrials, high: MadeUpTrials): Results => ({
    'with activations, rate / 10': low,
    'with activations, rate x 10': high,
  })

  it('is tried further in the direction in which the error falls, at six rates at most', () => {
    const at = (more: Results): readonly unknown[] =>
      assess(cause, { network: poor, 'with activations': withError(0.4), ...more }).needs
    const falling = others(withError(0.42), withError(0.35))
    expect(at(falling)).toEqual([{ control: 'with activations, rate x 100', seeds: 1, isAtGivenRate: true }])
    const on = { ...falling, 'with activations, rate x 100': withError(0.34) }
    expect(at(on)).toEqual([{ control: 'with activations, rate x 1000', seeds: 1, isAtGivenRate: true }])
    const last = { ...on, 'with activations, rate x 1000': withError(0.33) }
    expect(at(last)).toEqual([{ control: 'with activations, rate x 10000', seeds: 1, isAtGivenRate: true }])
    expect(at({ ...last, 'with activations, rate x 10000': withError(0.325) })).toEqual([])
    // An error that is less than 5% lower does not count.
    expect(at(others(withError(0.39), withError(0.42)))).toEqual([])
  })

  it('is not tried at a seventh rate', () => {
    const trials: Results = { network: poor, ...climbedTo(-2, withError(0.3, 0.3, 0.31)) }
    const made = [0.42, 0.3, 0.29, 0.28, 0.27].map((error) => withError(error))
    const five = trialsAt('with activations', made, [-4, -2, 0, 2, 4])
    expect(assess(cause, { ...trials, ...five }).needs).toEqual([
      { control: 'with activations, rate x 1000', seeds: 1, isAtGivenRate: true },
    ])
    const six = { ...five, 'with activations, rate x 1000': withError(0.26) }
    expect(assess(cause, { ...trials, ...six })).toMatchObject({ state: 'ruled out', needs: [] })
  })

  it('names the rate at which the error is the lowest, if this is not the given rate', () => {
    const found = assess(cause, {
      network: poor,
      'with activations': withError(0.38),
      ...others(good, withError(0.6)),
    })
    expect(found.state).toBe('holds')
    expect(found.statement).toContain('with a ReLU between the layers at the rate 0.003, the training error is 10.3%')
  })

  it('is compared with the network at its best rate', () => {
    const best = { network: poor, ...climbedTo(-2, withError(0.15, 0.15, 0.16)) }
    expect(assess(cause, best).needs).toEqual([
      { control: 'with activations, rate / 10', seeds: 1, isAtGivenRate: true },
    ])
    const notMuch = { ...best, 'with activations, rate / 10': good }
    // The error at the given rate is more than halved, but that at the best rate is not.
    expect(assess(cause, notMuch).state).not.toBe('holds')
    const much = { ...best, 'with activations, rate / 10': withError(...all(0.05)) }
    expect(assess(cause, much).statement).toContain('the training error is 5.0% instead of 15.3%')
  })

  it('is no cause if the difference is within the spread of the seeds', () => {
    const found = assess(cause, { network: withError(0.4, 0.41, 0.4), 'with activations': withError(0.05, 0.05, 0.41) })
    expect(found).toMatchObject({ state: 'ruled out', needs: [] })
  })

  it('is a cause if it ends failures, however far apart the seeds are', () => {
    const failing = { loss: [2.3, 2.3, 0.4], error: [0.9, 0.3, 0.1] }
    const ended = { loss: [0.9, 0.8, 0.39], error: [0.3, 0.29, 0.09] }
    const useless = others(withError(0.9), withError(0.9))
    expect(assess(cause, { network: failing, 'with activations': ended, ...useless }).state).toBe('holds')
    const lasting = { ...ended, loss: [0.9, 2.3, 0.39] }
    expect(assess(cause, { network: failing, 'with activations': lasting, ...useless }).state).toBe('ruled out')
  })

  it('is a cause if it closes three quarters of the gap to the lowest loss of a training of equal cost', () => {
    const trials = (after: number): Results => ({
      network: { loss: all(1), error: all(0.4) },
      'with activations': { loss: all(after), error: [0.25, 0.26, 0.25] },
      'with activations, rate / 10': { loss: [1], error: [0.4] },
      'with activations, rate x 10': { loss: [1], error: [0.4] },
      float64: { loss: all(0.5), error: all(0.25) },
      // A longer training and a wider network have another cost, so their losses do not count.
      '3 x steps': { loss: all(0.01), error: all(0.25) },
      '4 x width': { loss: all(0.01), error: all(0.25) },
    })
    expect(assess(cause, trials(0.6)).state).toBe('holds')
    expect(assess(cause, trials(0.65)).state).toBe('ruled out')
  })

  it('is no cause if it costs test error beyond the spread of the seeds', () => {
    const trials = (testError: readonly number[]): Results => ({
      network: { ...poor, testError: all(0.42) },
      'with activations': { ...good, testError },
    })
    const found = assess(cause, trials([0.6, 0.61, 0.6]))
    expect(found).toMatchObject({ state: 'ruled out', by: 'with activations' })
    expect(found.statement).toContain('and the test error is 60.3% instead of 42.0%')
    expect(assess(cause, trials([0.2, 0.6, 0.5])).state).toBe('holds')
  })

  it('tells the test error, if there are test samples', () => {
    const untested = { testError: all(null), testLoss: all(null) }
    const trials = (more: Partial<MadeUpTrials>): Results => ({
      network: { ...poor, ...more },
      'with activations': { ...good, ...more },
    })
    expect(assess(cause, trials({})).statement).toContain('. The test error is 10.3% instead of 40.3%')
    expect(assess(cause, trials(untested)).statement).not.toContain('test error')
  })
})

describe('Too much regularization', () => {
  const cause = 'over-regularized'
  const trials = (test: number): Results => ({
    network: { ...poor, testError: all(0.4) },
    'without regularization': { ...good, testError: all(test) },
  })

  it('is a cause only if the test error falls by a fifth without it, since regularization is meant to lower the test error', () => {
    expect(assess(cause, trials(0.3)).state).toBe('holds')
    const found = assess(cause, trials(0.35))
    expect(found).toMatchObject({ state: 'ruled out', by: 'without regularization' })
    expect(found.statement).toContain('the test error is 35.0% instead of 40.0%')
  })

  it('is suspected from a drop rate of 0.3 or a weight decay of 0.002 on', () => {
    const at = (dropped: number, decay: number): string =>
      assess(cause, trials(0.3), { other: { regularization: { dropped, decay } } }).state
    expect([at(0.3, 0), at(0, 2e-3), at(0.29, 1.9e-3), at(0, 0)]).toEqual(['holds', 'holds', 'ruled out', 'ruled out'])
  })
})

describe('Unscaled data', () => {
  const cause = 'unscaled-data'

  it('are suspected by each fact about scales', () => {
    for (const fact of ['unscaled-inputs', 'unscaled-targets', 'raw-bytes', 'outlier-targets'] as const) {
      expect(assess(cause, { network: poor, 'standardized data': good }, { facts: [fact] }).state).toBe('holds')
    }
  })

  it('are compared at the given rate, since a rate that suits unscaled data is no cure', () => {
    const best = { network: poor, ...climbedTo(-4, withError(0.12, 0.12, 0.11)) }
    expect(assess(cause, best).needs).toEqual([{ control: 'standardized data', seeds: 1, isAtGivenRate: true }])
    // The network fits well at its best rate only.
    const fitting = { network: poor, ...climbedTo(-4, withError(...all(0.001))) }
    expect(assess(cause, fitting).state).toBe('open')
  })
})

describe('An output that cannot reach its targets', () => {
  const cause = 'output-cannot-reach-targets'
  const values = { chance: { loss: 1, error: 1 } }
  const value = (...error: readonly number[]): MadeUpTrials => ({ loss: error, error })

  it('is suspected by each fact about outputs, and by outputs that are off for all samples before training', () => {
    const trials = { network: poor, 'free output': good }
    for (const fact of ['output-range', 'softmax-twice', 'single-output-for-classes'] as const) {
      expect(assess(cause, trials, { facts: [fact] }).state).toBe('holds')
    }
    const off = { ...poor, start: { deadUnits: along(0, 0, 0.1) } }
    expect(assess(cause, { ...trials, network: off }, { facts: [] }).state).toBe('holds')
    const on = { ...poor, start: { deadUnits: along(0, 0, 0) } }
    expect(assess(cause, { ...trials, network: on }, { facts: [] }).state).toBe('ruled out')
  })

  it('holds if a mended training goes clearly below the lowest error that the range allows', () => {
    const trials = (error: number): Results => ({
      network: value(0.55, 0.56, 0.55),
      // The mean error is not halved, and the seeds differ by more than the change.
      'free output': value(error, 0.55, 0.54),
      'free output, rate / 10': value(0.55),
      'free output, rate x 10': value(0.55),
    })
    const found = assess(cause, trials(0.2), { ...values, other: { outputFloor: 0.5 } })
    expect(found).toMatchObject({ state: 'holds', needs: [] })
    expect(found.statement).toBe(
      'the last layer keeps the outputs from the targets: the range of the outputs allows no error below 50.0%. Without the last activation, a training reaches an error of 20.0%',
    )
    expect(assess(cause, trials(0.41), { ...values, other: { outputFloor: 0.5 } }).state).toBe('ruled out')
    expect(assess(cause, trials(0.2), { ...values, other: { outputFloor: null } }).state).toBe('ruled out')
    // A range that allows an error below 2% is no obstacle.
    expect(assess(cause, trials(0.01), { ...values, other: { outputFloor: 0.019 } }).state).toBe('ruled out')
    expect(assess(cause, trials(0.01), { ...values, other: { outputFloor: 0.021 } }).state).toBe('holds')
  })

  it('holds for classes whose outputs are off after training, with the samples of these classes', () => {
    const scores = { recall: [0.9, 0, 0.8, null], classSamples: [50, 30, 20, 0] }
    const trials = (end: number): Results => ({
      network: {
        ...withError(0.4, 0.42, 0.41),
        scores,
        start: { deadUnits: along(0, 0, 0.1) },
        end: { deadUnits: along(0, 0, end) },
      },
      'free output': { loss: [0.4, 0.8, 0.8], error: [0.2, 0.4, 0.4] },
      'free output, rate / 10': { loss: [0.8], error: [0.41] },
      'free output, rate x 10': { loss: [0.8], error: [0.41] },
    })
    const found = assess(cause, trials(0.25))
    expect(found.state).toBe('holds')
    expect(found.statement).toBe(
      'the last layer keeps the outputs from the targets: outputs are off for all samples, and the samples of their classes are 30.0% of all samples. Without the last activation, a training reaches an error of 20.0%',
    )
    expect(assess(cause, trials(0)).state).toBe('ruled out')
  })
})

describe('Unbalanced classes', () => {
  const cause = 'unbalanced-classes'

  it('are a cause only if the network misses most samples of a class', () => {
    const with3 = (recall: number): string =>
      assess(cause, { network: { ...good, scores: recalls(recall) }, ...mended(cause, good, 0.95) }).state
    expect([with3(0.49), with3(0.5)]).toEqual(['holds', 'ruled out'])
  })

  it('are judged by the balanced error, whatever the training error does', () => {
    const trials = (recall: number): Results => ({
      network: { ...withError(0.09, 0.09, 0.09), scores: recalls(0.1) },
      'balanced classes': { ...withError(0.1, 0.1, 0.1), scores: recalls(recall) },
      'balanced classes, rate / 10': { ...withError(0.05), scores: recalls(0.1) },
      'balanced classes, rate x 10': { ...withError(0.05), scores: recalls(0.1) },
    })
    expect(assess(cause, trials(0.8)).statement).toContain('the balanced training error is 10.0% instead of 45.0%')
    expect(assess(cause, trials(0.15)).state).toBe('ruled out')
  })

  it('count a training that diverged as guessing, which is right for one class', () => {
    const diverged = withError(null, null, null)
    const found = assess(cause, {
      ...network(),
      'balanced classes': diverged,
      'balanced classes, rate / 10': diverged,
      'balanced classes, rate x 10': diverged,
    })
    expect(found.state).toBe('ruled out')
    expect(found.statement).toContain('the balanced training error is 50.0% instead of 45.0%')
  })
})
