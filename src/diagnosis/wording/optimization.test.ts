import { describe, expect, it } from 'vitest'
import { optimizationFailureWords } from './optimization.ts'

const excess = {
  twin: 'shallow twin',
  limit: 0.05,
  pairs: { network: 1.55, twin: 0.05, difference: 1.5, halfWidth: 0.12, seeds: 3, excess: 30 },
} as const
const longer = { longer: '3 x steps', longerLoss: 1.4 } as const

describe('words for a failure of the solver', () => {
  it('say what it is compared with, and what is known to be there', () => {
    const statements = [
      optimizationFailureWords({ outcome: 'no worse', twin: null }),
      optimizationFailureWords({ outcome: 'no worse', twin: 'own' }),
      optimizationFailureWords({ outcome: 'twin awaited' }),
      optimizationFailureWords({ outcome: 'no twin' }),
      optimizationFailureWords({ outcome: 'twins fail', twin: 'given' }),
      optimizationFailureWords({ ...excess, outcome: 'unsure' }),
      optimizationFailureWords({ ...excess, outcome: 'others open' }),
      optimizationFailureWords({ ...excess, ...longer, outcome: 'merely slow' }),
      optimizationFailureWords({ ...excess, ...longer, outcome: 'solver fails', constructive: 0.05 }),
      optimizationFailureWords({ ...excess, ...longer, outcome: 'solver fails', constructive: null }),
    ].map(({ statement }) => statement)
    expect(statements).toMatchInlineSnapshot(`
      [
        "it trains",
        "it trains no worse than the same network with fewer layers",
        "a network with fewer layers was not trained yet",
        "no layer of it is repeated, so there is no network with fewer to compare it with",
        "the network that it is compared with doesn't train either, so depth is not what makes it fail",
        "the seeds are too few, or differ too much, to say that it is worse; more seeds would tell",
        "what else it could be is not ruled out yet",
        "with three times the steps its training loss is 1.4, no worse than the shallow twin's: it is slower, and no more than that",
        "The same network with the twin's trained weights and identity layers has a training loss of 0.05, so there are better weights than it finds; signal, gradients, correlation, step and arithmetic are within limits, and three times the steps leave it at 1.4: the solver fails",
        "A network with fewer layers reaches 0.05; signal, gradients, correlation, step and arithmetic are within limits, and three times the steps leave it at 1.4: the solver fails",
      ]
    `)
  })

  it('have the paired difference as evidence, where there are pairs', () => {
    expect(optimizationFailureWords({ ...excess, outcome: 'unsure' }).evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 0.05,
          "name": "training loss above the shallow twin’s, relative",
          "value": 30,
          "words": "training loss 1.55 against 0.05 of the shallow twin: 1.5 ± 0.12 more, paired over 3 seeds",
        },
      ]
    `)
    const none = { ...excess, pairs: null }
    expect(optimizationFailureWords({ ...none, outcome: 'unsure' }).evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 0.05,
          "name": "training loss above the shallow twin’s, relative",
          "value": NaN,
          "words": "",
        },
      ]
    `)
  })
})
