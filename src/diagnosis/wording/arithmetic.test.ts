import { describe, expect, it } from 'vitest'
import { numericalErrorWords } from './arithmetic.ts'

const gradient = { first: 1e-6, worst: 0.003 }
const tried = { gradient, recovery: 0.98, limit: 0.75, seeds: 3, loss: { before: 2.3, after: 0.09 } }

describe('Words for the cause "numerical error"', () => {
  it('state the change that float64 makes', () => {
    const statements = [
      numericalErrorWords({ gradient, outcome: 'harmless', twin: 'own' }),
      numericalErrorWords({ gradient, outcome: 'untried' }),
      numericalErrorWords({ gradient, outcome: 'in float64 already' }),
      numericalErrorWords({ ...tried, outcome: 'restored' }),
      numericalErrorWords({ ...tried, recovery: 0, loss: { before: 2.3, after: 2.31 }, outcome: 'not restored' }),
    ].map(({ statement }) => statement)
    expect(statements).toMatchInlineSnapshot(`
      [
        "the network trains and is not worse than the same network with fewer layers in a way that needs an explanation",
        "the training has not been repeated in float64",
        "the network is already trained in float64",
        "float32 is too imprecise for the network: float64 recovers 98.0% of the loss gap. The training loss in float64 is 0.09 instead of 2.3",
        "the training loss in float64 is 2.31 instead of 2.3",
      ]
    `)
  })

  it('list the recovery by float64, and the rounding error of the gradient if it is known, as evidence', () => {
    expect(numericalErrorWords({ ...tried, outcome: 'restored' }).evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 0.75,
          "name": "fraction of the loss gap that float64 recovers",
          "value": 0.98,
          "words": "the training loss in float64 is 0.09 instead of 2.3 (3 seeds)",
        },
        {
          "limit": null,
          "name": "relative error of the float32 gradient before training, worst layer",
          "value": 0.003,
          "words": "the relative error of the float32 gradient is 1.0e-6 in the first layer and 0.003 in the worst layer",
        },
      ]
    `)
    expect(numericalErrorWords({ gradient: null, outcome: 'untried' }).evidence).toEqual([])
  })
})
