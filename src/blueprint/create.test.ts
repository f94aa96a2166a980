import { describe, expect, test } from 'vitest'
import { refusal } from '../../test/support/refusal.ts'
import type { Layer, Network } from '../network/network.ts'
import { createBlueprint } from './create.ts'

const he = { kind: 'he', gain: 1, fan: 'in' } as const
const dense = (width: number, name?: string): Layer => ({ kind: 'dense', width, bias: true, init: he, name })
const relu: Layer = { kind: 'activation', function: 'relu' }
const chain = (...layers: Layer[]): Layer => ({ kind: 'chain', layers })
const residual = (branch: Layer, shortcut?: Layer): Layer => ({
  kind: 'residual',
  branch,
  multiplier: 1,
  trainedMultiplier: false,
  shortcut,
})
const repeat = (times: number, block: Layer, name?: string): Layer => ({ kind: 'repeat', times, block, name })
const batchNorm: Layer = { kind: 'batchNorm', scale: 1, epsilon: 1e-5, momentum: 0.1 }

function parameterText(network: Layer, input: number[]): string {
  const { parameters } = createBlueprint(network, input)
  return parameters.map(({ name, shape, trainable }) => `${name} ${shape}${trainable ? '' : ' fixed'}`).join('\n')
}

function failure(network: Layer, input: number[]): string {
  try {
    createBlueprint(network, input)
  } catch (error) {
    return String(error)
  }
  return 'no error'
}

describe('the blueprint:', () => {
  test('parameters of a plain network with one loop have the loop count in their shapes', () => {
    const network = chain(dense(64, 'first'), relu, repeat(9, chain(dense(64), relu), 'hidden'), dense(10, 'readout'))
    expect(parameterText(network, [1, 28, 28])).toMatchInlineSnapshot(`
      "first.weight 64,784
      first.bias 64
      hidden.dense1.weight 9,64,64
      hidden.dense1.bias 9,64
      readout.weight 10,64
      readout.bias 10"
    `)
  })

  test('a PReLU has one slope for each unit or channel, or one slope, and a softmax has no parameter', () => {
    const prelu = (shared: boolean): Layer => ({ kind: 'prelu', slope: 0.25, shared })
    const softmax: Layer = { kind: 'softmax' }
    const network = chain(prelu(false), dense(4), prelu(false), repeat(3, chain(dense(4), prelu(true), softmax)))
    expect(parameterText(network, [2, 3, 3])).toMatchInlineSnapshot(`
      "prelu1.weight 2
      dense1.weight 4,18
      dense1.bias 4
      prelu2.weight 4
      repeat1.dense1.weight 3,4,4
      repeat1.dense1.bias 3,4
      repeat1.prelu1.weight 3"
    `)
    const { parameters, output } = createBlueprint(chain(prelu(false), softmax), [2, 3, 3])
    expect(output).toEqual([2, 3, 3])
    expect(parameters).toMatchObject([{ name: 'prelu1.weight', role: 'slope', shape: [2], start: 0.25 }])
  })

  test('parameters of a residual network with norms, a shortcut and nested loops have unique names', () => {
    const inner = repeat(2, residual(chain(dense(4), batchNorm, relu)), 'inner')
    const network = chain(
      residual(chain(dense(4), relu, dense(4)), dense(4)),
      repeat(3, chain(inner, dense(4))),
      residual(dense(4)),
      dense(2),
    )
    expect(parameterText(network, [5])).toMatchInlineSnapshot(`
      "residual1.dense1.weight 4,5
      residual1.dense1.bias 4
      residual1.dense2.weight 4,4
      residual1.dense2.bias 4
      residual1.shortcut.weight 4,5
      residual1.shortcut.bias 4
      repeat1.inner.dense1.weight 3,2,4,4
      repeat1.inner.dense1.bias 3,2,4
      repeat1.inner.batchNorm1.weight 3,2,4
      repeat1.inner.batchNorm1.bias 3,2,4
      repeat1.inner.batchNorm1.running_mean 3,2,4 fixed
      repeat1.inner.batchNorm1.running_var 3,2,4 fixed
      repeat1.dense1.weight 3,4,4
      repeat1.dense1.bias 3,4
      residual2.branch.weight 4,4
      residual2.branch.bias 4
      dense1.weight 2,4
      dense1.bias 2"
    `)
  })

  test('a root that is no chain has the same path as a layer in a root chain', () => {
    expect(parameterText(dense(2), [3])).toMatchInlineSnapshot(`
      "dense1.weight 2,3
      dense1.bias 2"
    `)
    expect(parameterText(repeat(2, dense(3)), [3])).toMatchInlineSnapshot(`
      "repeat1.dense1.weight 2,3,3
      repeat1.dense1.bias 2,3"
    `)
  })

  test('a layer with an empty name has the path of its parent', () => {
    const block = chain({ ...residual(chain(dense(4), relu)), name: '' }, { ...relu, name: 'output' })
    expect(
      parameterText(chain({ ...repeat(3, block), name: 'block' }, { ...block, name: 'last' }), [4]),
    ).toMatchInlineSnapshot(`
      "block.dense1.weight 3,4,4
      block.dense1.bias 3,4
      last.dense1.weight 4,4
      last.dense1.bias 4"
    `)
  })

  test('a loop of a million layers has as many parameter entries as a loop of one layer', () => {
    const network = repeat(1_000_000, chain(dense(8), relu), 'hidden')
    expect(createBlueprint(network, [8]).parameters.map(({ shape }) => shape)).toEqual([
      [1_000_000, 8, 8],
      [1_000_000, 8],
    ])
  })
})

describe('createBlueprint:', () => {
  test('more than 6 levels of nested repeats are refused, and so are networks too large to be counted', () => {
    const nested = (levels: number, times: number): Network =>
      levels === 0 ? dense(3) : repeat(times, nested(levels - 1, times))
    expect(() => createBlueprint(nested(6, 2), [3])).not.toThrow()
    expect(() => createBlueprint(nested(20, 2), [3])).toThrowErrorMatchingInlineSnapshot(
      `[IsobathError: repeat1.repeat1.repeat1.repeat1.repeat1.repeat1.repeat1: expected at most 6 levels of nested repeats, got more. Merge two of the repeats into one, with the product of their iteration counts.]`,
    )
    expect(() => createBlueprint(nested(6, 1_000_000), [3])).toThrowErrorMatchingInlineSnapshot(
      `[IsobathError: network: expected a size that can be counted exactly, got 9e+36. Make the network narrower or shallower.]`,
    )
  })

  test('a repeated block that changes the size is refused', () => {
    const network = chain(dense(64), repeat(3, chain(dense(64), relu, dense(32), relu), 'hidden'))
    expect(failure(network, [784])).toMatchInlineSnapshot(
      `"IsobathError: hidden.dense2: expected 64 outputs so that the block can be repeated, got 32. Set the layer's width to 64."`,
    )
  })

  test('a repeated block of dense layers on images is refused', () => {
    expect(failure(repeat(3, dense(64), 'hidden'), [3, 32, 32])).toMatchInlineSnapshot(
      `"IsobathError: hidden.dense1: expected an output of the shape [3, 32, 32] so that the block can be repeated, got the shape [64]. Put a flatten() and a dense layer before the repeat."`,
    )
  })

  test('a flatten in a repeated block on images is refused', () => {
    expect(failure(repeat(3, chain({ kind: 'flatten' }), 'hidden'), [3, 32, 32])).toMatchInlineSnapshot(
      `"IsobathError: hidden: expected an output of the shape [3, 32, 32] so that the block can be repeated, got the shape [3072]. Put a flatten() and a dense layer before the repeat."`,
    )
  })

  test('a residual branch of another size than its shortcut is refused', () => {
    expect(failure(residual(chain(dense(64), relu)), [784])).toMatchInlineSnapshot(
      `"IsobathError: residual1.dense1: expected 784 outputs so that the branch can be added to its shortcut, got 64. Set the layer's width to 784, or give the residual a shortcut of the shape [64]."`,
    )
    expect(failure(chain(residual(dense(64), dense(32))), [784])).toMatchInlineSnapshot(
      `"IsobathError: residual1.branch: expected 32 outputs so that the branch can be added to its shortcut, got 64. Set the layer's width to 32, or give the residual a shortcut of the shape [64]."`,
    )
  })

  test('a layer norm on images is refused', () => {
    expect(failure(chain({ kind: 'layerNorm', epsilon: 1e-5 }), [3, 32, 32])).toMatchInlineSnapshot(
      `"IsobathError: layerNorm1: expected a one-dimensional input [features], got the shape [3, 32, 32]. Put a flatten() before the layerNorm."`,
    )
  })

  test('lists of the wrong length and lists outside a repeat are refused', () => {
    const varied: Layer = { kind: 'dense', width: 8, bias: true, init: { ...he, gain: [1, 2, 3] } }
    const dropout: Layer = { kind: 'dropout', rate: [0, 0.1] }
    const scaled: Layer = { kind: 'residual', branch: relu, multiplier: [1, 2, 3], trainedMultiplier: false }
    expect(failure(repeat(5, repeat(3, varied), 'hidden'), [8])).toBe('no error')
    expect(failure(repeat(3, repeat(5, varied), 'hidden'), [8])).toMatchInlineSnapshot(
      `"IsobathError: hidden.repeat1.dense1: expected 5 values of init.gain, one for each iteration of hidden.repeat1, got a list of 3. Give one number or a list of 5 numbers."`,
    )
    expect(failure(chain(varied), [8])).toMatchInlineSnapshot(
      `"IsobathError: dense1: expected one number for init.gain, got a list of 3. Only a layer inside a repeat can have a list."`,
    )
    expect(failure(repeat(5, dropout), [8])).toMatchInlineSnapshot(
      `"IsobathError: repeat1.dropout1: expected 5 values of rate, one for each iteration of repeat1, got a list of 2. Give one number or a list of 5 numbers."`,
    )
    expect(failure(repeat(5, scaled, 'hidden'), [8])).toMatchInlineSnapshot(
      `"IsobathError: hidden: expected 5 values of multiplier, one for each iteration of hidden, got a list of 3. Give one number or a list of 5 numbers."`,
    )
  })

  test('two layers of one kind that have the path of their parent are refused', () => {
    const unnamed = (width: number, name: string): Layer => ({ ...residual(dense(width, name)), name: '' })
    expect(
      failure(chain({ ...chain(unnamed(4, 'one'), unnamed(4, 'other')), name: 'stage' }), [4]),
    ).toMatchInlineSnapshot(
      `"IsobathError: stage: expected a different path for each layer, got two layers with this path. Rename one of the two layers."`,
    )
  })

  test('two layers with the same path are refused', () => {
    expect(failure(chain(dense(8, 'dense2'), dense(8)), [8])).toMatchInlineSnapshot(
      `"IsobathError: dense2: expected a different path for each layer, got two layers with this path. Rename one of the two layers."`,
    )
    const clash = { ...residual(chain(dense(8, 'shortcut')), dense(8)) }
    expect(failure(clash, [8])).toMatchInlineSnapshot(
      `"IsobathError: residual1.shortcut: expected a different path for each layer, got two layers with this path. Rename one of the two layers."`,
    )
  })

  test('a preset name, null, a list and a data set instead of a network are refused', () => {
    const given = ['"resnet-20"', '"resnet-50:stride=3x3"', '"network.json"', 'null', '[]', '{"train": []}']
    expect(given.map((text) => failure(JSON.parse(text), [784])).join('\n')).toMatchInlineSnapshot(`
      "IsobathError: network: expected a network, got "resnet-20". Build the network with parseNetwork('resnet-20', { classes: 10 }).
      IsobathError: network: expected a network, got "resnet-50:stride=3x3". Build the network with parseNetwork('resnet-50:stride=3x3', { classes: 1000 }).
      IsobathError: network: expected a network, got "network.json". Build a network with chain(...), or from a preset with parseNetwork('mlp:depth=4', { classes: 10 }).
      IsobathError: network: expected a network, got null. Build a network with chain(...), or from a preset with parseNetwork('mlp:depth=4', { classes: 10 }).
      IsobathError: network: expected a network, got an empty list. Build a network with chain(...), or from a preset with parseNetwork('mlp:depth=4', { classes: 10 }).
      IsobathError: network: expected a network, got an object. Build a network with chain(...), or from a preset with parseNetwork('mlp:depth=4', { classes: 10 })."
    `)
  })

  test('an input of size 0 is refused', () => {
    expect(failure(dense(2), [0])).toMatchInlineSnapshot(
      `"IsobathError: input: expected positive whole sizes, got [0]. Give [features] or [channels, height, width]."`,
    )
  })
})

test('createBlueprint refuses an input that is no list of positive whole sizes', () => {
  const inputs: readonly unknown[] = [{ input: [3, 32, 32] }, undefined, 784, '784', [], [3, '32', 32]]
  const said = inputs.map((input) => refusal(() => Reflect.apply(createBlueprint, undefined, [dense(2), input])))
  expect(said.join('\n')).toMatchInlineSnapshot(`
    "IsobathError: input: expected positive whole sizes, got an object. Give [features] or [channels, height, width].
    IsobathError: input: expected positive whole sizes, got nothing. Give [features] or [channels, height, width].
    IsobathError: input: expected positive whole sizes, got 784. Give [features] or [channels, height, width].
    IsobathError: input: expected positive whole sizes, got "784". Give [features] or [channels, height, width].
    IsobathError: input: expected positive whole sizes, got []. Give [features] or [channels, height, width].
    IsobathError: input: expected positive whole sizes, got [3, "32", 32]. Give [features] or [channels, height, width]."
  `)
})
