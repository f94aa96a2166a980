import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ActivationName } from '../network/activations.ts'
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
  relu,
  repeat,
  residual,
  scalarBias,
  scale,
  sigmoid,
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

/** Values that no parameter has by its role: running statistics and biases too. */
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

describe('the constructive solution', () => {
  it.each([
    ['mlp:depth=60,width=8', features],
    ['linear:depth=30,width=8', features],
    ['residual-mlp:depth=30,width=8', features],
    ['residual-mlp:depth=12,width=8,multiplier=1/l,activation=tanh', features],
    ['residual-mlp:depth=12,width=8,remedy=rezero,activation=sigmoid', features],
    ['residual-mlp:depth=12,width=8,norm=layer', features],
    ['linear-residual:depth=12,width=8', features],
    ['mlp:depth=20,width=8,norm=batch,dropout=0.5', features],
    ['plain-20', image],
    ['plain-20:norm=none', image],
    ['cifar-resnet-20', image],
    ['cifar-resnet-20:shortcut=c', image],
    ['cifar-resnet-20:remedy=fixup', image],
    ['cifar-resnet-20:remedy=skipinit', image],
    ['preact-resnet-20', image],
  ])('of %s is the twin to the last bit', async (text, input) => {
    const solved = await solve(presetOf(text, input), input)
    expect(solved).toMatchObject(exact)
    expect(solved).toMatchObject({ scale: expect.toSatisfy((largest: number) => largest > 1e-3) })
  })

  it.each<ActivationName>(['tanh', 'sigmoid', 'erf', 'gelu', 'silu', 'softplus', 'selu', 'leakyRelu'])(
    'with %s is the twin but for 10^-8 at 60 layers',
    async (name) => {
      const deep = presetOf(`mlp:depth=60,width=8,activation=${name}${name === 'leakyRelu' ? ',slope=0.3' : ''}`)
      const solved = await solve(deep)
      expect(solved).toMatchObject({ exactness: 'approximate', largest: below(1e-8) })
    },
  )

  it('passes norms, dropout, scales, pools and borders on its way to the next weights', async () => {
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

  it('uses rectifiers to the right of 0 where they may get something negative', async () => {
    const block = chain(dense(8), relu(), batchNorm())
    const solved = await solve(chain(dense(8), repeat(20, block), dense(3)))
    expect(solved).toMatchObject({ exactness: 'approximate', largest: below(1e-9) })
  })

  it('of layers written out, and of several parts, is the twin too', async () => {
    const hidden = (width: number, count: number, between: () => Layer): Layer[] =>
      Array.from({ length: count }, () => [dense(width), between()]).flat()
    const deep = (between: () => Layer) =>
      chain(...hidden(8, 9, between), named('stage', chain(...hidden(6, 7, between))), dense(5), dense(3))
    expect(await solve(deep(relu))).toMatchObject(exact)
    const plainEnd = (between: () => Layer) => chain(...hidden(8, 9, between), ...hidden(6, 7, between), dense(3))
    expect(await solve(plainEnd(sigmoid))).toMatchObject({ exactness: 'approximate', largest: below(1e-8) })
  })

  it('takes apart blocks of several layers, wider ones within them, nested loops and inner residuals', async () => {
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

  it('is the same to the last bit as compiled code computes it in float64, and in float32 but for rounding', async () => {
    const wasm = async (precision: 'float32' | 'float64', text: string, input: readonly number[]) => {
      const backend = await createWasmBackend({ precision, threads: 'inline' })
      const solved = await solve(presetOf(text, input), input, undefined, backend)
      backend.dispose()
      return solved
    }
    expect(await wasm('float64', 'mlp:depth=60,width=8', features)).toMatchObject(exact)
    expect(await wasm('float32', 'mlp:depth=60,width=8', features)).toMatchObject(exact)
    expect(await wasm('float64', 'cifar-resnet-20', image)).toMatchObject(exact)
    // 1 - epsilon and epsilon needn't be 1 in float32, and Winograd's algorithm rounds where a kernel has a single one.
    expect(await wasm('float32', 'plain-20', image)).toMatchObject({ largest: below(1e-4), exactness: 'exact' })
    const smooth = 'mlp:depth=60,width=8,activation=tanh'
    expect(await wasm('float64', smooth, features)).toMatchObject({ largest: below(1e-8) })
    expect(await wasm('float32', smooth, features)).toMatchObject({ largest: below(1e-5) })
  })

  it('is exact for any widths and depths of networks of rectifiers, residuals and linear layers', async () => {
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

describe('where there is no constructive solution', () => {
  const reasonFor = async (block: Layer, ...after: Layer[]) => {
    const solved = await solve(chain(dense(8), relu(), repeat(5, block, { name: 'hidden' }), ...after, dense(3)))
    return 'impossible' in solved ? solved.impossible : solved
  }
  const reasonForImages = async (block: Layer, ...after: Layer[]) => {
    const solved = await solve(chain(conv(4), repeat(5, block, { name: 'hidden' }), ...after), image)
    return 'impossible' in solved ? solved.impossible : solved
  }

  it('says which layer undoes what', async () => {
    expect(await reasonFor(chain(dense(8), layerNorm(), relu()))).toMatchInlineSnapshot(
      `"hidden.layerNorm1: normalizes each sample, which no weights undo"`,
    )
    expect(await reasonFor(chain(dense(8), scale(0), relu()))).toMatchInlineSnapshot(
      `"hidden.scale1: multiplies by 0, which no weights undo"`,
    )
    expect(await reasonFor(chain(relu(), dense(8)))).toMatchInlineSnapshot(
      `"hidden.activation1: bends what may be negative, and no layer of weights of its block stands before it"`,
    )
    expect(await reasonFor(chain(dense(8), tanh(), tanh()))).toMatchInlineSnapshot(
      `"hidden.activation2: bends what it gets, and no layer of weights of its block stands before it"`,
    )
    expect(await reasonFor(chain(dense(6), relu(), dense(8)))).toMatchInlineSnapshot(
      `"hidden.dense1: has 6 outputs for 8 values to hand on"`,
    )
    expect(
      await reasonForImages(chain(conv(4), maxPool({ kernel: 3, stride: 1, padding: 'same' }))),
    ).toMatchInlineSnapshot(`"hidden.maxPool1: takes the largest of several positions, which no weights undo"`)
  })

  it('says which branch cannot be made zero', async () => {
    expect(await reasonFor(residual(chain(dense(8), sigmoid())))).toMatchInlineSnapshot(
      `"hidden.activation1: sigmoid gives 1/2 for 0, so that its branch can't be made zero"`,
    )
    expect(await reasonFor(chain(residual(relu()), dense(8), relu()))).toMatchInlineSnapshot(
      `"hidden.residual1.branch: has no weights by which it could be made zero"`,
    )
    const shortcut = chain(dense(8), tanh())
    expect(await reasonFor(residual(dense(8), { shortcut }))).toMatchInlineSnapshot(
      `"hidden.shortcut: can't hand on what it gets without scaling it"`,
    )
    expect(await reasonFor(residual(dense(8), { shortcut: chain(dense(8), layerNorm()) }))).toMatchInlineSnapshot(
      `"hidden.shortcut.layerNorm1: normalizes each sample, which no weights undo"`,
    )
  })

  it('says what stands in the way of undoing a scale', async () => {
    const block = chain(dense(8), sigmoid())
    expect(await reasonFor(block, layerNorm())).toMatchInlineSnapshot(
      `"layerNorm1: gets what is scaled by the layers made identities (hidden), and can't undo it"`,
    )
    expect(await reasonFor(block, residual(dense(8)))).toMatchInlineSnapshot(
      `"residual1: gets what is scaled by the layers made identities (hidden), and can't undo it"`,
    )
    expect(await reasonFor(chain(dense(8, { bias: false }), sigmoid()))).toMatchInlineSnapshot(
      `"hidden.dense1: has no bias, which the activation behind it would need"`,
    )
    expect(await reasonFor(block, dense(8, { bias: false }))).toMatchInlineSnapshot(
      `"dense2: has no bias to undo the shift of what it gets"`,
    )
    expect(await reasonForImages(chain(conv(4), sigmoid()), conv(4))).toMatchInlineSnapshot(
      `"conv2: sees zeros beyond the border, which are not shifted with the rest"`,
    )
    expect(await reasonForImages(chain(conv(4), tanh()), globalAveragePool())).toMatchInlineSnapshot(
      `"hidden: scales what it hands on, and no layer of weights stands behind it to undo that"`,
    )
  })

  it('says which layer would have to be trained', async () => {
    expect(await reasonFor(chain(dense(8, { trained: false }), relu()))).toMatchInlineSnapshot(
      `"hidden.dense1: isn't trained, so that its weights stay what they start as"`,
    )
  })

  it('refuses weights and twins of other networks', async () => {
    const [one, other] = ['mlp:depth=9,width=8', 'residual-mlp:depth=20,width=8'].map((text) => presetOf(text))
    const twin = shallowTwin(one, features)
    if (twin === null) throw new Error('no twin')
    const [deep, shallow] = [createBlueprint(other, features), createBlueprint(twin.network, features)]
    const weights = initialize(shallow, 1)
    expect(() => constructiveWeights(deep, twin, shallow, weights)).toThrowErrorMatchingInlineSnapshot(
      `[IsobathError: twin: expected one of a network with 19 of hidden, got 8 of hidden. Make it of this one.]`,
    )
    expect(() =>
      constructiveWeights(createBlueprint(one, features), twin, shallow, new Map()),
    ).toThrowErrorMatchingInlineSnapshot(
      `[IsobathError: weights: expected values of first.weight, and there are none. Give the weights of this network.]`,
    )
  })
})
