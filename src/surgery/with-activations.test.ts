import { describe, expect, it } from 'vitest'
import { createBlueprint } from '../blueprint/create.ts'
import {
  batchNorm,
  chain,
  conv,
  dense,
  dropout,
  flatten,
  globalAveragePool,
  identity,
  maxPool,
  prelu,
  relu,
  repeat,
  residual,
  scale,
  sigmoid,
  softmax,
  tanh,
} from '../network/layers.ts'
import { parseNetwork } from '../network/presets.ts'
import { withActivations } from './with-activations.ts'

describe('A network with activations', () => {
  it('has a ReLU after each layer with weights but the last', () => {
    expect(withActivations(chain(dense(8), dense(4), dense(3)))).toEqual(
      chain(dense(8), relu(), dense(4), relu(), dense(3)),
    )
    expect(withActivations(chain(conv(4), globalAveragePool(), dense(10)))).toEqual(
      chain(conv(4), relu(), globalAveragePool(), dense(10)),
    )
  })

  it('keeps layers without weights that compute an affine map', () => {
    const made = withActivations(chain(flatten(), dense(8), dropout(0.1), scale(2), identity(), dense(3), identity()))
    expect(made).toEqual(chain(flatten(), dense(8), relu(), dropout(0.1), scale(2), identity(), dense(3), identity()))
  })

  it('has a ReLU in a repeated block and in a residual branch', () => {
    expect(withActivations(chain(dense(4), repeat(5, dense(4)), dense(3)))).toEqual(
      chain(dense(4), relu(), repeat(5, chain(dense(4), relu())), dense(3)),
    )
    expect(withActivations(chain(dense(4), repeat(2, residual(chain(dense(4), dense(4)))), dense(3)))).toEqual(
      chain(dense(4), relu(), repeat(2, residual(chain(dense(4), relu(), dense(4), relu()))), dense(3)),
    )
  })

  it('finds the last layer with weights within nested chains', () => {
    expect(withActivations(chain(dense(8), chain(dense(4), chain(dense(3)), identity())))).toEqual(
      chain(dense(8), relu(), chain(dense(4), relu(), chain(dense(3)), identity())),
    )
    expect(withActivations(chain(chain(dense(8), dense(4)), dense(3)))).toEqual(
      chain(chain(dense(8), relu(), dense(4), relu()), dense(3)),
    )
  })

  it('keeps the layers before the first and after the last layer with weights, whatever these layers are', () => {
    for (const layer of [relu(), tanh(), sigmoid(), softmax()]) {
      expect(withActivations(chain(dense(8), dense(3), layer))).toEqual(chain(dense(8), relu(), dense(3), layer))
      expect(withActivations(chain(layer, dense(8), dense(3)))).toEqual(chain(layer, dense(8), relu(), dense(3)))
    }
    expect(withActivations(chain(dense(3), relu()))).toBeUndefined()
  })

  it('counts batch norm as an affine map', () => {
    expect(withActivations(chain(dense(8), batchNorm(), dense(3), softmax()))).toEqual(
      chain(dense(8), relu(), batchNorm(), dense(3), softmax()),
    )
    expect(withActivations(chain(dense(8), batchNorm(), tanh(), dense(3)))).toBeUndefined()
  })

  it('does not exist if the network has a nonlinearity between its layers', () => {
    for (const layer of [relu(), tanh(), prelu()]) {
      expect(withActivations(chain(dense(8), layer, dense(3)))).toBeUndefined()
    }
    expect(withActivations(chain(conv(4), maxPool(), flatten(), dense(3)))).toBeUndefined()
    const image = { input: [3, 8, 8], classes: 10 }
    expect(withActivations(parseNetwork('cifar-resnet-8', image))).toBeUndefined()
    expect(withActivations(parseNetwork('mlp:depth=2', image))).toBeUndefined()
  })

  it('does not exist for a single layer with weights', () => {
    expect(withActivations(dense(3))).toBeUndefined()
    expect(withActivations(chain(flatten(), dense(3)))).toBeUndefined()
  })

  it('has the outputs of the network', () => {
    const network = chain(dense(6), repeat(2, residual(dense(6))), dense(3))
    const made = withActivations(network)
    if (made === undefined) throw new Error('no activation was added')
    expect(createBlueprint(made, [5]).output).toEqual(createBlueprint(network, [5]).output)
    expect(network).toEqual(chain(dense(6), repeat(2, residual(dense(6))), dense(3)))
  })
})
