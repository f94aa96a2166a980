import { describe, expect, it } from 'vitest'
import { refusal } from '../../test/support/refusal.ts'
import { fewPoints } from '../../test/support/tiny-training.ts'
import { type BestWeights, checkEarlyStopping, createBestKeeper, keepsBest } from './best-weights.ts'
import type { Evaluation } from './measurements.ts'

const scores = (loss: number | null) => ({ loss, error: loss })

function evaluation(step: number, loss: number | null): Evaluation {
  return { step, train: scores(0), trainSamples: 10, test: scores(0), validation: scores(loss) }
}

const weightsOf = (value: number) => new Map([['readout.weight', Float32Array.of(value)]])
const valueIn = (best: BestWeights | undefined): number | undefined => best?.weights.get('readout.weight')?.[0]

/** Considers evaluations with these validation losses at the steps 1, 2, 3 ..., with the step's number as weights. */
function follow(losses: readonly (number | null)[], earlyStopping?: number) {
  const stored: number[] = []
  const keeper = createBestKeeper({
    settings: { earlyStopping, evaluateEvery: 1 },
    earlier: [],
    onBest: ({ step }) => stored.push(step),
  })
  const exhausted = losses.map((loss, index) => {
    keeper.consider(evaluation(index + 1, loss), weightsOf(index + 1))
    return keeper.isExhausted()
  })
  return { stored, exhausted, best: keeper.best() }
}

describe('The keeper of the best weights', () => {
  it('copies the weights of each evaluation with a lower validation loss', () => {
    const { stored, best } = follow([3, 2, 2.5, 1, 1, 4])
    expect(stored).toEqual([1, 2, 4])
    expect(best?.step).toBe(4)
    expect(valueIn(best)).toBe(4)
  })

  it('has no best weights if no validation loss is finite', () => {
    expect(follow([null, null]).best).toBeUndefined()
  })

  it('is exhausted after as many evaluations in a row as allowed, counted from the lowest loss', () => {
    expect(follow([3, 4, 2, 3, 2, 1], 2).exhausted).toEqual([false, false, false, false, true, false])
    expect(follow([3, null, null], 2).exhausted).toEqual([false, false, true])
    expect(follow([1, 2, 3, 4]).exhausted).not.toContain(true)
  })

  it('counts the evaluations before the point from which a training resumes', () => {
    const settings = { earlyStopping: 3, evaluateEvery: 1 }
    const earlier = [evaluation(1, 2), evaluation(2, 1), evaluation(3, 5)]
    const stored = { step: 2, weights: weightsOf(2) }
    const keeper = createBestKeeper({ settings, earlier, stored })
    expect(valueIn(keeper.best())).toBe(2)
    keeper.consider(evaluation(4, 1.5), weightsOf(4))
    expect(keeper.isExhausted()).toBe(false)
    keeper.consider(evaluation(5, 1.5), weightsOf(5))
    expect(keeper.isExhausted()).toBe(true)
    expect(valueIn(keeper.best())).toBe(2)
  })

  it('ignores stored weights of a later step, which the resumed training reaches again', () => {
    const stored = { step: 9, weights: weightsOf(9) }
    const keeper = createBestKeeper({ settings: { evaluateEvery: 1 }, earlier: [evaluation(2, 1)], stored })
    expect(keeper.best()).toBeUndefined()
    keeper.consider(evaluation(9, 0.5), weightsOf(9.5))
    expect(valueIn(keeper.best())).toBe(9.5)
  })
})

describe('Early stopping', () => {
  it('keeps the best weights only with a validation set and evaluations', () => {
    const validation = fewPoints.test
    expect(keepsBest({ evaluateEvery: 5 }, { validation })).toBe(true)
    expect(keepsBest({}, { validation })).toBe(false)
    expect(keepsBest({ evaluateEvery: 5 }, {})).toBe(false)
  })

  it('needs validation samples', () => {
    expect(refusal(() => checkEarlyStopping({ earlyStopping: 3 }, fewPoints))).toMatchInlineSnapshot(
      `"IsobathError: earlyStopping: expected a data set with validation samples, got moons without any. Hold samples out with validation: 0.1."`,
    )
    expect(() => checkEarlyStopping({}, fewPoints)).not.toThrow()
  })
})
