import { describe, expect, it } from 'vitest'
import { chaoticSignalWords, explodingSignalWords, vanishingSignalWords } from './signal.ts'

const place = { layer: 12, of: 60 }

describe('Words for the causes "exploding signal" and "vanishing signal"', () => {
  const grown = { decades: 9.2, limit: 4, first: 0.5, last: 8e8 }
  const shrunk = { decades: 9.2, limit: 4, first: 0.5, last: 3e-10 }

  it('state the mean squares, and the layer by which the signal is beyond the limit', () => {
    const statements = [
      explodingSignalWords({ ...grown, outcome: 'within limits' }),
      explodingSignalWords({ ...grown, outcome: 'harmless', twin: null }),
      explodingSignalWords({ ...grown, outcome: 'beyond limits', place }),
      vanishingSignalWords({ ...shrunk, outcome: 'within limits' }),
      vanishingSignalWords({ ...shrunk, outcome: 'harmless', twin: 'own' }),
      vanishingSignalWords({ ...shrunk, outcome: 'beyond limits', place }),
    ].map(({ statement }) => statement)
    expect(statements).toMatchInlineSnapshot(`
      [
        "the mean square of the signal is 0.5 after the first layer and 8.0e8 after the last hidden layer",
        "the network trains",
        "the signal explodes before training: the mean square grows by a factor of 10,000 or more by layer 12 of 60. The mean square of the signal is 0.5 after the first layer and 8.0e8 after the last hidden layer",
        "the mean square of the signal is 0.5 after the first layer and 3.0e-10 after the last hidden layer",
        "the network trains and is not worse than the same network with fewer layers in a way that needs an explanation",
        "the signal vanishes before training: the mean square shrinks by a factor of 10,000 or more by layer 12 of 60. The mean square of the signal is 0.5 after the first layer and 3.0e-10 after the last hidden layer",
      ]
    `)
  })

  it('list the powers of ten as evidence', () => {
    const rows = [
      ...explodingSignalWords({ ...grown, outcome: 'within limits' }).evidence,
      ...vanishingSignalWords({ ...shrunk, outcome: 'within limits' }).evidence,
    ]
    expect(rows).toMatchInlineSnapshot(`
      [
        {
          "limit": 4,
          "name": "powers of ten by which the signal grows",
          "value": 9.2,
          "words": "the mean square of the signal is 0.5 after the first layer and 8.0e8 after the last hidden layer",
        },
        {
          "limit": 4,
          "name": "powers of ten by which the signal shrinks",
          "value": 9.2,
          "words": "the mean square of the signal is 0.5 after the first layer and 3.0e-10 after the last hidden layer",
        },
      ]
    `)
  })
})

describe('Words for the cause "chaotic signal"', () => {
  const chaos = { highest: 0.95, last: 0.4, fall: 0.55, leastFall: 0.2, growth: 2.5, leastGrowth: 1 }
  const still = { ...chaos, highest: 0.95, last: 0.95, fall: 0 }

  it('state the cosine of similar inputs and the growth of gradients', () => {
    const statements = [
      chaoticSignalWords({ ...chaos, growth: 0.5, outcome: 'within limits' }),
      chaoticSignalWords({ ...chaos, growth: Number.NaN, outcome: 'within limits' }),
      chaoticSignalWords({ ...chaos, last: 0.8, fall: 0.15, outcome: 'within limits' }),
      chaoticSignalWords({ ...still, outcome: 'within limits' }),
      chaoticSignalWords({ ...still, last: Number.NaN, fall: Number.NaN, outcome: 'within limits' }),
      chaoticSignalWords({ ...chaos, growth: Number.POSITIVE_INFINITY, outcome: 'within limits' }),
      chaoticSignalWords({ ...chaos, outcome: 'harmless', twin: 'given' }),
      chaoticSignalWords({ ...chaos, outcome: 'beyond limits' }),
    ].map(({ statement }) => statement)
    expect(statements).toMatchInlineSnapshot(`
      [
        "gradients are 3.16 times as large in the first layer as in the last hidden layer",
        "the last hidden layer has no gradient to compare other layers with",
        "the cosine of the closest pairs of samples falls from 0.95 to 0.8",
        "the cosine of the closest pairs of samples ends at 0.95, its highest value",
        "the closest pairs of samples have no cosine in the hidden layers",
        "gradients are infinitely many times as large in the first layer as in the last hidden layer",
        "the network trains and is not worse than the comparison network in a way that needs an explanation",
        "the signal is chaotic before training: similar inputs become dissimilar on the way to the output. The cosine of the closest pairs of samples falls from 0.95 to 0.4, and gradients are 316 times as large in the first layer as in the last hidden layer",
      ]
    `)
  })

  it('list the fall of the cosine and the growth of gradients as evidence', () => {
    expect(chaoticSignalWords({ ...chaos, outcome: 'beyond limits' }).evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 0.2,
          "name": "fall of the cosine of the closest pairs",
          "value": 0.55,
          "words": "the cosine of the closest pairs of samples falls from 0.95 to 0.4",
        },
        {
          "limit": 1,
          "name": "powers of ten by which gradients grow toward the input",
          "value": 2.5,
          "words": "gradients are 316 times as large in the first layer as in the last hidden layer",
        },
      ]
    `)
  })
})
