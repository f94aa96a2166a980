import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ActivationName, activationNames } from '../network/activations.ts'
import '../../test/support/seed.ts'
import type { Backend } from '../backends/backend.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import type { Samples } from '../data/dataset.ts'
import { createStandardizer } from '../data/standardize.ts'
import {
  activation,
  batchNorm,
  chain,
  conv,
  dense,
  dropout,
  flatten,
  globalAveragePool,
  layerNorm,
  maxPool,
  named,
  prelu,
  relu,
  repeat,
  residual,
  scalarBias,
  scale,
  sigmoid,
  softmax,
  tanh,
} from '../network/layers.ts'
import type { Layer, Network } from '../network/network.ts'
import { parseNetwork } from '../network/presets.ts'
import { createRandom } from '../support/random.ts'
import { constructiveWeights } from './constructive.ts'
import { functionGap } from './function-gap.ts'
import { shallowTwin } from './twin.ts'

const features = [4]
const image = [3, 8, 8]
const presetOf = (text: string, input: readonly number[] = features) => parseNetwork(text, { classes: 3, input })

function samplesOf(input: readonly number[], count = 8): Samples {
  const random = createRandom(3, 'samples')
  const size = input.reduce((product, extent) => product * extent, 1)
  return { count, inputs: Float64Array.from({ length: count * size }, () => random.normal()), labels: new Uint8Array() }
}

/** Random values for all parameters, so that no bias, scale or running statistic has its usual initial value. */
function anyWeights(network: Network, input: readonly number[]): Map<string, Float64Array> {
  const blueprint = createBlueprint(network, input)
  const random = createRandom(5, 'weights')
  const weights = initialize(blueprint, 1)
  for (const { name, role } of blueprint.parameters) {
    const values = weights.get(name)
    if (role === 'weight' || values === undefined) continue
    for (const [index, value] of values.entries()) values[index] = value + 0.3 * random.uniform()
  }
  return weights
}

async function solve(network: Network, input: readonly number[] = features, wanted?: number, backend?: Backend) {
  const twin = shallowTwin(network, input, wanted)
  if (twin === null) throw new Error('no twin')
  const [deep, shallow] = [createBlueprint(network, input), createBlueprint(twin.network, input)]
  const shallowWeights = anyWeights(twin.network, input)
  const solution = constructiveWeights(deep, twin, shallow, shallowWeights)
  if ('impossible' in solution) return solution
  const samples = samplesOf(input)
  const gap = await functionGap(
    { blueprint: shallow, weights: shallowWeights },
    { blueprint: deep, weights: solution.weights },
    backend ?? createReferenceBackend(),
    samples,
    createStandardizer(samples, input, 'none'),
  )
  return { ...gap, exactness: solution.exactness }
}

const below = (bound: number) => expect.toSatisfy((value: number) => value < bound)

const exact = { largest: 0, exactness: 'exact' }

describe('the constructive solution:', () => {
  it.each([
    ['mlp:depth=60,width=8', features],
    ['linear:depth=30,width=8', features],
    ['mlp:depth=60,width=8,activation=prelu', features],
    ['residual-mlp:depth=30,width=8,activation=prelu,output=sigmoid', features],
    ['residual-mlp:depth=30,width=8', features],
    ['residual-mlp:depth=12,width=8,multiplier=1/l,activation=tanh', features],
    ['residual-mlp:depth=12,width=8,remedy=rezero,activation=sigmoid', features],
    ['residual-mlp:depth=12,width=8,norm=layer', features],
    ['residual-mlp:depth=12,width=8,block=pre,activation=sigmoid', features],
    ['residual-mlp:depth=12,width=8,block=pre,norm=batch', features],
    ['residual-mlp:depth=12,width=8,block=two-layer,activation=tanh', features],
    ['residual-mlp:depth=13,width=8,block=two-layer,remedy=rezero', features],
    ['linear-residual:depth=12,width=8', features],
    ['mlp:depth=20,width=8,norm=batch,dropout=0.5', features],
    ['plain-20', image],
    ['plain-20:norm=none', image],
    ['cifar-resnet-20', image],
    ['cifar-resnet-20:shortcut=c', image],
    ['cifar-resnet-20:remedy=fixup', image],
    ['cifar-resnet-20:remedy=skipinit', image],
    ['preact-resnet-20', image],
  ])('the solution for %s equals the twin to the last bit', async (text, input) => {
    const solved = await solve(presetOf(text, input), input)
    expect(solved).toMatchObject(exact)
    expect(solved).toMatchObject({ scale: expect.toSatisfy((largest: number) => largest > 1e-3) })
  })

  it.each(activationNames.filter((name) => name !== 'identity' && name !== 'relu'))(
    'the solution with %s equals the twin within 10^-8 at 60 layers',
    async (name) => {
      const deep = presetOf(`mlp:depth=60,width=8,activation=${name}${name === 'leakyRelu' ? ',slope=0.3' : ''}`)
      const solved = await solve(deep)
      expect(solved).toMatchObject({ exactness: 'approximate', largest: below(1e-8) })
    },
  )

  it('norms, dropout, scales, pools and borders may stand before the next weights', async () => {
    const images = (padding: 'zero' | 'circular', name: ActivationName) =>
      chain(
        conv(4),
        repeat(9, chain(conv(4, { padding }), batchNorm(), scale(-0.5), activation(name), dropout(0.1))),
        scale(3),
        chain(maxPool(), flatten({ name: 'flat' })),
        dense(3),
      )
    expect(await solve(images('zero', 'tanh'), image)).toMatchObject({ largest: below(1e-8) })
    expect(await solve(images('circular', 'sigmoid'), image)).toMatchObject({ largest: below(1e-8) })
    const vanilla = presetOf('vanilla-cnn:depth=20,channels=4', image)
    expect(await solve(vanilla, image)).toMatchObject({ exactness: 'approximate', largest: below(1e-8) })
    const du = presetOf('du-fc:depth=20,width=8,activation=tanh')
    expect(await solve(du)).toMatchObject({ exactness: 'approximate', largest: below(1e-8) })
  })

  it('a PReLU becomes the identity in layers that the twin lacks, and passes on a positive factor elsewhere', async () => {
    const block = chain(dense(8), batchNorm(), prelu({ shared: true }), residual(chain(dense(8), prelu())))
    expect(await solve(chain(dense(8), repeat(20, block), prelu(), dense(3)))).toMatchObject(exact)
    const images = chain(conv(4), prelu(), repeat(9, chain(conv(4), prelu())), globalAveragePool(), prelu(), dense(3))
    expect(await solve(images, image)).toMatchObject(exact)
    const after = chain(dense(8), repeat(20, chain(dense(8), tanh())), prelu(), dense(3))
    expect(await solve(after)).toMatchObject({ exactness: 'approximate', largest: below(1e-8) })
  })

  it('rectifiers are used to the right of 0 if their input may be negative', async () => {
    const block = chain(dense(8), relu(), batchNorm())
    const solved = await solve(chain(dense(8), repeat(20, block), dense(3)))
    expect(solved).toMatchObject({ exactness: 'approximate', largest: below(1e-9) })
  })

  it('the solution for a network with several parts and layers written out equals the twin', async () => {
    const hidden = (width: number, count: number, between: () => Layer): Layer[] =>
      Array.from({ length: count }, () => [dense(width), between()]).flat()
    const deep = (between: () => Layer) =>
      chain(...hidden(8, 9, between), named('stage', chain(...hidden(6, 7, between))), dense(5), dense(3))
    expect(await solve(deep(relu))).toMatchObject(exact)
    const plainEnd = (between: () => Layer) => chain(...hidden(8, 9, between), ...hidden(6, 7, between), dense(3))
    expect(await solve(plainEnd(sigmoid))).toMatchObject({ exactness: 'approximate', largest: below(1e-8) })
  })

  it('blocks may have several layers, wider layers inside, nested loops and inner residuals', async () => {
    const wide = chain(dense(12), relu(), dense(8), relu())
    expect(await solve(chain(dense(8), relu(), repeat(5, wide), dense(3)))).toMatchObject(exact)
    const nested = chain(repeat(3, chain(dense(8), relu())), dense(8), relu())
    expect(await solve(chain(dense(8), relu(), repeat(5, nested), dense(3)))).toMatchObject(exact)
    const inner = residual(chain(dense(8), batchNorm(), residual(relu()), scalarBias(), tanh()))
    expect(await solve(chain(dense(8), repeat(5, residual(chain(dense(8), inner, scale(2)))), dense(3)))).toMatchObject(
      exact,
    )
    const shortcut = residual(chain(dense(8), layerNorm()), { shortcut: chain(dense(8), batchNorm()) })
    expect(await solve(chain(dense(8), repeat(5, chain(shortcut, relu())), dense(3)))).toMatchObject(exact)
    const alone = residual(repeat(5, residual(dense(8))))
    expect(await solve(chain(dense(8), repeat(1, alone), dense(3)))).toMatchObject(exact)
  })

  it('the solution equals the twin to the last bit on the wasm backend in float64, and up to rounding in float32', async () => {
    const wasm = async (precision: 'float32' | 'float64', text: string, input: readonly number[]) => {
      const backend = await createWasmBackend({ precision, threads: 'inline' })
      const solved = await solve(presetOf(text, input), input, undefined, backend)
      backend.dispose()
      return solved
    }
    expect(await wasm('float64', 'mlp:depth=60,width=8', features)).toMatchObject(exact)
    expect(await wasm('float32', 'mlp:depth=60,width=8', features)).toMatchObject(exact)
    expect(await wasm('float64', 'cifar-resnet-20', image)).toMatchObject(exact)
    // In float32, 1 - epsilon and epsilon need not add up to 1, and Winograd's algorithm rounds even for a kernel with
    // a single 1.
    expect(await wasm('float32', 'plain-20', image)).toMatchObject({ largest: below(1e-4), exactness: 'exact' })
    const smooth = 'mlp:depth=60,width=8,activation=tanh'
    expect(await wasm('float64', smooth, features)).toMatchObject({ largest: below(1e-8) })
    expect(await wasm('float32', smooth, features)).toMatchObject({ largest: below(1e-5) })
  })

  it('the solution is exact for any width and depth of networks of rectifiers, residuals and linear layers', async () => {
    const kinds = fc.constantFrom('mlp', 'residual-mlp', 'linear', 'linear-residual')
    const sizes = { depth: fc.integer({ min: 3, max: 30 }), width: fc.integer({ min: 1, max: 9 }) }
    await fc.assert(
      fc.asyncProperty(fc.record({ kind: kinds, wanted: fc.integer({ min: 1, max: 30 }), ...sizes }), async (drawn) => {
        const { kind, depth, width, wanted } = drawn
        fc.pre(wanted <= depth)
        expect(await solve(presetOf(`${kind}:depth=${depth},width=${width}`), features, wanted)).toMatchObject(exact)
      }),
      { numRuns: 40 },
    )
  })
})

describe('constructiveWeights:', () => {
  const reasonFor = async (block: Layer, ...after: Layer[]) => {
    const solved = await solve(chain(dense(8), relu(), repeat(5, block, { name: 'hidden' }), ...after, dense(3)))
    return 'impossible' in solved ? solved.impossible : solved
  }
  const reasonForImages = async (block: Layer, ...after: Layer[]) => {
    const solved = await solve(chain(conv(4), repeat(5, block, { name: 'hidden' }), ...after), image)
    return 'impossible' in solved ? solved.impossible : solved
  }

  it('the result names the layer that makes an identity impossible', async () => {
    expect(await reasonFor(chain(dense(8), layerNorm(), relu()))).toMatchInlineSnapshot(
      `"hidden.layerNorm1: the layer normalizes each sample, which no weights can undo"`,
    )
    expect(await reasonFor(chain(dense(8), softmax()))).toMatchInlineSnapshot(
      `"hidden.softmax1: the outputs of the layer add up to 1, which no weights can undo"`,
    )
    expect(await reasonFor(chain(dense(8), scale(0), relu()))).toMatchInlineSnapshot(
      `"hidden.scale1: the layer multiplies by 0, which no weights can undo"`,
    )
    expect(await reasonFor(chain(relu(), dense(8)))).toMatchInlineSnapshot(
      `"hidden.activation1: the activation is nonlinear for negative inputs, and no layer of weights precedes it in its block"`,
    )
    expect(await reasonFor(chain(dense(8), tanh(), tanh()))).toMatchInlineSnapshot(
      `"hidden.activation2: the activation is nonlinear, and no layer of weights precedes it in its block"`,
    )
    expect(await reasonFor(chain(dense(6), relu(), dense(8)))).toMatchInlineSnapshot(
      `"hidden.dense1: the layer has 6 outputs, but must pass on 8 values"`,
    )
    expect(
      await reasonForImages(chain(conv(4), maxPool({ kernel: 3, stride: 1, padding: 'same' }))),
    ).toMatchInlineSnapshot(
      `"hidden.maxPool1: the layer takes the largest of several positions, which no weights can undo"`,
    )
  })

  it('the result names the branch that cannot become a zero branch', async () => {
    expect(await reasonFor(residual(chain(dense(8), sigmoid())))).toMatchInlineSnapshot(
      `"hidden.activation1: sigmoid gives 1/2 for 0, so no weights make the output of the branch zero"`,
    )
    expect(await reasonFor(residual(chain(dense(8), softmax())))).toMatchInlineSnapshot(
      `"hidden.softmax1: the outputs of a softmax add up to 1, so no weights make the output of the branch zero"`,
    )
    expect(await reasonFor(chain(residual(relu()), dense(8), relu()))).toMatchInlineSnapshot(
      `"hidden.residual1.branch: the branch has no weights that could make its output zero"`,
    )
    const shortcut = chain(dense(8), tanh())
    expect(await reasonFor(residual(dense(8), { shortcut }))).toMatchInlineSnapshot(
      `"hidden.shortcut: the shortcut can't pass on its input without scaling it"`,
    )
    expect(await reasonFor(residual(dense(8), { shortcut: chain(dense(8), layerNorm()) }))).toMatchInlineSnapshot(
      `"hidden.shortcut.layerNorm1: the layer normalizes each sample, which no weights can undo"`,
    )
  })

  it('the result names the layer that makes it impossible to undo a scale', async () => {
    const block = chain(dense(8), sigmoid())
    expect(await reasonFor(block, layerNorm())).toMatchInlineSnapshot(
      `"layerNorm1: the layer can't undo the scale that the identity layers (hidden) give to the signal"`,
    )
    expect(await reasonFor(block, prelu(), dense(8))).toMatchInlineSnapshot(
      `"prelu1: the layer can't undo the scale that the identity layers (hidden) give to the signal"`,
    )
    expect(await reasonFor(chain(dense(8), tanh()), softmax(), dense(8))).toMatchInlineSnapshot(
      `"softmax1: the layer can't undo the scale that the identity layers (hidden) give to the signal"`,
    )
    expect(await reasonFor(block, residual(dense(8)))).toMatchInlineSnapshot(
      `"residual1: the layer can't undo the scale that the identity layers (hidden) give to the signal"`,
    )
    expect(await reasonFor(chain(dense(8, { bias: false }), sigmoid()))).toMatchInlineSnapshot(
      `"hidden.dense1: the layer has no bias, which the next activation needs"`,
    )
    expect(await reasonFor(block, dense(8, { bias: false }))).toMatchInlineSnapshot(
      `"dense2: the layer has no bias that could undo the shift of its input"`,
    )
    expect(await reasonForImages(chain(conv(4), sigmoid()), conv(4))).toMatchInlineSnapshot(
      `"conv2: the layer reads zeros beyond the border, which are not shifted like the signal"`,
    )
    expect(await reasonForImages(chain(conv(4), tanh()), globalAveragePool())).toMatchInlineSnapshot(
      `"hidden: the output is scaled, and no later layer of weights can undo the scale"`,
    )
  })

  it('the result names the untrained layer whose weights the solution would change', async () => {
    expect(await reasonFor(chain(dense(8, { trained: false }), relu()))).toMatchInlineSnapshot(
      `"hidden.dense1: the layer isn't trained, so its weights stay at their initial values"`,
    )
  })

  it('a twin of another network is refused, and so are weights of another network', async () => {
    const [one, other] = ['mlp:depth=9,width=8', 'residual-mlp:depth=20,width=8'].map((text) => presetOf(text))
    const twin = shallowTwin(one, features)
    if (twin === null) throw new Error('no twin')
    const [deep, shallow] = [createBlueprint(other, features), createBlueprint(twin.network, features)]
    const weights = initialize(shallow, 1)
    expect(() => constructiveWeights(deep, twin, shallow, weights)).toThrowErrorMatchingInlineSnapshot(
      `[IsobathError: twin: expected the twin of a network with 19 x hidden, got 8 x hidden. Make the twin from this network.]`,
    )
    expect(() =>
      constructiveWeights(createBlueprint(one, features), twin, shallow, new Map()),
    ).toThrowErrorMatchingInlineSnapshot(
      `[IsobathError: weights: expected values of first.weight, got none. Give the weights of this network.]`,
    )
  })
})
