import { describe, expect, it } from 'vitest'
import type { RateResult, StepFacts } from '../causes/step.ts'
import { stepTooSmallWords, unstableStepWords } from './step.ts'
import { valueError } from './words.ts'

const sharpness = { eigenvalue: 412, stability: 3.3 }
const ladder = [
  { rate: 0.003, loss: 2.1 },
  { rate: 0.03, loss: 0.4 },
  { rate: 0.3, loss: null },
]
const given: RateResult = { rate: 0.3, error: 0.9, loss: 2.3, diverged: 0, seeds: 3 }
const best: RateResult = { rate: 0.03, error: 0.021, loss: 0.07, diverged: 0, seeds: 3 }
const common = { sharpness, ladder, given }
const better = { ...common, best, share: 0.95, limit: 0.75, clipped: null }
const lower: StepFacts = { ...better, outcome: 'another rate' }

describe('Words for the causes "unstable step" and "step too small"', () => {
  it('state the results at the given rate and at the best rate', () => {
    const some = { ...given, error: 0.61, diverged: 2 }
    const statements = [
      unstableStepWords({ ...common, given: { ...given, error: 0.02 }, outcome: 'fits' }),
      unstableStepWords({ ...common, outcome: 'unsettled' }),
      unstableStepWords({ ...common, outcome: 'all diverge' }),
      unstableStepWords({ ...common, outcome: 'no better rate' }),
      unstableStepWords({ ...common, ladder: [], outcome: 'no better rate' }),
      unstableStepWords(lower),
      unstableStepWords({ ...lower, given: some }),
      unstableStepWords({ ...lower, given: { ...given, diverged: 3 } }),
      unstableStepWords({ ...lower, given: { ...given, diverged: 1, seeds: 1 } }),
      unstableStepWords({ ...lower, clipped: { ...given, error: 0.3, norm: 1 } }),
      stepTooSmallWords({ ...better, given: best, best: given, outcome: 'another rate' }),
      stepTooSmallWords({ ...better, outcome: 'the other direction' }),
      unstableStepWords({ ...better, given: best, best: given, outcome: 'the other direction' }),
    ].map(({ statement }) => statement)
    expect(statements).toMatchInlineSnapshot(`
      [
        "the training error is 2.0%",
        "more trainings are needed to tell whether another rate is better",
        "the training diverges at every rate that was tried, from 0.003 to 0.3",
        "no rate from 0.003 to 0.3 trains the network clearly better than 0.3",
        "no other rate could be tried",
        "the step is too large: at 0.03 instead of 0.3, the training error is 2.1% instead of 90.0%",
        "the step is too large: at 0.03 instead of 0.3, the training error is 2.1% instead of 61.0% (2 of 3 seeds diverged and count as guessing)",
        "the step is too large: at 0.03 instead of 0.3, the training error is 2.1% instead of diverging with all 3 seeds",
        "the step is too large: at 0.03 instead of 0.3, the training error is 2.1% instead of diverging",
        "the step is too large: at 0.03 instead of 0.3, the training error is 2.1% instead of 90.0%. With gradients clipped to norm 1, the training error at the rate 0.3 is 30.0%",
        "the step is too small: at 0.3 instead of 0.03, the training error is 90.0% instead of 2.1%",
        "a lower rate is better: the training error is 2.1%",
        "a higher rate is better: the training error is 90.0%",
      ]
    `)
  })

  it('state the errors of predicted values with R2', () => {
    expect(unstableStepWords(lower, valueError).statement).toBe(
      'the step is too large: at 0.03 instead of 0.3, the training error is 2.1% (R2 0.979) instead of 90.0% (R2 0.100)',
    )
  })

  it('list the closed fraction of the loss gap, the short trainings and the curvature as evidence', () => {
    expect(unstableStepWords(lower).evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 0.75,
          "name": "fraction of the loss gap that the best rate closes",
          "value": 0.95,
          "words": "the training error is 2.1% at 0.03 and 90.0% at 0.3",
        },
        {
          "limit": null,
          "name": "rates of the ladder",
          "value": 3,
          "words": "training losses of short trainings with a decaying rate: 0.003: 2.1, 0.03: 0.4, 0.3: diverged",
        },
        {
          "limit": null,
          "name": "largest eigenvalue of the Hessian times rate over 2(1 + momentum)",
          "value": 3.3,
          "words": "the largest eigenvalue of the Hessian before training is 412, which is 3.3 times the stability limit at this rate",
        },
      ]
    `)
    const adam: StepFacts = { ...common, sharpness: { eigenvalue: 412, stability: null }, outcome: 'unsettled' }
    expect(unstableStepWords(adam).evidence.at(-1)).toMatchObject({
      value: null,
      words: 'the largest eigenvalue of the Hessian before training is 412',
    })
    expect(unstableStepWords({ ...common, sharpness: null, ladder: [], outcome: 'unsettled' }).evidence).toEqual([])
    const unknown: StepFacts = { ...better, share: Number.NaN, outcome: 'another rate' }
    expect(unstableStepWords(unknown).evidence[0].value).toBeNull()
  })
})
