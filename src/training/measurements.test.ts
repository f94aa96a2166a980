import { describe, expect, it } from 'vitest'
import { refusal } from '../../test/support/refusal.ts'
import { fewPoints, type TinyOptions, tinyTask } from '../../test/support/tiny-training.ts'
import { momentum } from '../graph/optimizers/momentum.ts'
import { resolveOptions } from '../settings/options.ts'
import type { ErrorWarmup } from '../settings/schedules.ts'
import { scheduleFactor } from '../settings/schedules.ts'
import { bestOf, type Evaluation, isEvaluation, type Measurement } from './measurements.ts'
import { withoutClassCounts } from './scores.ts'
import { runTrainingSession, type Session } from './session.ts'

const network = 'mlp:depth=2,width=6'
const common = { steps: 40, batch: 16, seed: 4, optimizer: momentum({ rate: 0.1 }) }

async function measured(options: TinyOptions, change: (task: Session) => Session = (task) => task) {
  const seen: Measurement[] = []
  const task = {
    ...tinyTask(network, { ...common, ...options }),
    weights: undefined,
    onMeasured: (one: Measurement) => void seen.push(one),
  }
  return { ...(await runTrainingSession(change(task))), seen }
}

/** Changes the warm-up of a session, by default to a check of 32 samples every 5 steps. */
const warming =
  (options: Partial<ErrorWarmup>) =>
  (task: Session): Session => {
    const untilError = { factor: 0.1, error: 0.8, every: 5, samples: 32, ...options }
    return { ...task, settings: { ...task.settings, schedule: { ...task.settings.schedule, untilError } } }
  }

describe('when a training is evaluated between its steps,', () => {
  it('the result of the training is the same as without evaluations', async () => {
    const [usual, often] = [await measured({}), await measured({ evaluateEvery: 7 })]
    expect({ ...usual, ...unmeasured }).toEqual({ ...often, ...unmeasured })
    expect(usual.measuringSeconds).toBe(0)
    expect(often.measuringSeconds).toBeGreaterThan(0)
  })

  it('each evaluation equals the final scores of a shorter training with the same number of steps', async () => {
    const { evaluations = [], train, test, seen } = await measured({ evaluateEvery: 15 })
    expect(evaluations.map(({ step }) => step)).toEqual([15, 30, 40])
    expect(seen).toEqual(evaluations.slice(0, 2))
    for (const { step, ...scores } of evaluations) {
      const shorter = await measured({ steps: step })
      const [ownTrain, ownTest] = [withoutClassCounts(shorter.train), withoutClassCounts(shorter.test)]
      expect(scores).toEqual({ train: ownTrain, trainSamples: 64, test: ownTest })
    }
    expect(evaluations[2].test).toEqual(withoutClassCounts(test))
    expect(evaluations[2].test).not.toHaveProperty('confusion')
    expect([train.confusion, test.confusion]).toEqual([expect.any(Array), expect.any(Array)])
  })

  it('evaluations include the scores of the validation set, and share one score if a table has no test set', async () => {
    const { evaluations: held = [] } = await measured({
      data: { ...fewPoints, validation: fewPoints.test },
      evaluateEvery: 20,
    })
    expect(held.map(({ validation }) => validation)).toEqual(held.map(({ test }) => test))
    const { evaluations: whole = [] } = await measured({
      data: { ...fewPoints, test: fewPoints.train },
      evaluateEvery: 20,
    })
    expect(whole.map(({ train }) => train)).toEqual(whole.map(({ test }) => test))
  })

  it('the record has no evaluations if `evaluateEvery` is not given', async () => {
    const record = await measured({})
    expect(record).not.toHaveProperty('evaluations')
    expect(record).not.toHaveProperty('bestTest')
    expect(record.seen).toEqual([])
  })

  it('evaluations take place every n steps or every n epochs, as `evaluateEvery` says', () => {
    const every = (evaluateEvery: Parameters<typeof resolveOptions>[0]['evaluateEvery']) =>
      resolveOptions({ evaluateEvery, batch: 128 }, 1000).evaluateEvery
    expect([every(undefined), every('never'), every(9), every({ epochs: 1 }), every({ epochs: 0.25 })]).toEqual([
      undefined,
      undefined,
      9,
      8,
      2,
    ])
    expect([refusal(() => every(0)), refusal(() => every({ epochs: -1 }))].join('\n')).toMatchInlineSnapshot(`
      "IsobathError: evaluateEvery: expected a number of steps, such as 500, or { epochs: 1 }, or 'never', got 0.
      IsobathError: evaluateEvery: expected a number above 0 that gives a countable number of steps, got -1."
    `)
  })

  it('an `evaluateEvery` that is neither a number of steps nor a number of epochs is refused', () => {
    const every = (text: string) => () => resolveOptions({ evaluateEvery: JSON.parse(text) }, 1000)
    const given = ['"x"', 'null', '{"epoch": 1}', '{"epochs": "1"}', 'true']
    expect(given.map((text) => refusal(every(text))).join('\n')).toMatchInlineSnapshot(`
      "IsobathError: evaluateEvery: expected a number of steps, such as 500, or { epochs: 1 }, or 'never', got "x".
      IsobathError: evaluateEvery: expected a number of steps, such as 500, or { epochs: 1 }, or 'never', got null.
      IsobathError: evaluateEvery: expected a number of steps, such as 500, or { epochs: 1 }, or 'never', got an object.
      IsobathError: evaluateEvery: expected a number of steps, such as 500, or { epochs: 1 }, or 'never', got an object.
      IsobathError: evaluateEvery: expected a number of steps, such as 500, or { epochs: 1 }, or 'never', got true."
    `)
  })
})

const unmeasured = {
  seen: 0,
  evaluations: 0,
  bestTest: 0,
  seconds: 0,
  trainingSeconds: 0,
  measuringSeconds: 0,
  scoringSeconds: 0,
}

describe('bestOf', () => {
  const at = (step: number, error: number | null): Evaluation => {
    const scores = { loss: error, error }
    return { step, train: { loss: 0, error: 0 }, trainSamples: 1, test: scores }
  }

  it('returns the lowest test error, with the first of the steps that have this error', async () => {
    expect(bestOf([at(1, 0.5), at(2, 0.2), at(3, null), at(4, 0.2), at(5, 0.3)])).toEqual({ error: 0.2, step: 2 })
    expect(bestOf([at(1, null)])).toBeUndefined()
    // The learning rate of 3 is far too high, so the test error rises again after its lowest value.
    const { evaluations = [], bestTest, test } = await measured({ optimizer: momentum({ rate: 3 }), evaluateEvery: 1 })
    const errors = evaluations.map((one) => one.test.error ?? 1)
    expect(bestTest).toEqual({ error: Math.min(...errors), step: errors.indexOf(Math.min(...errors)) + 1 })
    expect(bestTest?.error).toBeLessThan(test.error ?? 0)
  })
})

describe('when a warm-up ends at an error limit,', () => {
  it('the weights are the same as after a warm-up with the same fixed number of steps', async () => {
    const until = await measured({}, warming({ error: 0.2 }))
    const [ended] = (until.warmup ?? []).filter(({ warmedUp }) => warmedUp)
    expect(until.warmup?.map(({ step }) => step)).toEqual([5, 10, 15].filter((step) => step <= ended.step))
    expect(until.warmup?.every(({ trainingError, warmedUp }) => warmedUp === (trainingError ?? 1) < 0.2)).toBe(true)
    const known = await measured({ warmup: ended.step, warmupFactor: 0.1 })
    expect(until.losses).toEqual(known.losses)
    expect(until.weightsSha256).toBe(known.weightsSha256)
    expect(until.seen).toEqual(until.warmup)
    expect(ended.step).toBeGreaterThan(5)
  })

  it('the warm-up lasts to the last step if the error never falls below the limit', async () => {
    const never = await measured({}, warming({ error: 1e-9 }))
    const low = await measured({ optimizer: momentum({ rate: 0.1 * 0.1 }) })
    expect(never.weightsSha256).toBe(low.weightsSha256)
    expect(never.warmup).toHaveLength(7)
    expect(never.warmup?.some(({ warmedUp }) => warmedUp)).toBe(false)
  })

  it('the training error is checked after the evaluation at the same step', async () => {
    const { seen, evaluations } = await measured({ evaluateEvery: 10 }, warming({ error: 1e-9, every: 20 }))
    expect(seen.map((one) => `${one.step} ${isEvaluation(one) ? 'evaluated' : 'checked'}`)).toEqual([
      '10 evaluated',
      '20 evaluated',
      '20 checked',
      '30 evaluated',
    ])
    expect(evaluations).toHaveLength(4)
  })

  it('the full learning rate begins with the step before which the warm-up ended', () => {
    const { schedule } = resolveOptions({ warmupUntilError: 0.8, steps: 1000 }, 1000)
    expect([0, 399, 400, 999].map((step) => scheduleFactor(schedule, step, 1000, 400))).toEqual([0.1, 0.1, 1, 1])
    expect([0, 999].map((step) => scheduleFactor(schedule, step, 1000))).toEqual([0.1, 0.1])
  })
})
