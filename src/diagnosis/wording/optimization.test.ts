import { describe, expect, it } from 'vitest'
import { optimizationFailureWords } from './optimization.ts'

const excess = {
  twin: 'shallow twin',
  limit: 0.05,
  pairs: { network: 1.55, twin: 0.05, difference: 1.5, halfWidth: 0.12, seeds: 3, excess: 30 },
} as const
const longer = { longer: '3 x steps', longerLoss: 1.4 } as const

describe('Words for the cause "optimization failure"', () => {
  it('name the comparison network and the better weights that are known to exist', () => {
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
      optimizationFailureWords({ ...excess, ...longer, pairs: null, outcome: 'solver fails', constructive: null }),
    ].map(({ statement }) => statement)
    expect(statements).toMatchInlineSnapshot(`
      [
        "the network trains",
        "the network trains and is not worse than the same network with fewer layers in a way that needs an explanation",
        "no network with fewer layers has been trained yet",
        "no layer of the network is repeated, so no network with fewer layers exists for comparison",
        "the comparison network does not train either, so the depth is not the cause",
        "there are too few seeds, or too much spread, to tell whether the network is worse; add seeds",
        "other causes are not ruled out yet",
        "the training loss with three times the steps is 1.4, no worse than that of the shallow twin",
        "the solver does not find better weights that exist: the trained weights of the twin with added identity layers have a training loss of 0.05. No test of signal, gradients, correlation, step and arithmetic explains the training, and the training loss with three times the steps is 1.4",
        "the solver does not reach the training loss of 0.05 that a network with fewer layers reaches. No test of signal, gradients, correlation, step and arithmetic explains the training, and the training loss with three times the steps is 1.4",
        "the solver does not train the network as well as a network with fewer layers. No test of signal, gradients, correlation, step and arithmetic explains the training, and the training loss with three times the steps is 1.4",
      ]
    `)
  })

  it('list the paired difference as evidence if the networks have seeds in common', () => {
    expect(optimizationFailureWords({ ...excess, outcome: 'unsure' }).evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 0.05,
          "name": "relative excess of the training loss over that of the shallow twin",
          "value": 30,
          "words": "the training loss is 1.55, and that of the shallow twin is 0.05 (paired difference 1.5 ± 0.12 over 3 seeds)",
        },
      ]
    `)
    const none = { ...excess, pairs: null }
    expect(optimizationFailureWords({ ...none, outcome: 'unsure' }).evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 0.05,
          "name": "relative excess of the training loss over that of the shallow twin",
          "value": NaN,
          "words": "the network and the shallow twin have no trained seed in common",
        },
      ]
    `)
  })
})
