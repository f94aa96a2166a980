import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryNetwork } from '../../test/support/arbitrary-network.ts'
import { refusal } from '../../test/support/refusal.ts'
import {
  averagePool,
  batchNorm,
  chain,
  conv,
  dense,
  dropout,
  flatten,
  globalAveragePool,
  identity,
  layerNorm,
  maxPool,
  relu,
  repeat,
  residual,
  scalarBias,
  scale,
  subsample,
} from '../network/layers.ts'
import type { Layer, Network } from '../network/network.ts'
import { parseNetwork } from '../network/presets.ts'
import { compareCounts, count } from './count.ts'
import { createBlueprint } from './create.ts'
import { summaryTable } from './summary.ts'

const countOf = (network: Network, input: number[]) => count(createBlueprint(network, input))
const preset = (text: string) => createBlueprint(parseNetwork(text, { classes: 10 }), [784])

describe('count:', () => {
  test('there are 308 million parameters in a fully connected layer of 2,048 units on an ImageNet picture', () => {
    expect(countOf(dense(2048), [3, 224, 224]).parameters).toBe(308_283_392)
    expect(countOf(dense(100_352), [3, 224, 224]).parameters).toBe(15_105_886_208)
    expect(countOf(dense(2048), [3, 224, 224]).macs).toBe(150_528 * 2048)
  })

  test('the figures of a layer are multiplied by the counts of all loops around the layer', () => {
    const deep = count(preset('mlp:depth=10000,width=64'))
    expect(deep.parameters).toBe(784 * 64 + 64 + 9999 * (64 * 64 + 64) + 640 + 10)
    expect(deep.macs).toBe(784 * 64 + 9999 * 64 * 64 + 640)
    expect(deep.flops).toBe(2 * deep.macs)
    const nested = countOf(repeat(3, repeat(5, dense(4))), [4])
    expect([nested.parameters, nested.macs]).toEqual([15 * 20, 15 * 16])
    expect(nested.layers.map(({ path, times }) => `${path} ${times}`)).toEqual(['repeat1.repeat1.dense1 15'])
  })

  test('the scales and shifts of norms count as parameters, and running statistics count separately', () => {
    const { parameters, parametersByRole, runningStatistics } = countOf(chain(dense(6), batchNorm(), layerNorm()), [2])
    expect(parametersByRole).toEqual({ weights: 12, biases: 6, scales: 12, shifts: 12, slopes: 0, multipliers: 0 })
    expect(parameters).toBe(42)
    expect(runningStatistics).toBe(12)
  })

  test('the activations in training are the input and every output that a layer writes', () => {
    const network = chain(flatten(), dense(8), identity(), relu(), dropout(0.5), residual(dense(8)), dense(3))
    expect(countOf(network, [2, 3]).trainingValues).toBe(6 + 8 + 8 + 8 + (8 + 8) + 3)
    expect(countOf(repeat(7, chain(dense(4), relu())), [4])).toMatchObject({ trainingValues: 60, trainingBytes: 240 })
  })

  test.each<[string, Layer, number]>([
    ['the input and output of a single layer', dense(3), 4 + 3],
    ['only the input if no layer writes', chain(flatten(), dropout(0.5)), 4],
    ['the widest pair of neighbors in a chain', chain(dense(10), relu(), dense(2)), 10 + 10],
    ['one iteration of a loop', repeat(9, chain(dense(6), dense(4))), 4 + 6],
    ['the input that a residual holds', residual(chain(dense(6), dense(4))), 4 + 6 + 4],
    ["a shortcut's output", residual(chain(dense(6), dense(5)), { shortcut: dense(5) }), 4 + 5 + 6 + 5],
    ['the shared input of nested residuals once', residual(residual(chain(dense(6), dense(4)))), 4 + 6 + 4],
    [
      'an input held by two residuals once',
      chain(dense(5), residual(chain(relu(), residual(dense(5))))),
      5 + 5 + 5 + 5,
    ],
  ])('the activations in inference include %s', (_name, network, expected) => {
    expect(countOf(network, [4]).inferenceValues).toBe(expected)
  })

  test.each<[string, Layer, number]>([
    ['windows that shrink an image', chain(maxPool(), averagePool()), 32 + 8],
    ['a mean over positions', globalAveragePool(), 32 + 2],
    ['a mean over positions before a dense layer', chain(conv(3), globalAveragePool(), dense(5)), 32 + 48],
    [
      'a shortcut that subsamples',
      residual(conv(4, { stride: 2 }), { shortcut: subsample({ stride: 2, channels: 4 }) }),
      32 + 16 + 16,
    ],
    ['a scalar bias and a factor', chain(scalarBias(), scale(2), scale(1)), 32 + 32],
  ])('the activations of images in inference are counted for %s', (_name, network, expected) => {
    expect(countOf(network, [2, 4, 4]).inferenceValues).toBe(expected)
  })

  test('a network whose figures are too large to be exact is refused', () => {
    const huge = repeat(1_000_000, dense(1_000_000))
    expect(() => countOf(huge, [1_000_000])).toThrowErrorMatchingInlineSnapshot(
      `[IsobathError: network: expected a size that can be counted exactly, got 1000000000000000000. Make the network narrower or shallower.]`,
    )
  })

  test('the figures of the parts add up to the totals for any network', () => {
    const property = fc.property(fc.constantFrom([2, 3], [2, 3, 3]), fc.gen(), (input, generate) => {
      const blueprint = createBlueprint(generate(arbitraryNetwork, { input }), input)
      const { parameters, untrained, runningStatistics, ...counted } = count(blueprint)
      const { weights, biases, scales, shifts, slopes, multipliers } = counted.parametersByRole
      expect(parameters).toBe(weights + biases + scales + shifts + slopes + multipliers)
      const sizes = blueprint.parameters.map(({ shape }) => shape.reduce((size, extent) => size * extent, 1))
      expect(counted.tensors).toBe(sizes.reduce((sum, size) => sum + size, 0))
      expect(counted.tensors).toBe(parameters + untrained + runningStatistics)
      expect(counted.inferenceValues).toBeLessThanOrEqual(counted.trainingValues)
    })
    fc.assert(property)
  })

  test('a convolution multiplies at every position of its output', () => {
    const network = chain(
      conv(4, { stride: 2 }),
      repeat(3, conv(4)),
      conv(2, { kernel: 2, padding: 'none', bias: false }),
    )
    const counted = countOf(network, [3, 6, 5])
    expect(counted.layers.map(({ path, output, parameters, macs }) => [path, output, parameters, macs])).toEqual([
      ['conv1', [4, 3, 3], 3 * 4 * 9 + 4, 9 * 4 * 3 * 9],
      ['repeat1.conv1', [4, 3, 3], 3 * (4 * 4 * 9 + 4), 3 * 9 * 4 * 4 * 9],
      ['conv2', [2, 2, 2], 4 * 2 * 4, 4 * 2 * 4 * 4],
    ])
    expect(counted.strides).toEqual([{ path: 'conv1', stride: 2 }])
  })

  test('untrained weights and biases count separately', () => {
    const network = chain(
      conv(2, { trained: false }),
      globalAveragePool(),
      dense(4),
      dense(3, { trained: false, bias: false }),
    )
    expect(countOf(network, [1, 3, 3])).toMatchObject({ parameters: 12, untrained: 18 + 2 + 12, tensors: 44 })
  })
})

test('compareCounts gives the ratio of the second network to the first for each figure', () => {
  const rows = compareCounts(count(preset('mlp:depth=2')), count(preset('mlp:depth=20,norm=batch')))
  expect(
    rows.map(({ figure, one, other, ratio }) => `${figure}: ${one} ${other} ${ratio?.toFixed(3)}`),
  ).toMatchInlineSnapshot(`
    [
      "parameters: 55050 132490 2.407",
      "running statistics: 0 2560 undefined",
      "all tensors: 55050 135050 2.453",
      "MACs: 54912 128640 2.343",
      "FLOPs: 109824 257280 2.343",
      "activations in training, bytes: 4200 18536 4.413",
      "activations in inference, bytes: 3392 3392 1.000",
    ]
  `)
})

test('the summary table has one line for each layer, and figures for all iterations of loops', () => {
  expect(summaryTable(preset('mlp:depth=10000'))).toMatchInlineSnapshot(`
    "layer                 kind     output  parameters        MACs
    input                          784
    first                 dense    64          50,240      50,176
    activation1           relu     64               0           0
    hidden                x 9,999  64
      hidden.dense1       dense    64      41,595,840  40,955,904
      hidden.activation1  relu     64               0           0
    readout               dense    10             650         640
    total                                  41,646,730  41,006,720"
  `)
  expect(summaryTable(preset('residual-mlp:depth=8,norm=batch'))).toMatchInlineSnapshot(`
    "layer                 kind          output  parameters    MACs
    input                               784
    first                 dense         64          50,240  50,176
    batchNorm1            batchNorm     64             128       0
    activation1           relu          64               0       0
    hidden                x 7           64
      hidden.dense1       dense         64          29,120  28,672
      hidden.batchNorm1   batchNorm     64             896       0
      hidden.activation1  relu          64               0       0
      hidden              residual sum  64               0       0
    readout               dense         10             650     640
    total                                           81,034  79,488 (and 1,024 running statistics)"
  `)
})

test('the summary table with memory adds up the column kept, and gives the maximum of the column alive', () => {
  const network = chain(
    residual(chain(conv(4), relu(), conv(4)), { shortcut: subsample({ stride: 1, channels: 4 }), name: 'first' }),
    repeat(5, residual(conv(4)), { name: 'block' }),
    globalAveragePool(),
    dense(2),
  )
  expect(summaryTable(createBlueprint(network, [2, 4, 4]), { memory: true })).toMatchInlineSnapshot(`
    "layer               kind               output     parameters    MACs   kept  alive
    input                                  2 x 4 x 4                        128
    first.conv1         conv 3x3           4 x 4 x 4          76   1,152    256    640
    first.activation1   relu               4 x 4 x 4           0       0    256    896
    first.conv2         conv 3x3           4 x 4 x 4         148   2,304    256    896
    first.shortcut      subsample          4 x 4 x 4           0       0    256    384
    first               residual sum       4 x 4 x 4           0       0    256    768
    block               x 5                4 x 4 x 4
      block.branch      conv 3x3           4 x 4 x 4         740  11,520  1,280    512
      block             residual sum       4 x 4 x 4           0       0  1,280    768
    globalAveragePool1  globalAveragePool  4                   0       0     16    272
    dense1              dense              2                  10       8      8     24
    total                                                    974  14,984  3,992    896"
  `)
})

test('count refuses a network, a text and undefined, which are no blueprints', () => {
  const given: readonly unknown[] = [dense(2), 'resnet-20', undefined]
  const said = given.map((one) => refusal(() => Reflect.apply(count, undefined, [one])))
  expect(said.join('\n')).toMatchInlineSnapshot(`
    "IsobathError: count: expected a blueprint, got an object. Make a blueprint with createBlueprint(network, input).
    IsobathError: count: expected a blueprint, got "resnet-20". Make a blueprint with createBlueprint(network, input).
    IsobathError: count: expected a blueprint, got nothing. Make a blueprint with createBlueprint(network, input)."
  `)
})
