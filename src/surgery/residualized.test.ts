import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryNetwork } from '../../test/support/arbitrary-network.ts'
import { createBlueprint } from '../blueprint/create.ts'
import {
  batchNorm,
  chain,
  conv,
  dense,
  dropout,
  flatten,
  maxPool,
  named,
  relu,
  repeat,
  residual,
  tanh,
} from '../network/layers.ts'
import type { Network } from '../network/network.ts'
import { parseNetwork } from '../network/presets.ts'
import { residualized } from './residualized.ts'

const input = [3, 8, 8]
const inverse = { multiplier: (links: number) => 1 / links }
const preset = (text: string): Network => parseNetwork(text, { classes: 10, input })
const namesOf = (network: Network, shape: readonly number[]): string[] =>
  createBlueprint(network, shape)
    .parameters.filter(({ role }) => role === 'weight')
    .map(({ name }) => name)

describe('A network with added skip connections', () => {
  it('is the residual preset, if it was the plain preset', () => {
    const made = residualized(preset('mlp:depth=10,norm=batch'), input, inverse)
    expect(made?.network).toEqual(preset('residual-mlp:depth=10,norm=batch,multiplier=0.1111111111111111'))
    expect([made?.links, made?.areSingle]).toEqual([9, true])
    const fromZero = residualized(preset('mlp:depth=10'), input, { multiplier: () => 0, isTrained: true })
    expect(fromZero?.network).toEqual(preset('residual-mlp:depth=10,remedy=rezero'))
  })

  it('has a link around each layer of equal width that is written out, with the norm, activation and dropout', () => {
    const network = chain(dense(4), relu(), dense(4), batchNorm(), relu(), dropout(0.1), dense(6), relu(), dense(6))
    expect(residualized(network, [4], inverse)?.network).toEqual(
      chain(
        dense(4),
        relu(),
        residual(chain(dense(4, { name: '' }), batchNorm(), relu(), dropout(0.1)), { name: 'dense2', multiplier: 1 }),
        dense(6, { name: 'dense3' }),
        named('activation3', relu()),
        dense(6, { name: 'dense4' }),
      ),
    )
  })

  it('has no link around poolings and around layers that change the number of channels', () => {
    const network = chain(conv(4), relu(), conv(4), tanh(), maxPool(), conv(6), relu(), flatten(), dense(9), dense(3))
    const made = residualized(network, input, inverse)
    expect(made?.links).toBe(1)
    expect(made?.network.kind === 'chain' && made.network.layers.map(({ kind }) => kind)).toEqual([
      'conv',
      'activation',
      'residual',
      'maxPool',
      'conv',
      'activation',
      'flatten',
      'dense',
      'dense',
    ])
  })

  it('has a link around a chain that keeps the shape only as a whole', () => {
    const bottleneck = chain(dense(2), relu(), dense(6), relu())
    const made = residualized(chain(dense(6), bottleneck, bottleneck, dense(3)), [5], inverse)
    expect([made?.links, made?.areSingle]).toEqual([2, false])
    expect(made?.network).toEqual(
      chain(
        dense(6),
        residual(named('', bottleneck), { name: 'chain1', multiplier: 0.5 }),
        residual(named('', bottleneck), { name: 'chain2', multiplier: 0.5 }),
        dense(3),
      ),
    )
  })

  it('has links in loops within loops, each counted', () => {
    const network = chain(dense(5), repeat(3, chain(dense(5), relu(), repeat(2, dense(5)))), dense(3))
    const made = residualized(network, [4], inverse)
    expect(made?.links).toBe(9)
    expect(made && namesOf(made.network, [4])).toEqual(namesOf(network, [4]))
  })

  it('has a link around each block of a plain convolutional network', () => {
    const made = residualized(preset('plain-20'), input, inverse)
    expect([made?.links, made?.areSingle]).toEqual([9, false])
    expect(made && namesOf(made.network, input)).toEqual(namesOf(preset('plain-20'), input))
  })

  it('does not exist if no hidden layer keeps its shape, or if all such layers have links', () => {
    for (const text of ['mlp:depth=1', 'mlp:widths=8-6-4', 'residual-mlp', 'cifar-resnet-20']) {
      expect(residualized(preset(text), input, inverse), text).toBeUndefined()
    }
    expect(residualized(chain(dense(4), relu(), dense(4)), [4], inverse)).toBeUndefined()
  })

  it('has the paths and the outputs of the network, for any network', () => {
    fc.assert(
      fc.property(arbitraryNetwork({ input: [2, 3, 3] }), (network) => {
        const made = residualized(network, [2, 3, 3], inverse)
        if (made === undefined) return
        expect(createBlueprint(made.network, [2, 3, 3]).output).toEqual([3])
        expect(namesOf(made.network, [2, 3, 3])).toEqual(namesOf(network, [2, 3, 3]))
      }),
    )
  })
})
