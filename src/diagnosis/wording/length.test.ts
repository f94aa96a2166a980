import { describe, expect, it } from 'vitest'
import type { TooFewStepsFacts } from '../causes/length.ts'
import { tooFewStepsWords } from './length.ts'
import { valueError } from './words.ts'

const longer = {
  control: '3 x steps',
  before: 0.31,
  after: 0.12,
  share: 0.61,
  limit: 0.2,
  isSure: true,
  seeds: 3,
} as const
const outcomes = ['fits', 'not falling', 'untried'] as const
const decided = [
  'too few seeds',
  'too short',
  'not too short',
  'within the spread',
  'memorizes',
  'length of the diagnosis',
] as const

describe('Words for the cause "too few steps"', () => {
  it('state the change of the training error by more steps', () => {
    const facts: TooFewStepsFacts[] = [
      ...outcomes.map((outcome) => ({ error: 0.31, longer: null, outcome })),
      ...decided.map((outcome) => ({ error: 0.31, longer, outcome })),
      { error: 0.31, longer: { ...longer, control: '10 x steps' }, outcome: 'too short' },
    ]
    expect(facts.map((one) => tooFewStepsWords(one).statement)).toMatchInlineSnapshot(`
      [
        "the training error is 31.0%",
        "the training loss hardly fell in the last third of the steps",
        "the network has not been trained for more steps with all seeds",
        "three times the steps change the training error from 31.0% to 12.0%, but three seeds are needed to rule out chance",
        "the training is too short: three times the steps change the training error from 31.0% to 12.0%",
        "three times the steps change the training error from 31.0% to 12.0%",
        "three times the steps change the training error from 31.0% to 12.0%, a difference within the spread of the seeds",
        "three times the steps change the training error from 31.0% to 12.0%, but do not lower the test error",
        "three times the steps change the training error from 31.0% to 12.0%, but the diagnosis chose the length of its trainings itself",
        "the training is too short: ten times the steps change the training error from 31.0% to 12.0%",
      ]
    `)
    expect(tooFewStepsWords({ error: 0.31, longer, outcome: 'too short' }, valueError).statement).toContain(
      'from 31.0% (R2 0.690) to 12.0% (R2 0.880)',
    )
  })

  it('list the removed fraction of the training error as evidence', () => {
    expect(tooFewStepsWords({ error: 0.31, longer, outcome: 'too short' }).evidence).toEqual([
      {
        name: 'fraction of the training error that is removed by 3 x steps',
        value: 0.61,
        limit: 0.2,
        words: 'the training error with three times the steps is 12.0%',
      },
    ])
    expect(tooFewStepsWords({ error: 0.31, longer: null, outcome: 'untried' }).evidence).toEqual([])
  })
})
