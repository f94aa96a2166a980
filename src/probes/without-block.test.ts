import { describe, expect, it } from 'vitest'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import { blobs } from '../data/blobs.ts'
import type { Dataset } from '../data/dataset.ts'
import { createStandardizer } from '../data/standardize.ts'
import {
  activation,
  batchNorm,
  chain,
  conv,
  dense,
  globalAveragePool,
  named,
  prelu,
  relu,
  repeat,
  residual,
  scalarBias,
  softmax,
} from '../network/layers.ts'
import type { Layer, Network } from '../network/network.ts'
import { parseNetwork } from '../network/presets.ts'
import type { Weights } from '../training/evaluator.ts'
import { type ProbeSamples, samplesOf } from './samples.ts'
import { type BlockOptions, lossWithoutBlocks } from './without-block.ts'

const data = blobs({ classes: 3, features: 4, train: 20, test: 3, seed: 1 })
const standardizer = createStandardizer(data.train, data.shape, 'per-channel')
const samples = samplesOf(data, standardizer, 'cross-entropy')
const backend = createReferenceBackend()
const close = (value: number) => expect.closeTo(value, 10)

/** Weights in which all parameters vary, norms and multipliers too, so no parameter of a block is 0 or 1 by default. */
function drawn(network: Network, input: readonly number[] = [4]): Map<string, Float64Array> {
  const blueprint = createBlueprint(network, input)
  const entries = blueprint.parameters.map(({ name, role }, place): [string, Float64Array] => {
    const values = initialize(blueprint, 3).get(name) ?? new Float64Array(0)
    if (role === 'weight') return [name, values]
    return [name, values.map((_, index) => 0.7 + 0.2 * Math.sin(1 + 5 * place + index))]
  })
  return new Map(entries)
}

const measure = (network: Network, weights: Weights, ranges?: BlockOptions, of: ProbeSamples = samples) =>
  lossWithoutBlocks(createBlueprint(network, of === samples ? [4] : [1, 2, 2]), backend, of, weights, ranges)

/**
 * Measures the loss without blocks, and gives a function for the loss of a network built from only some of the blocks.
 */
function compareWithShorter(blocks: readonly Layer[], [first, last]: readonly [Layer, Layer], of = samples) {
  const build = (kept: readonly Layer[]): Network => chain(first, ...kept, last)
  const weights = drawn(build(blocks), of === samples ? [4] : [1, 2, 2])
  const lossOf = async (kept: readonly Layer[]): Promise<number> => {
    const shorter = createBlueprint(build(kept), of === samples ? [4] : [1, 2, 2])
    const own = new Map(shorter.parameters.map(({ name }) => [name, weights.get(name) ?? []]))
    return (await lossWithoutBlocks(shorter, backend, of, own)).loss
  }
  return { found: measure(build(blocks), weights, undefined, of), lossOf }
}

describe('lossWithoutBlocks', () => {
  const branches: readonly (readonly [string, Layer])[] = [
    ['branches with a dense layer and an activation', chain(dense(4), activation('tanh'))],
    ['branches that end in batch norm', chain(dense(6), relu(), dense(4), batchNorm())],
    ['branches with a scalar bias after the weights', chain(dense(4), scalarBias(), activation('gelu'))],
    ['branches with a PReLU after the weights', chain(dense(4), softmax(), dense(4), prelu())],
    ['branches that end in a loop', repeat(3, chain(dense(4), activation('silu')))],
    ['branches whose last trained layer follows a norm', chain(batchNorm(), relu(), dense(4), activation('identity'))],
  ]
  it.each(branches)('finds the loss of a network built without the removed blocks: %s', async (_title, branch) => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => named(name, residual(branch, { multiplier: 0.5 })))
    const { found, lossOf } = compareWithShorter([a, b, c], [dense(4, { name: 'first' }), dense(3, { name: 'last' })])
    const [whole, noA, noB, noC] = await Promise.all(
      [
        [a, b, c],
        [b, c],
        [a, c],
        [a, b],
      ].map(lossOf),
    )
    expect(await found).toEqual({
      loss: close(whole),
      single: [Number.NaN, close(noA), close(noB), close(noC), Number.NaN],
      fromTop: [
        { blocks: 1, loss: close(noC) },
        { blocks: 2, loss: close(await lossOf([a])) },
        { blocks: 3, loss: close(await lossOf([])) },
      ],
    })
    expect(Math.min(...[noA, noB, noC].map((loss) => Math.abs(loss - whole)))).toBeGreaterThan(1e-4)
  })

  it('keeps the shortcut of a removed block and the layers after the sum, for images', async () => {
    const images: Dataset = {
      ...blobs({ classes: 3, features: 4, train: 10, test: 3, seed: 2 }),
      shape: [1, 2, 2],
    }
    const of = samplesOf(images, createStandardizer(images.train, images.shape, 'per-channel'), 'cross-entropy')
    const block = (name: string): Layer =>
      named(name, chain(residual(chain(conv(2), batchNorm(), relu(), conv(2), batchNorm())), relu()))
    const [a, b] = [block('a'), block('b')]
    const ends = [named('first', chain(conv(2), relu())), named('last', chain(globalAveragePool(), dense(3)))] as const
    const { found, lossOf } = compareWithShorter([a, b], ends, of)
    // The ReLU after the sum does not change the output of the previous ReLU.
    const expected = [await lossOf([b]), await lossOf([a])].map(close)
    expect((await found).single).toEqual([Number.NaN, ...expected, Number.NaN])
  })

  it('finds the known losses of blocks that are numbers, each of which maps x to x(1 + c)', async () => {
    const factors = [0.5, -0.25, 2, 1]
    const train = {
      count: 2,
      inputs: Float64Array.of(1, -2),
      labels: new Uint8Array(0),
      targets: Float64Array.of(1, 2),
    }
    const values: Dataset = { name: 'values', shape: [1], classes: 0, train, test: train }
    const of = samplesOf(values, createStandardizer(train, [1], 'none'), 'squared-error')
    const network = chain(
      dense(1, { name: 'first', bias: false }),
      repeat(4, residual(dense(1, { bias: false })), { name: 'deep' }),
    )
    const weights = new Map([
      ['first.weight', [1]],
      ['deep.branch.weight', factors],
    ])
    const blueprint = createBlueprint(network, [1])
    const found = await lossWithoutBlocks(blueprint, backend, of, weights)
    const lossOf = (out: readonly number[]): number => {
      const product = factors.reduce((all, factor, index) => (out.includes(index) ? all : all * (1 + factor)), 1)
      return ((product - 1) ** 2 + (-2 * product - 2) ** 2) / 2
    }
    expect(found.loss).toBeCloseTo(lossOf([]), 10)
    expect(found.single).toEqual([Number.NaN, ...[0, 1, 2, 3].map((block) => close(lossOf([block])))])
    expect(found.fromTop.map(({ loss }) => loss)).toEqual([[3], [2, 3], [1, 2, 3], [0, 1, 2, 3]].map(lossOf).map(close))
  })

  it('finds no loss for a branch that ends in a sigmoid, unless the branch has a trained multiplier', async () => {
    const sigmoid = parseNetwork('residual-mlp:depth=3,width=4,activation=sigmoid', { input: [4], classes: 3 })
    const { single, fromTop } = await measure(sigmoid, drawn(sigmoid))
    expect([single, fromTop]).toEqual([Array(4).fill(Number.NaN), []])
    const block = (name: string) =>
      named(name, residual(chain(dense(4), activation('sigmoid')), { trainedMultiplier: true, multiplier: 0 }))
    const [a, b] = [block('a'), block('b')]
    const { found, lossOf } = compareWithShorter([a, b], [dense(4, { name: 'first' }), dense(3, { name: 'last' })])
    const expected = [close(await lossOf([b])), close(await lossOf([a]))]
    expect((await found).single).toEqual([Number.NaN, ...expected, Number.NaN])
    const plain = parseNetwork('mlp:depth=3,width=4', { input: [4], classes: 3 })
    expect((await measure(plain, drawn(plain))).fromTop).toEqual([])
  })

  it('measures an evenly spread selection of many blocks, with the same result on the WebAssembly backend', async () => {
    const network = parseNetwork('residual-mlp:depth=41,width=4,norm=batch', { input: [4], classes: 3 })
    const weights = drawn(network)
    const found = await measure(network, weights, { single: 5, fromTop: 4 })
    const measured = found.single.flatMap((loss, stage) => (Number.isNaN(loss) ? [] : [stage]))
    expect(measured).toEqual([1, 11, 21, 30, 40])
    expect(found.fromTop.map(({ blocks }) => blocks)).toEqual([1, 14, 27, 40])
    const compiled = await createWasmBackend({ precision: 'float64', threads: 'inline' })
    const blueprint = createBlueprint(network, [4])
    const again = await lossWithoutBlocks(blueprint, compiled, samples, weights, { single: 5, fromTop: 4 })
    expect(again.single).toEqual(found.single.map((loss) => (Number.isNaN(loss) ? loss : close(loss))))
    expect(again.fromTop).toEqual(found.fromTop.map(({ blocks, loss }) => ({ blocks, loss: close(loss) })))
    compiled.dispose()
  })
})
