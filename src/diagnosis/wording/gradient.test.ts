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

describe('Words for the causes "vanishing gradient" and "exploding gradient"', () => {
  it('state the gradient norms of the first and the last hidden layer', () => {
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
        "the gradient norm is 1.0e-8 in the first layer and 1 in the last hidden layer",
        "the gradient is 0 in all hidden layers",
        "the network trains and is not worse than the same network with fewer layers in a way that needs an explanation",
        "the gradient vanishes on the way to the input: the gradient norm is 1.0e-8 in the first layer and 1 in the last hidden layer. A step changes 87.5% of the weights of the first layer by less than half a unit in the last place",
        "the gradient norm is 1.0e-8 in the first layer and 1 in the last hidden layer",
        "the network trains",
        "the gradient explodes on the way to the input: the gradient norm is 1.0e-8 in layer 2 of 30 and 1 in layer 29 of 30, divided by the multipliers of the residual branches",
      ]
    `)
  })

  it('list lost updates and the Jacobian as evidence if they are known', () => {
    expect(vanishingGradientWords({ ...read, outcome: 'beyond limits' }).evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 3,
          "name": "powers of ten by which gradients shrink toward the input",
          "value": 8,
          "words": "the gradient norm is 1.0e-8 in the first layer and 1 in the last hidden layer",
        },
        {
          "limit": null,
          "name": "fraction of the first layer’s weights that a step does not move",
          "value": 0.875,
          "words": "a step changes 87.5% of the weights of the first layer by less than half a unit in the last place",
        },
        {
          "limit": null,
          "name": "largest singular value of the input-output Jacobian",
          "value": 0.25,
          "words": "the singular values of the input-output Jacobian range from 1.0e-9 to 0.25 (median over 8 samples)",
        },
      ]
    `)
    const unknown = { ...read, decades: Number.POSITIVE_INFINITY, lostUpdates: Number.NaN, jacobian: null }
    expect(explodingGradientWords({ ...unknown, outcome: 'beyond limits' }).evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 3,
          "name": "powers of ten by which gradients grow toward the input",
          "value": null,
          "words": "the gradient norm is 1.0e-8 in the first layer and 1 in the last hidden layer",
        },
        {
          "limit": null,
          "name": "fraction of the first layer’s weights that a step does not move",
          "value": null,
          "words": "the effect of a step on the weights of the first layer is not known",
        },
      ]
    `)
  })
})
