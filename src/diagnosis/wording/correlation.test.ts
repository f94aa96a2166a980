import { describe, expect, it } from 'vitest'
import { correlationCollapseWords } from './correlation.ts'

const read = { first: 0.49, last: 0.0021, leastDifference: 0.02, share: 0.0043, leastShare: 0.1, rank: 1.4 }

describe('words for a collapse of correlation', () => {
  it('say how alike inputs look, with as many digits as it takes, and by which layer', () => {
    const statements = [
      correlationCollapseWords({ outcome: 'no direction' }),
      correlationCollapseWords({ ...read, outcome: 'within limits' }),
      correlationCollapseWords({ ...read, outcome: 'harmless', twin: 'own' }),
      correlationCollapseWords({ ...read, outcome: 'beyond limits', place: { layer: 22, of: 60 } }),
      correlationCollapseWords({ ...read, last: 0, share: 0, outcome: 'beyond limits', place: null }),
    ].map(({ statement }) => statement)
    expect(statements).toMatchInlineSnapshot(`
      [
        "what its last hidden layer gives is 0 for all samples, which has no direction",
        "the cosine between different samples is 0.51 after the first layer and 0.9979 after the last hidden one",
        "it trains no worse than the same network with fewer layers, beyond the spread of the seeds",
        "All inputs look alike to the network before any training: the cosine between different samples is 0.51 after the first layer and 0.9979 after the last hidden one, most of it by layer 22 of 60, so its gradients carry hardly any difference between them",
        "All inputs look alike to the network before any training: the cosine between different samples is 0.51 after the first layer and 1 to within rounding after the last hidden one, so its gradients carry hardly any difference between them",
      ]
    `)
  })

  it('have the share that is left and the rank as evidence', () => {
    const { evidence } = correlationCollapseWords({ ...read, outcome: 'beyond limits', place: null })
    expect(evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 0.02,
          "name": "1 - cosine between samples, last hidden layer",
          "value": 0.0021,
          "words": "the cosine between different samples is 0.51 after the first layer and 0.9979 after the last hidden one",
        },
        {
          "limit": 0.1,
          "name": "share of the first layer’s 1 - cosine that is left",
          "value": 0.0043,
          "words": "0.0043 of the difference after the first layer",
        },
        {
          "limit": null,
          "name": "effective rank of the last hidden layer",
          "value": 1.4,
          "words": "1.4 dimensions hold what the last hidden layer says of the probe samples",
        },
      ]
    `)
    const ranks = [1, Number.NaN].map((rank) => correlationCollapseWords({ ...read, rank, outcome: 'within limits' }))
    expect(ranks.map((words) => words.evidence[2])).toMatchInlineSnapshot(`
      [
        {
          "limit": null,
          "name": "effective rank of the last hidden layer",
          "value": 1,
          "words": "1 dimension holds what the last hidden layer says of the probe samples",
        },
        {
          "limit": null,
          "name": "effective rank of the last hidden layer",
          "value": null,
          "words": "no number dimensions hold what the last hidden layer says of the probe samples",
        },
      ]
    `)
  })
})
