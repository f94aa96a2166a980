import { describe, expect, it } from 'vitest'
import { uselessDepthWords } from './useless-depth.ts'

const readable = { place: { layer: 9, of: 30 }, share: 8 / 30, accuracy: 0.97, lastAccuracy: 0.98 }
const blocks = { removable: 20, blocks: 30, share: 2 / 3, limit: 0.5, loss: 0.101, whole: 0.1, readable }
const layers = { affine: 25, tried: 28, isPartial: true, share: 25 / 28, limit: 0.5, readable: null }

describe('words for useless depth', () => {
  it('say what can be left out', () => {
    const statements = [
      uselessDepthWords({ outcome: 'learned nothing' }),
      uselessDepthWords({ outcome: 'blocks unmeasured' }),
      uselessDepthWords({ outcome: 'layers unmeasured' }),
      uselessDepthWords({ outcome: 'no removable blocks' }),
      uselessDepthWords({ ...blocks, outcome: 'useless blocks' }),
      uselessDepthWords({ ...blocks, removable: 3, outcome: 'useful blocks' }),
      uselessDepthWords({ ...blocks, removable: 0, outcome: 'useful blocks' }),
      uselessDepthWords({ ...layers, outcome: 'useless layers' }),
      uselessDepthWords({ ...layers, affine: 2, isPartial: false, outcome: 'useful layers' }),
    ].map(({ statement }) => statement)
    expect(statements).toMatchInlineSnapshot(`
      [
        "it hasn't learned anything that a layer could be needed for",
        "what its blocks are worth has not been measured",
        "what its layers are worth has not been measured",
        "none of its residual blocks can be taken out",
        "Much of its depth is useless: without its last 20 of 30 residual blocks the loss on the probe samples is 0.101 instead of 0.1",
        "without its last 3 of 30 residual blocks the loss on the probe samples is 0.101 instead of 0.1, and rises without more",
        "without its last residual block the loss rises",
        "Much of its depth is useless: 25 of 28 hidden layers that were tried are affine maps, by what they do to the probe samples, and one after the other is one",
        "2 of 28 hidden layers are affine maps, by what they do to the probe samples",
      ]
    `)
  })

  it('have the share as evidence, and from which layer on the classes can be read off', () => {
    expect(uselessDepthWords({ ...blocks, outcome: 'useless blocks' }).evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 0.5,
          "name": "share of the residual blocks that can be left out",
          "value": 0.6666666666666666,
          "words": "without its last 20 of 30 residual blocks the loss on the probe samples is 0.101 instead of 0.1",
        },
        {
          "limit": null,
          "name": "layers before the first whose linear classifier is as good as the last one’s, as a share",
          "value": 0.26666666666666666,
          "words": "a linear classifier on the outputs of layer 9 of 30 is right for 97.0% of new samples, on those of the last for 98.0%",
        },
      ]
    `)
    expect(uselessDepthWords({ ...layers, outcome: 'useless layers' }).evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 0.5,
          "name": "share of the hidden layers that are affine maps",
          "value": 0.8928571428571429,
          "words": "25 of 28 hidden layers that were tried are affine maps, by what they do to the probe samples",
        },
      ]
    `)
  })
})
