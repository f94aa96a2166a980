import { describe, expect, it } from 'vitest'
import type { SetupFacts } from '../causes/setup.ts'
import type { SetupCause } from '../causes/setup-table.ts'
import { setupWords } from './setup.ts'

const causes: readonly SetupCause[] = [
  'unscaled-data',
  'output-cannot-reach-targets',
  'no-nonlinearity',
  'over-regularized',
  'unbalanced-classes',
]
const change = {
  control: 'free output',
  rate: 0.03,
  before: 0.4,
  after: 0.1,
  share: 0.75,
  limit: 0.5,
  isSure: true,
  seeds: 3,
  floor: null,
  test: null,
} as const
const statements = (facts: SetupFacts): string[] => causes.map((cause) => setupWords(cause)(facts).statement)

describe('Words for the causes in the setup', () => {
  it('say why nothing was mended', () => {
    expect(
      (['nothing to mend', 'within limits', 'fits', 'untried'] as const).map((outcome) => statements({ outcome })),
    ).toMatchInlineSnapshot(`
      [
        [
          "the data are standardized",
          "no last layer limits the outputs",
          "the network has a nonlinearity",
          "the training has neither dropout nor weight decay",
          "no class is three times as large as another",
        ],
        [
          "inputs and targets have usual scales",
          "the outputs can reach the targets",
          "the network has a nonlinearity",
          "dropout and weight decay are small",
          "no class is three times as large as another",
        ],
        [
          "the network fits the training set",
          "the network fits the training set",
          "the network fits the training set",
          "the network fits the training set",
          "the network fits the training set",
        ],
        [
          "the network has not been trained with standardized data with all seeds",
          "the network has not been trained without the last activation with all seeds",
          "the network has not been trained with a ReLU between the layers with all seeds",
          "the network has not been trained without dropout and weight decay with all seeds",
          "the network has not been trained with balanced class weights with all seeds",
        ],
      ]
    `)
  })

  it('state the change by the mended training', () => {
    expect(statements({ ...change, outcome: 'mended' })).toMatchInlineSnapshot(`
      [
        "the scale of the data is the cause: with standardized data, the training error is 10.0% instead of 40.0%",
        "the last layer keeps the outputs from the targets: without the last activation, the training error is 10.0% instead of 40.0%",
        "the network has no nonlinearity between its layers: with a ReLU between the layers, the training error is 10.0% instead of 40.0%",
        "the network is regularized too much: without dropout and weight decay, the training error is 10.0% instead of 40.0%",
        "the small classes count too little in the loss: with balanced class weights, the balanced training error is 10.0% instead of 40.0%",
      ]
    `)
  })

  it('state the test errors, the rate and the limits if these are known', () => {
    const test = { before: 0.45, after: 0.2 }
    const words = setupWords('output-cannot-reach-targets')
    const lost = { error: 0.3, lowest: 0.12, isLost: true }
    const all: SetupFacts[] = [
      { ...change, test, outcome: 'mended' },
      { ...change, control: 'free output, rate / 10', rate: 0.003, outcome: 'not mended' },
      { ...change, outcome: 'too few seeds' },
      { ...change, outcome: 'costs test error' },
      { ...change, test: { before: 0.2, after: 0.45 }, outcome: 'costs test error' },
      { ...change, floor: { ...lost, isLost: false }, outcome: 'mended' },
      { ...change, floor: lost, outcome: 'mended' },
    ]
    expect(all.map((facts) => words(facts).statement)).toMatchInlineSnapshot(`
      [
        "the last layer keeps the outputs from the targets: without the last activation, the training error is 10.0% instead of 40.0%. The test error is 20.0% instead of 45.0%",
        "without the last activation at the rate 0.003, the training error is 10.0% instead of 40.0%",
        "without the last activation, the training error is 10.0% instead of 40.0%, but three seeds are needed to rule out chance",
        "without the last activation, the training error is 10.0% instead of 40.0%",
        "without the last activation, the training error is 10.0% instead of 40.0%, and the test error is 45.0% instead of 20.0%",
        "the last layer keeps the outputs from the targets: the range of the outputs allows no error below 30.0%. Without the last activation, a training reaches an error of 12.0%",
        "the last layer keeps the outputs from the targets: outputs are off for all samples, and the samples of their classes are 30.0% of all samples. Without the last activation, a training reaches an error of 12.0%",
      ]
    `)
  })

  it('list the removed fraction of the error as evidence, if a mended training was made', () => {
    expect(
      setupWords('unbalanced-classes')({ ...change, control: 'balanced classes', outcome: 'mended' }).evidence,
    ).toEqual([
      {
        name: 'fraction of the balanced training error that is removed with balanced class weights',
        value: 0.75,
        limit: 0.5,
        words: 'with balanced class weights, the balanced training error is 10.0% instead of 40.0% (3 seeds)',
      },
    ])
    expect(setupWords('unbalanced-classes')({ outcome: 'untried' }).evidence).toEqual([])
  })
})
