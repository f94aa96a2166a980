import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryNetwork } from '../../test/support/arbitrary-network.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { batchNorm, chain, conv, dense, layerNorm, relu, repeat, residual, sigmoid, tanh } from '../network/layers.ts'
import type { Network } from '../network/network.ts'
import { parseNetwork } from '../network/presets.ts'
import { normalized } from './normalized.ts'

const image = { input: [3, 8, 8], classes: 10 }
const preset = (text: string): Network => parseNetwork(text, image)

describe('A network with added norms', () => {
  it.each([
    ['mlp:depth=4', 'mlp:depth=4,norm=batch'],
    ['residual-mlp', 'residual-mlp:norm=batch'],
    ['residual-mlp:block=two-layer', 'residual-mlp:block=two-layer,norm=batch'],
  ])('is the preset with norms, if it was %s', (plain, normed) => {
    expect(normalized(preset(plain), image.input, 'batch')).toEqual(preset(normed))
  })

  it('has the norms of a convolutional preset', () => {
    const made = normalized(preset('plain-20:norm=none,conv-bias=false'), image.input, 'batch')
    expect(made).toEqual(preset('plain-20'))
    expect(normalized(preset('plain-20'), image.input, 'batch')).toBeUndefined()
  })

  it('has a norm before the activation at the start of a branch, and none after the read-out', () => {
    const network = chain(dense(8), repeat(2, residual(chain(relu(), dense(8)))), relu(), dense(3), sigmoid())
    expect(normalized(network, [4], 'layer')).toEqual(
      chain(dense(8), repeat(2, residual(chain(layerNorm(), relu(), dense(8)))), relu(), dense(3), sigmoid()),
    )
  })

  it('keeps the norms that it has before or after an activation', () => {
    const network = chain(dense(4), tanh(), batchNorm(), dense(4), batchNorm(), tanh(), dense(4), tanh(), dense(3))
    expect(normalized(network, [4], 'layer')).toEqual(
      chain(dense(4), tanh(), batchNorm(), dense(4), batchNorm(), tanh(), dense(4), layerNorm(), tanh(), dense(3)),
    )
  })

  it('does not exist without hidden activations, and for layer norms of one feature', () => {
    expect(normalized(chain(dense(4), dense(3), relu()), [4], 'batch')).toBeUndefined()
    expect(normalized(chain(dense(1), relu(), dense(3)), [4], 'layer')).toBeUndefined()
    // Layer norms take features, and no images.
    expect(normalized(chain(conv(4), relu(), dense(3)), image.input, 'layer')).toBeUndefined()
  })

  it('has the outputs of the network, for any network', () => {
    fc.assert(
      fc.property(arbitraryNetwork({ input: [2, 3, 3] }), fc.constantFrom('batch', 'layer'), (network, kind) => {
        const made = normalized(network, [2, 3, 3], kind)
        if (made) expect(createBlueprint(made, [2, 3, 3]).output).toEqual([3])
      }),
    )
  })
})
