import { describe, expect, it } from 'vitest'
import { numericalErrorWords } from './arithmetic.ts'

const gradient = { first: 1e-6, worst: 0.003 }
const tried = { gradient, recovery: 0.98, limit: 0.75, seeds: 3, loss: { before: 2.3, after: 0.09 } }

describe('words for an error of the arithmetic', () => {
  it('say what float64 changes', () => {
    const statements = [
      numericalErrorWords({ gradient, outcome: 'harmless', twin: 'own' }),
      numericalErrorWords({ gradient, outcome: 'untried' }),
      numericalErrorWords({ gradient, outcome: 'in float64 already' }),
      numericalErrorWords({ ...tried, outcome: 'restored' }),
      numericalErrorWords({ ...tried, recovery: 0, loss: { before: 2.3, after: 2.31 }, outcome: 'not restored' }),
    ].map(({ statement }) => statement)
    expect(statements).toMatchInlineSnapshot(`
      [
        "it trains no worse than the same network with fewer layers, beyond the spread of the seeds",
        "whether float64 changes anything has not been tried",
        "it is computed in float64 already",
        "Float32 loses what the network needs: in float64 it has training loss 0.09 instead of 2.3, 98.0% of what it lacks",
        "in float64 training loss 2.31 instead of 2.3",
      ]
    `)
  })

  it('have what it gives back as evidence, and the rounding of the gradient where that is known', () => {
    expect(numericalErrorWords({ ...tried, outcome: 'restored' }).evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 0.75,
          "name": "share of what it lacks that float64 gives back",
          "value": 0.98,
          "words": "in float64 training loss 0.09 instead of 2.3, with 3 seeds",
        },
        {
          "limit": null,
          "name": "relative error of the float32 gradient before training, worst layer",
          "value": 0.003,
          "words": "the float32 gradient of the first layer is off by 1.0e-6 of its length, of the worst layer by 0.003",
        },
      ]
    `)
    expect(numericalErrorWords({ gradient: null, outcome: 'untried' }).evidence).toEqual([])
  })
})
