/** Tests of small edits of networks. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryNetwork } from '../../test/support/arbitrary-network.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import {
  constant,
  deltaOrthogonal,
  fanInUniform,
  gaussian,
  glorot,
  he,
  lecun,
  orthogonal,
  uniform,
  zeros,
} from '../network/initializers.ts'
import {
  batchNorm,
  chain,
  conv,
  dense,
  dropout,
  leakyRelu,
  prelu,
  relu,
  repeat,
  residual,
  selu,
  sigmoid,
  tanh,
} from '../network/layers.ts'
import type { Initializer, Network } from '../network/network.ts'
import { parseNetwork } from '../network/presets.ts'
import { withHiddenActivation } from './replaced-activations.ts'
import { scaledInitializer, withoutBiases } from './scaled-initializer.ts'
import { withDropout } from './with-dropout.ts'
import { deltaOrthogonalFor, orthogonalFor, variancePreserving, withInitializers } from './with-initializers.ts'
import { countBranches, haveZeroMean, withMultipliers } from './with-multipliers.ts'
import { withZeroBiases } from './without-biases.ts'

const preset = (text: string): Network => parseNetwork(text, { classes: 3, input: [3, 8, 8] })

/** The drawn weights and biases of a dense layer. */
function drawn(init: Initializer): number[][] {
  const weights = initialize(createBlueprint(dense(3, { init, name: 'layer' }), [4]), 2)
  return ['layer.weight', 'layer.bias'].map((name) => [...(weights.get(name) ?? [])])
}

describe('A scaled initializer', () => {
  const inits = [
    gaussian({ sw2: 2, sb2: 0.3 }),
    he(1.5),
    glorot(),
    lecun(),
    orthogonal(0.7, 0.2),
    uniform({ from: -0.1, to: 0.3 }),
    constant(0.2, 0.1),
    zeros(),
  ]

  it.each(inits)('draws the weights and biases of $kind times the factor', (init) => {
    const expected = drawn(init).map((values) => values.map((value) => expect.closeTo(3 * value, 12)))
    expect(drawn(scaledInitializer(init, 3))).toEqual(expected)
  })

  it.each([...inits, fanInUniform(0.5)])('without biases draws the weights of $kind and biases of 0', (init) => {
    const [weights] = drawn(init)
    const close = weights.map((value) => expect.closeTo(value, 12))
    expect(drawn(withoutBiases(init))).toEqual([close, [0, 0, 0].map((zero) => expect.closeTo(zero, 12))])
  })
})

describe('A network with biases of 0', () => {
  it('has other initializers only where biases are drawn', () => {
    expect(withZeroBiases(preset('mlp:sw2=2,sb2=0.1'))).toEqual(preset('mlp:sw2=2,sb2=0'))
    expect(withZeroBiases(preset('mlp:init=constant,gain=2'))).toBeUndefined()
    expect(withZeroBiases(preset('mlp'))).toBeUndefined()
    expect(withZeroBiases(chain(dense(3, { bias: false, init: fanInUniform() })))).toBeUndefined()
  })
})

describe('A network with other initial weights', () => {
  it('has weights that suit the activation after each layer, or before the read-out', () => {
    const old = { init: constant(1) }
    const network = chain(
      dense(4, old),
      relu(),
      dense(4, old),
      leakyRelu(1),
      dense(4, old),
      tanh(),
      dense(4, old),
      selu(),
      dense(3, old),
    )
    const made = withInitializers(network, ({ activation }) => variancePreserving(activation))
    expect(made).toEqual(
      chain(
        dense(4, { init: he() }),
        relu(),
        dense(4, { init: he(Math.sqrt(0.5)) }),
        leakyRelu(1),
        dense(4, { init: glorot() }),
        tanh(),
        dense(4, { init: lecun() }),
        selu(),
        dense(3, { init: lecun() }),
      ),
    )
  })

  it('keeps zeros in branches and layers that are not trained, and replaces zeros elsewhere', () => {
    const fixed = dense(4, { trained: false, init: zeros() })
    const network = chain(fixed, prelu(), residual(chain(dense(4, { init: zeros() }))), dense(3, { init: zeros() }))
    const made = withInitializers(network, ({ activation }) => variancePreserving(activation))
    const gain = Math.sqrt(1 / (1 + 0.25 ** 2))
    expect(made).toEqual(
      chain(fixed, prelu(), residual(chain(dense(4, { init: zeros() }))), dense(3, { init: he(gain) })),
    )
    expect(withInitializers(preset('mlp'), ({ activation }) => variancePreserving(activation))).toBeUndefined()
  })

  it('has orthogonal weights with the gain of the activation', () => {
    const network = chain(dense(4), relu(), dense(4), sigmoid(), dense(3))
    expect(withInitializers(network, orthogonalFor)).toEqual(
      chain(
        dense(4, { init: orthogonal(Math.SQRT2) }),
        relu(),
        dense(4, { init: orthogonal() }),
        sigmoid(),
        dense(3, { init: orthogonal() }),
      ),
    )
  })

  it('has delta-orthogonal kernels in hidden convolutions of stride 1', () => {
    const network = chain(
      conv(4),
      relu(),
      conv(4),
      relu(),
      conv(4, { stride: 2 }),
      relu(),
      conv(4, { kernel: 1 }),
      relu(),
      dense(3),
    )
    const kinds = (made: Network | undefined) =>
      made?.kind === 'chain' ? made.layers.flatMap((one) => ('init' in one ? [one.init.kind] : [])) : []
    expect(kinds(withInitializers(network, deltaOrthogonalFor))).toEqual([
      'orthogonal',
      'deltaOrthogonal',
      'orthogonal',
      'orthogonal',
      'orthogonal',
    ])
    const critical = preset('vanilla-cnn:depth=3')
    expect(withInitializers(critical, deltaOrthogonalFor)).toMatchObject({
      layers: [
        {},
        { block: { layers: [{ init: deltaOrthogonal(Math.sqrt(1.049960955585521), 2.0058681158233865e-5) }, {}] } },
        {},
        {},
      ],
    })
  })
})

describe('A network with another hidden activation', () => {
  it('keeps the activation after the read-out, and the names of activations', () => {
    const network = chain(
      dense(4),
      { ...tanh(), name: 'own' },
      repeat(2, chain(dense(4), prelu())),
      dense(3),
      sigmoid(),
    )
    expect(withHiddenActivation(network, 'relu')).toEqual(
      chain(dense(4), { ...relu(), name: 'own' }, repeat(2, chain(dense(4), relu())), dense(3), sigmoid()),
    )
    expect(withHiddenActivation(network, 'relu', ({ kind }) => kind === 'prelu')).toMatchObject({
      layers: [{}, { function: 'tanh' }, {}, {}, {}],
    })
    expect(withHiddenActivation(preset('mlp'), 'relu')).toBeUndefined()
    expect(withHiddenActivation(preset('linear'), 'relu')).toBeUndefined()
  })

  it('has the activation in the last block, if this block is repeated', () => {
    expect(withHiddenActivation(chain(dense(4), repeat(3, chain(dense(4), tanh()))), 'relu')).toEqual(
      chain(dense(4), repeat(3, chain(dense(4), relu()))),
    )
  })
})

describe('A network with dropout', () => {
  it('is the preset with dropout', () => {
    expect(withDropout(preset('mlp:depth=4'), 0.2)).toEqual(preset('mlp:depth=4,dropout=0.2'))
    expect(withDropout(preset('residual-mlp:norm=batch'), 0.2)).toEqual(preset('residual-mlp:norm=batch,dropout=0.2'))
  })

  it('does not exist if units are dropped already, or without hidden activations', () => {
    expect(withDropout(chain(dense(4), relu(), dropout(0.1), dense(3)), 0.2)).toBeUndefined()
    expect(withDropout(chain(dense(4), dense(3), relu()), 0.2)).toBeUndefined()
  })
})

describe('Multipliers of branches', () => {
  it('are those of the presets', () => {
    expect(withMultipliers(preset('residual-mlp:depth=5'), 0.5)).toEqual(preset('residual-mlp:depth=5,multiplier=0.5'))
    expect(withMultipliers(preset('residual-mlp:depth=5'), 0, true)).toEqual(
      preset('residual-mlp:depth=5,remedy=rezero'),
    )
    expect(withMultipliers(preset('cifar-resnet-14'), 0.5)).toEqual(preset('cifar-resnet-14:multiplier=0.5'))
  })

  it('do not change where they are trained, or where no branch is', () => {
    for (const text of [
      'residual-mlp:remedy=rezero',
      'cifar-resnet-14:remedy=fixup',
      'mlp',
      'residual-mlp:multiplier=0.5',
    ]) {
      expect(withMultipliers(preset(text), 0.5), text).toBeUndefined()
    }
  })

  it('are counted with the iterations of loops and with branches in branches', () => {
    expect(countBranches(preset('cifar-resnet-20'))).toBe(9)
    expect(countBranches(repeat(3, residual(chain(residual(dense(4)), dense(4)))))).toBe(6)
  })

  it('of branches that end in weights, norms or odd activations have the mean 0', () => {
    expect(haveZeroMean(preset('residual-mlp'))).toBe(false)
    for (const text of [
      'residual-mlp:block=pre',
      'residual-mlp:block=two-layer',
      'residual-mlp:activation=tanh',
      'cifar-resnet-20',
    ]) {
      expect(haveZeroMean(preset(text)), text).toBe(true)
    }
    expect(haveZeroMean(residual(chain(dense(4), batchNorm(), dropout(0.1))))).toBe(true)
    expect(haveZeroMean(residual(chain(dense(4), sigmoid())))).toBe(false)
  })
})

describe('Every edit', () => {
  it('gives a network with the same outputs, for any network', () => {
    const edits: readonly ((network: Network) => Network | undefined)[] = [
      withZeroBiases,
      (network) => withInitializers(network, orthogonalFor),
      (network) => withHiddenActivation(network, 'selu'),
      (network) => withDropout(network, 0.2),
      (network) => withMultipliers(network, 0.25),
    ]
    fc.assert(
      fc.property(arbitraryNetwork({ input: [2, 3, 3] }), fc.constantFrom(...edits), (network, edit) => {
        const made = edit(network)
        if (made) expect(createBlueprint(made, [2, 3, 3]).output).toEqual([3])
      }),
    )
  })
})
