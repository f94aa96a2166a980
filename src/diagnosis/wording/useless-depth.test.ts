import { describe, expect, it } from 'vitest'
import { uselessDepthWords } from './useless-depth.ts'

const readable = { place: { layer: 9, of: 30 }, share: 8 / 30, accuracy: 0.97, lastAccuracy: 0.98 }
const blocks = { removable: 20, blocks: 30, share: 2 / 3, limit: 0.5, loss: 0.101, whole: 0.1, readable }
const layers = { affine: 25, tried: 28, isPartial: true, share: 25 / 28, limit: 0.5, readable: null }

describe('Words for the cause "useless depth"', () => {
  it('state which layers and blocks can be removed', () => {
    const statements = [
      uselessDepthWords({ outcome: 'learned nothing' }),
      uselessDepthWords({ outcome: 'blocks unmeasured' }),
      uselessDepthWords({ outcome: 'layers unmeasured' }),
      uselessDepthWords({ outcome: 'no removable blocks' }),
      uselessDepthWords({ ...blocks, outcome: 'useless blocks' }),
      uselessDepthWords({ ...blocks, removable: 3, outcome: 'useful blocks' }),
      uselessDepthWords({ ...blocks, removable: 1, outcome: 'useful blocks' }),
      uselessDepthWords({ ...blocks, removable: 0, outcome: 'useful blocks' }),
      uselessDepthWords({ ...layers, outcome: 'useless layers' }),
      uselessDepthWords({ ...layers, affine: 2, isPartial: false, outcome: 'useful layers' }),
      uselessDepthWords({ ...layers, affine: 1, tried: 1, isPartial: false, outcome: 'useful layers' }),
    ].map(({ statement }) => statement)
    expect(statements).toMatchInlineSnapshot(`
      [
        "the network has learned nothing for which a layer could be needed",
        "the use of the residual blocks has not been measured",
        "the use of the layers has not been measured",
        "no residual block can be removed",
        "much of the depth is useless: the loss on the probe samples is 0.101 instead of 0.1 without the last 20 of 30 residual blocks",
        "the loss on the probe samples is 0.101 instead of 0.1 without the last 3 of 30 residual blocks, and rises if more blocks are removed",
        "the loss on the probe samples is 0.101 instead of 0.1 without the last of 30 residual blocks, and rises if more blocks are removed",
        "the loss on the probe samples rises without the last residual block",
        "much of the depth is useless: 25 of 28 tested hidden layers are affine maps on the probe samples, and a chain of affine maps is a single affine map",
        "2 of 28 hidden layers are affine maps on the probe samples",
        "1 of 1 hidden layer is an affine map on the probe samples",
      ]
    `)
  })

  it('list the removable fraction, and the first layer from which the classes can be read, as evidence', () => {
    expect(uselessDepthWords({ ...blocks, outcome: 'useless blocks' }).evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 0.5,
          "name": "fraction of the residual blocks that can be removed",
          "value": 0.6666666666666666,
          "words": "the loss on the probe samples is 0.101 instead of 0.1 without the last 20 of 30 residual blocks",
        },
        {
          "limit": null,
          "name": "fraction of the hidden layers before the first layer whose linear classifier is about as good as that of the last hidden layer",
          "value": 0.26666666666666666,
          "words": "the accuracy of a linear classifier on new samples is 97.0% on the outputs of layer 9 of 30 and 98.0% on those of the last hidden layer",
        },
      ]
    `)
    expect(uselessDepthWords({ ...layers, outcome: 'useless layers' }).evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 0.5,
          "name": "fraction of the hidden layers that are affine maps",
          "value": 0.8928571428571429,
          "words": "25 of 28 tested hidden layers are affine maps on the probe samples",
        },
      ]
    `)
  })
})
