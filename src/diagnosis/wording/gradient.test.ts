import { describe, expect, it } from 'vitest'
import { explodingGradientWords, vanishingGradientWords } from './gradient.ts'

const read = {
  decades: 8,
  limit: 3,
  ends: { first: { norm: 1e-8, place: null }, last: { norm: 1, place: null } },
  isOverMultipliers: false,
  lostUpdates: 0.875,
  jacobian: { largest: 0.25, smallest: 1e-9, samples: 8 },
} as const
const inner = {
  first: { norm: 1e-8, place: { layer: 2, of: 30 } },
  last: { norm: 1, place: { layer: 29, of: 30 } },
} as const

describe('words for the gradient', () => {
  it('say how large it is at both ends', () => {
    const statements = [
      vanishingGradientWords({ ...read, outcome: 'within limits' }),
      vanishingGradientWords({ ...read, ends: null, outcome: 'within limits' }),
      vanishingGradientWords({ ...read, outcome: 'harmless', twin: 'own' }),
      vanishingGradientWords({ ...read, outcome: 'beyond limits' }),
      explodingGradientWords({ ...read, outcome: 'within limits' }),
      explodingGradientWords({ ...read, outcome: 'harmless', twin: null }),
      explodingGradientWords({ ...read, ends: inner, isOverMultipliers: true, outcome: 'beyond limits' }),
    ].map(({ statement }) => statement)
    expect(statements).toMatchInlineSnapshot(`
      [
        "gradient norm 1.0e-8 in the first layer, 1 in the last hidden one",
        "the gradient is 0 in all hidden layers",
        "it trains no worse than the same network with fewer layers, beyond the spread of the seeds",
        "The gradient vanishes on its way to the input: gradient norm 1.0e-8 in the first layer, 1 in the last hidden one; 87.5% of its weights get an update under half a unit in their last place",
        "gradient norm 1.0e-8 in the first layer, 1 in the last hidden one",
        "it trains",
        "The gradient explodes on its way to the input: gradient norm 1.0e-8 in layer 2 of 30, 1 in layer 29 of 30, over their branches’ multipliers",
      ]
    `)
  })

  it('have lost updates and the Jacobian as evidence, as far as they are known', () => {
    expect(vanishingGradientWords({ ...read, outcome: 'beyond limits' }).evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 3,
          "name": "powers of ten that gradients shrink by toward the input",
          "value": 8,
          "words": "gradient norm 1.0e-8 in the first layer, 1 in the last hidden one",
        },
        {
          "limit": null,
          "name": "share of the first layer’s weights that a step does not move",
          "value": 0.875,
          "words": "87.5% of its weights get an update under half a unit in their last place",
        },
        {
          "limit": null,
          "name": "largest singular value of the input-output Jacobian",
          "value": 0.25,
          "words": "the singular values of the input-output Jacobian go from 1.0e-9 to 0.25, medians of 8 samples",
        },
      ]
    `)
    const unknown = { ...read, decades: Number.POSITIVE_INFINITY, lostUpdates: Number.NaN, jacobian: null }
    expect(explodingGradientWords({ ...unknown, outcome: 'beyond limits' }).evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 3,
          "name": "powers of ten that gradients grow by toward the input",
          "value": null,
          "words": "gradient norm 1.0e-8 in the first layer, 1 in the last hidden one",
        },
        {
          "limit": null,
          "name": "share of the first layer’s weights that a step does not move",
          "value": null,
          "words": "an unknown share of its weights get an update under half a unit in their last place",
        },
      ]
    `)
  })
})
