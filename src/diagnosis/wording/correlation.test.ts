import { describe, expect, it } from 'vitest'
import { correlationCollapseWords } from './correlation.ts'

const read = { first: 0.49, last: 0.0021, leastDifference: 0.02, share: 0.0043, leastShare: 0.1, rank: 1.4 }

describe('Words for the cause "correlation collapse"', () => {
  it('state how alike inputs look, with enough digits, and the layer by which they look alike', () => {
    const statements = [
      correlationCollapseWords({ outcome: 'no direction' }),
      correlationCollapseWords({ ...read, outcome: 'within limits' }),
      correlationCollapseWords({ ...read, outcome: 'harmless', twin: 'own' }),
      correlationCollapseWords({ ...read, outcome: 'beyond limits', place: { layer: 22, of: 60 } }),
      correlationCollapseWords({ ...read, last: 0, share: 0, outcome: 'beyond limits', place: null }),
    ].map(({ statement }) => statement)
    expect(statements).toMatchInlineSnapshot(`
      [
        "the outputs of the last hidden layer are 0 for all samples and have no direction",
        "the cosine between different samples is 0.51 after the first layer and 0.9979 after the last hidden layer",
        "the network trains and is not worse than the same network with fewer layers in a way that needs an explanation",
        "all inputs look alike to the network before training, so the gradients hardly depend on the input. The cosine between different samples is 0.51 after the first layer and 0.9979 after the last hidden layer, and most of the difference is lost by layer 22 of 60",
        "all inputs look alike to the network before training, so the gradients hardly depend on the input. The cosine between different samples is 0.51 after the first layer and 1 up to rounding after the last hidden layer",
      ]
    `)
  })

  it('list the remaining difference and the effective rank as evidence', () => {
    const { evidence } = correlationCollapseWords({ ...read, outcome: 'beyond limits', place: null })
    expect(evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 0.02,
          "name": "1 - cosine between samples, last hidden layer",
          "value": 0.0021,
          "words": "the cosine between different samples is 0.51 after the first layer and 0.9979 after the last hidden layer",
        },
        {
          "limit": 0.1,
          "name": "fraction of the first layer’s 1 - cosine that remains after the last hidden layer",
          "value": 0.0043,
          "words": "0.0043 of the difference after the first layer remains after the last hidden layer",
        },
        {
          "limit": null,
          "name": "effective rank of the last hidden layer",
          "value": 1.4,
          "words": "the outputs of the last hidden layer for the probe samples fill 1.4 dimensions",
        },
      ]
    `)
    const alike = correlationCollapseWords({ ...read, first: 0, last: 0, share: Number.NaN, outcome: 'within limits' })
    expect(alike.evidence[1].words).toBe('the samples are already alike after the first layer')
    const ranks = [1, Number.NaN].map((rank) => correlationCollapseWords({ ...read, rank, outcome: 'within limits' }))
    expect(ranks.map((words) => words.evidence[2])).toMatchInlineSnapshot(`
      [
        {
          "limit": null,
          "name": "effective rank of the last hidden layer",
          "value": 1,
          "words": "the outputs of the last hidden layer for the probe samples fill 1 dimension",
        },
        {
          "limit": null,
          "name": "effective rank of the last hidden layer",
          "value": null,
          "words": "the effective rank is not known",
        },
      ]
    `)
  })
})
