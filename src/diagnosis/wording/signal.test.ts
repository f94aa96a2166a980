import { describe, expect, it } from 'vitest'
import { chaoticSignalWords, explodingSignalWords, vanishingSignalWords } from './signal.ts'

const place = { layer: 12, of: 60 }

describe('words for a signal that grows or shrinks', () => {
  const grown = { decades: 9.2, limit: 4, first: 0.5, last: 8e8 }
  const shrunk = { decades: 9.2, limit: 4, first: 0.5, last: 3e-10 }

  it('say how large it is, and by which layer', () => {
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
        "mean square 0.5 after the first layer, 8.0e8 after the last hidden one",
        "it trains",
        "The signal explodes before any training: mean square 0.5 after the first layer, 8.0e8 after the last hidden one, 10,000 times the first's by layer 12 of 60",
        "mean square 0.5 after the first layer, 3.0e-10 after the last hidden one",
        "it trains no worse than the same network with fewer layers, beyond the spread of the seeds",
        "The signal vanishes before any training: mean square 0.5 after the first layer, 3.0e-10 after the last hidden one, a 10,000th of the first's by layer 12 of 60",
      ]
    `)
  })

  it('have the powers of ten as evidence', () => {
    const rows = [
      ...explodingSignalWords({ ...grown, outcome: 'within limits' }).evidence,
      ...vanishingSignalWords({ ...shrunk, outcome: 'within limits' }).evidence,
    ]
    expect(rows).toMatchInlineSnapshot(`
      [
        {
          "limit": 4,
          "name": "powers of ten that the signal grows by",
          "value": 9.2,
          "words": "mean square 0.5 after the first layer, 8.0e8 after the last hidden one",
        },
        {
          "limit": 4,
          "name": "powers of ten that the signal shrinks by",
          "value": 9.2,
          "words": "mean square 0.5 after the first layer, 3.0e-10 after the last hidden one",
        },
      ]
    `)
  })
})

describe('words for a chaotic signal', () => {
  const chaos = { highest: 0.95, last: 0.4, fall: 0.55, leastFall: 0.2, growth: 2.5, leastGrowth: 1 }
  const still = { ...chaos, highest: 0.95, last: 0.95, fall: 0 }

  it('say how like inputs end up, and how gradients grow', () => {
    const statements = [
      chaoticSignalWords({ ...chaos, growth: 0.5, outcome: 'within limits' }),
      chaoticSignalWords({ ...chaos, growth: Number.NaN, outcome: 'within limits' }),
      chaoticSignalWords({ ...chaos, last: 0.8, fall: 0.15, outcome: 'within limits' }),
      chaoticSignalWords({ ...still, outcome: 'within limits' }),
      chaoticSignalWords({ ...chaos, outcome: 'harmless', twin: 'given' }),
      chaoticSignalWords({ ...chaos, outcome: 'beyond limits' }),
    ].map(({ statement }) => statement)
    expect(statements).toMatchInlineSnapshot(`
      [
        "gradients are 3.16 times as large in the first layer as in the last hidden one",
        "the last hidden layer has no gradient to compare others with",
        "the cosine of the closest pairs of samples falls from 0.95 to 0.8",
        "the cosine of the closest pairs of samples ends at 0.95, its highest",
        "it trains no worse than the network that it is compared with, beyond the spread of the seeds",
        "The signal is chaotic before any training: the cosine of the closest pairs of samples falls from 0.95 to 0.4, so that like inputs end up unlike, and gradients are 316 times as large in the first layer as in the last hidden one",
      ]
    `)
  })

  it('have both as evidence', () => {
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
          "name": "powers of ten that gradients grow by toward the input",
          "value": 2.5,
          "words": "gradients are 316 times as large in the first layer as in the last hidden one",
        },
      ]
    `)
  })
})
