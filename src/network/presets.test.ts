import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBlueprint } from '../blueprint/create.ts'
import { glorot, he, lecun } from './initializers.ts'
import { networkFromJson } from './json.ts'
import { describePresets } from './preset-help.ts'
import { parseNetwork, withDepth } from './presets.ts'

const parse = (text: string) => parseNetwork(text, { classes: 10 })

function parameterText(text: string): string {
  const { parameters } = createBlueprint(parse(text), [784])
  const line = parameters.map(({ name, shape, init }) => `${name} ${shape.join('x')} ${JSON.stringify(init) ?? ''}`)
  return line.filter((one) => !one.includes('.bias ')).join('\n')
}

/** The network's layers as short text, without initializers and biases. */
function outline(text: string): string {
  const short = (key: string, value: unknown) => (key === 'init' || key === 'bias' ? undefined : value)
  return JSON.stringify(parse(text), short).replaceAll('"', '').replaceAll('kind:', '')
}

function failure(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    return String(error)
  }
  return 'no error'
}

describe('dense presets:', () => {
  test('a dense preset has a first layer, a loop named hidden, and a readout', () => {
    expect(outline('mlp')).toMatchInlineSnapshot(
      `"{chain,layers:[{dense,name:first,width:64},{activation,function:relu},{repeat,name:hidden,times:3,block:{chain,layers:[{dense,width:64},{activation,function:relu}]}},{dense,name:readout,width:10}]}"`,
    )
    expect(outline('residual-mlp:depth=20,activation=tanh')).toMatchInlineSnapshot(
      `"{chain,layers:[{dense,name:first,width:64},{activation,function:tanh},{repeat,name:hidden,times:19,block:{residual,branch:{chain,layers:[{dense,width:64},{activation,function:tanh}]},multiplier:0.05,trainedMultiplier:false}},{dense,name:readout,width:10}]}"`,
    )
    expect(outline('linear:depth=3,width=8')).toMatchInlineSnapshot(
      `"{chain,layers:[{dense,name:first,width:8},{repeat,name:hidden,times:2,block:{chain,layers:[{dense,width:8}]}},{dense,name:readout,width:10}]}"`,
    )
    expect(outline('linear-residual:depth=3,multiplier=0.5')).toMatchInlineSnapshot(
      `"{chain,layers:[{dense,name:first,width:64},{repeat,name:hidden,times:2,block:{residual,branch:{chain,layers:[{dense,width:64}]},multiplier:0.5,trainedMultiplier:false}},{dense,name:readout,width:10}]}"`,
    )
  })

  test('a dense preset with depth 1 has no loop', () => {
    expect(outline('residual-mlp:depth=1')).toMatchInlineSnapshot(
      `"{chain,layers:[{dense,name:first,width:64},{activation,function:relu},{dense,name:readout,width:10}]}"`,
    )
  })

  test('a dense preset has norms before each activation and dropout after each activation', () => {
    expect(outline('mlp:depth=2,norm=batch,dropout=0.1')).toMatchInlineSnapshot(
      `"{chain,layers:[{dense,name:first,width:64},{batchNorm,scale:1,epsilon:0.00001,momentum:0.1},{activation,function:relu},{dropout,rate:0.1},{repeat,name:hidden,times:1,block:{chain,layers:[{dense,width:64},{batchNorm,scale:1,epsilon:0.00001,momentum:0.1},{activation,function:relu},{dropout,rate:0.1}]}},{dense,name:readout,width:10}]}"`,
    )
    expect(outline('residual-mlp:depth=2,norm=layer,activation=leakyRelu,slope=0.2')).toMatchInlineSnapshot(
      `"{chain,layers:[{dense,name:first,width:64},{layerNorm,epsilon:0.00001},{activation,function:leakyRelu,slope:0.2},{repeat,name:hidden,times:1,block:{residual,branch:{chain,layers:[{dense,width:64},{layerNorm,epsilon:0.00001},{activation,function:leakyRelu,slope:0.2}]},multiplier:0.5,trainedMultiplier:false}},{dense,name:readout,width:10}]}"`,
    )
  })

  test('a dense preset scales each residual branch by the depth or by the number of the layer', () => {
    expect(outline('linear-residual:depth=4,multiplier=1/l')).toContain(`multiplier:[${1 / 2},${1 / 3},${1 / 4}]`)
    expect(outline('linear-residual:depth=3,multiplier=1/sqrt(l)')).toContain(
      `multiplier:[${1 / Math.sqrt(2)},${1 / Math.sqrt(3)}]`,
    )
    expect(outline('linear-residual:depth=4,multiplier=1/sqrt(L)')).toContain('multiplier:0.5')
    expect(outline('linear-residual:depth=4')).toContain('multiplier:0.25')
  })

  test('a dense preset has one loop for each run of equal widths', () => {
    expect(parameterText('mlp:widths=784-400-400-400-100-100')).toMatchInlineSnapshot(`
      "first.weight 784x784 {"kind":"he","gain":1,"fan":"in"}
      layer2.weight 400x784 {"kind":"he","gain":1,"fan":"in"}
      hidden3.dense1.weight 2x400x400 {"kind":"he","gain":1,"fan":"in"}
      layer5.weight 100x400 {"kind":"he","gain":1,"fan":"in"}
      hidden6.dense1.weight 1x100x100 {"kind":"he","gain":1,"fan":"in"}
      readout.weight 10x100 {"kind":"he","gain":1,"fan":"in"}"
    `)
    expect(parse('mlp:widths=64-64-64-64')).toEqual(parse('mlp:depth=4'))
    expect(outline('residual-mlp:widths=8-4-4,multiplier=1/l')).toMatchInlineSnapshot(
      `"{chain,layers:[{dense,name:first,width:8},{activation,function:relu},{dense,name:layer2,width:4},{activation,function:relu},{repeat,name:hidden3,times:1,block:{residual,branch:{chain,layers:[{dense,width:4},{activation,function:relu}]},multiplier:[0.3333333333333333],trainedMultiplier:false}},{dense,name:readout,width:10}]}"`,
    )
  })

  test('a dense preset has the same structure at every depth, apart from loop counts', () => {
    const shape = (depth: number) => outline(`residual-mlp:depth=${depth},multiplier=1`).replace(/times:\d+/, 'times')
    expect(shape(10_000)).toBe(shape(2))
  })
})

describe('residual blocks of dense presets:', () => {
  test('a block of the kind pre ends in weights, and an activation follows the last block', () => {
    expect(outline('residual-mlp:depth=3,block=pre')).toMatchInlineSnapshot(
      `"{chain,layers:[{dense,name:first,width:64},{repeat,name:hidden,times:2,block:{residual,branch:{chain,layers:[{activation,function:relu},{dense,width:64}]},multiplier:0.3333333333333333,trainedMultiplier:false}},{activation,function:relu},{dense,name:readout,width:10}]}"`,
    )
    expect(outline('residual-mlp:depth=1,block=pre')).toMatchInlineSnapshot(
      `"{chain,layers:[{dense,name:first,width:64},{activation,function:relu},{dense,name:readout,width:10}]}"`,
    )
    expect(outline('residual-mlp:widths=8-4-4,block=pre,norm=layer,dropout=0.1')).toMatchInlineSnapshot(
      `"{chain,layers:[{dense,name:first,width:8},{layerNorm,epsilon:0.00001},{activation,function:relu},{dropout,rate:0.1},{dense,name:layer2,width:4},{repeat,name:hidden3,times:1,block:{residual,branch:{chain,layers:[{layerNorm,epsilon:0.00001},{activation,function:relu},{dropout,rate:0.1},{dense,width:4}]},multiplier:0.3333333333333333,trainedMultiplier:false}},{layerNorm,epsilon:0.00001},{activation,function:relu},{dropout,rate:0.1},{dense,name:readout,width:10}]}"`,
    )
  })

  test('a block of the kind two-layer counts as two layers, after a plain second layer if the depth is even', () => {
    expect(outline('residual-mlp:depth=5,block=two-layer')).toMatchInlineSnapshot(
      `"{chain,layers:[{dense,name:first,width:64},{activation,function:relu},{repeat,name:hidden,times:2,block:{residual,branch:{chain,layers:[{dense,width:64},{activation,function:relu},{dense,width:64}]},multiplier:0.2,trainedMultiplier:false}},{dense,name:readout,width:10}]}"`,
    )
    expect(outline('residual-mlp:depth=4,block=two-layer,norm=batch')).toMatchInlineSnapshot(
      `"{chain,layers:[{dense,name:first,width:64},{batchNorm,scale:1,epsilon:0.00001,momentum:0.1},{activation,function:relu},{dense,name:layer2,width:64},{batchNorm,scale:1,epsilon:0.00001,momentum:0.1},{activation,function:relu},{repeat,name:hidden,times:1,block:{residual,branch:{chain,layers:[{dense,width:64},{batchNorm,scale:1,epsilon:0.00001,momentum:0.1},{activation,function:relu},{dense,width:64}]},multiplier:0.25,trainedMultiplier:false}},{dense,name:readout,width:10}]}"`,
    )
    expect(outline('residual-mlp:depth=2,block=two-layer')).toMatchInlineSnapshot(
      `"{chain,layers:[{dense,name:first,width:64},{activation,function:relu},{dense,name:layer2,width:64},{activation,function:relu},{dense,name:readout,width:10}]}"`,
    )
    expect(outline('linear-residual:depth=3,block=two-layer')).toMatchInlineSnapshot(
      `"{chain,layers:[{dense,name:first,width:64},{repeat,name:hidden,times:1,block:{residual,branch:{chain,layers:[{dense,width:64},{dense,width:64}]},multiplier:0.3333333333333333,trainedMultiplier:false}},{dense,name:readout,width:10}]}"`,
    )
  })

  test('the multiplier of a block counts the layers up to the last layer of the branch', () => {
    const text = 'linear-residual:depth=8,multiplier=1/l'
    expect(outline(`${text},block=pre`)).toContain(
      `multiplier:[${[2, 3, 4, 5, 6, 7, 8].map((layer) => 1 / layer).join()}]`,
    )
    expect(outline(`${text},block=two-layer`)).toContain(`multiplier:[${1 / 4},${1 / 6},${1 / 8}]`)
    expect(outline('linear-residual:depth=7,multiplier=1/l,block=two-layer')).toContain(
      `multiplier:[${1 / 3},${1 / 5},${1 / 7}]`,
    )
    expect(outline('linear-residual:depth=16,multiplier=1/sqrt(L),block=two-layer')).toContain('multiplier:0.25')
  })

  test('with init=zeros, only the last layer of a branch starts at zero', () => {
    expect(parameterText('residual-mlp:depth=4,block=two-layer,init=zeros')).toMatchInlineSnapshot(`
      "first.weight 64x784 {"kind":"he","gain":1,"fan":"in"}
      layer2.weight 64x64 {"kind":"he","gain":1,"fan":"in"}
      hidden.dense1.weight 1x64x64 {"kind":"he","gain":1,"fan":"in"}
      hidden.dense2.weight 1x64x64 {"kind":"zeros"}
      readout.weight 10x64 {"kind":"he","gain":1,"fan":"in"}"
    `)
  })
})

describe('initializers of dense presets:', () => {
  test.each([
    ['relu', he()],
    ['leakyRelu', he()],
    ['gelu', he()],
    ['silu', he()],
    ['selu', lecun()],
    ['tanh', glorot()],
    ['sigmoid', glorot()],
    ['erf', glorot()],
  ])('a preset with the activation %s has the initializer %o in every layer', (activation, init) => {
    const { parameters } = createBlueprint(parse(`mlp:activation=${activation}`), [784])
    expect(new Set(parameters.map((parameter) => JSON.stringify(parameter.init)))).toEqual(
      new Set([JSON.stringify(init)]),
    )
  })

  test('sw2 and sb2 apply to every layer of a dense preset', () => {
    const { parameters } = createBlueprint(parse('mlp:sw2=1.5,sb2=0.05,activation=tanh'), [784])
    expect(new Set(parameters.map((parameter) => JSON.stringify(parameter.init)))).toEqual(
      new Set(['{"kind":"gaussian","sw2":1.5,"sb2":0.05}']),
    )
  })

  test('the initializers identity and zeros apply only to layers that keep their width', () => {
    expect(parameterText('linear:init=identity,gain=0.9')).toMatchInlineSnapshot(`
      "first.weight 64x784 {"kind":"glorot","gain":1}
      hidden.dense1.weight 3x64x64 {"kind":"identity","gain":0.9}
      readout.weight 10x64 {"kind":"glorot","gain":1}"
    `)
    expect(parameterText('residual-mlp:init=zeros')).toMatchInlineSnapshot(`
      "first.weight 64x784 {"kind":"he","gain":1,"fan":"in"}
      hidden.dense1.weight 3x64x64 {"kind":"zeros"}
      readout.weight 10x64 {"kind":"he","gain":1,"fan":"in"}"
    `)
  })

  test('the gain applies to every layer of a dense preset', () => {
    expect(parameterText('mlp:init=sparse,gain=0.5')).toMatchInlineSnapshot(`
      "first.weight 64x784 {"kind":"sparse","incoming":15,"deviation":0.5}
      hidden.dense1.weight 3x64x64 {"kind":"sparse","incoming":15,"deviation":0.5}
      readout.weight 10x64 {"kind":"sparse","incoming":15,"deviation":0.5}"
    `)
  })
})

describe('parseNetwork:', () => {
  test.each([
    'mpl:depth=4',
    '',
    'resnet',
    'mlp:',
    'mlp:depth',
    'mlp:depth=',
    'mlp:depth=2,depth=3',
    'mlp:dept=3',
    'mlp:multiplier=1',
    'mlp:block=pre',
    'residual-mlp:block=bottleneck',
    'linear:activation=relu',
    'mlp:depth=0',
    'mlp:depth=10001',
    'mlp:depth=4.0',
    'mlp:width=1e3',
    'mlp:widths=784-400-',
    'mlp:widths=784-400,depth=2',
    'mlp:activation=rellu',
    'mlp:slope=0.1',
    'mlp:init=xavier',
    'mlp:gain=big',
    'mlp:init=zeros,gain=2',
    'mlp:sw2=-1,sb2=0',
    'mlp:sw2=1,sb2=0,init=he',
    'mlp:sb2=1',
    'mlp:dropout=1',
    'mlp:norm=group',
    'residual-mlp:multiplier=1/2',
    'residual-mlp:multiplier=1e999',
  ])('the text "%s" is refused', (text) => {
    expect(failure(() => parse(text))).toMatchSnapshot()
  })
})

describe('withDepth:', () => {
  test('the depth is set or replaced, and the other options stay unchanged', () => {
    expect(withDepth('mlp', 8)).toBe('mlp:depth=8')
    expect(withDepth('mlp:depth=2,width=16', 8)).toBe('mlp:depth=8,width=16')
    expect(withDepth('residual-mlp: width=16, multiplier=1/sqrt(L)', 8)).toBe(
      'residual-mlp:width=16,multiplier=1/sqrt(L),depth=8',
    )
  })

  test('a preset with widths, a text that is no preset, and a depth of 2.5 are refused', () => {
    expect(failure(() => withDepth('mlp:widths=3-4', 8))).toMatchInlineSnapshot(
      `"IsobathError: mlp:widths=3-4: expected depth and width, got widths. Replace the option widths by width, so that the depth can be changed."`,
    )
    expect(failure(() => withDepth('network.json', 8))).toMatchInlineSnapshot(
      `"IsobathError: network.json: expected a preset (mlp, residual-mlp, linear, linear-residual, autoencoder, resnet-20|32|44|56|110|1202, cifar-resnet-N, plain-N, preact-resnet-N, wide-resnet-D-K, hardt-ma, resnet-18|34, resnet-50|101|152, plain-18|34, vgg-11|13|16|19, lenet-5, vanilla-cnn, du-fc, du-resnet, du-conv-resnet), got network.json. Choose a preset from the list."`,
    )
    expect(failure(() => withDepth('mlp', 2.5))).toMatchInlineSnapshot(
      `"IsobathError: mlp:depth=2.5: expected a whole number from 1 to 10,000, got 2.5. Leave depth out to use the default (4)."`,
    )
  })
})

test('the help lists every option of every preset, with its values and its default', () => {
  const groups = describePresets()
  for (const { presets, options } of groups) {
    expect(new Set(presets.flatMap((preset) => preset.options))).toEqual(new Set(options.map(({ key }) => key)))
    for (const preset of presets) {
      const own = options.filter((option) => option.presets.includes(preset.name))
      expect(new Set(own.map(({ key }) => key))).toEqual(new Set(preset.options))
    }
  }
  const [{ presets, options }] = groups
  expect(presets.map(({ name }) => name)).toEqual(['mlp', 'residual-mlp', 'linear', 'linear-residual'])
  expect(
    options.map(({ key, values, fallback }) => `${key}: ${values} (${fallback})`).join('\n'),
  ).toMatchInlineSnapshot(`
    "depth: a whole number from 1 to 10,000 (4)
    width: a whole number from 1 to 1,000,000 (64)
    widths: 1 to 10,000 widths joined by -, as in 784-400-100 (layers of equal width; depth gives their number)
    activation: one of identity, relu, relu6, leakyRelu, prelu, elu, tanh, softsign, sigmoid, softplus, gelu, silu, mish, hardSwish, selu, erf (relu)
    slope: a number (0.01 with leakyRelu, 0.25 with prelu)
    init: one of he, glorot, lecun, orthogonal, fanInUniform, varianceScaling, uniform, constant, identity, zeros, sparse, pytorch, keras (he with relu, relu6, leakyRelu, prelu, elu, gelu, silu, mish and hardSwish, lecun with selu, glorot with all other activations)
    gain: a number (1)
    sw2: a number of at least 0 (the variance of the initializer)
    sb2: a number of at least 0 (0)
    norm: one of none, batch, layer (none)
    dropout: a number from 0 to below 1 (0)
    top: one of dense, none (dense)
    output: one of none, sigmoid, tanh, relu, softmax (none)
    block: one of post, pre, two-layer (post)
    multiplier: a number or one of 1/L, 1/sqrt(L), 1/l, 1/sqrt(l) (1/L)
    remedy: one of none, rezero (none)"
  `)
})

test('the help names the presets that have an option, and the presets with another default', () => {
  const cifar = describePresets()[2].options
  const some = ['norm', 'shortcut', 'block', 'dropout'].map((key) => cifar.find((option) => option.key === key))
  expect(some.map((option) => `${option?.presets.join(', ')} (${option?.fallback})`).join('\n')).toMatchInlineSnapshot(`
    "resnet-20|32|44|56|110|1202, cifar-resnet-N, plain-N, preact-resnet-N, wide-resnet-D-K (batch, or none with skipinit and fixup)
    resnet-20|32|44|56|110|1202, cifar-resnet-N, preact-resnet-N, wide-resnet-D-K (a, or b with preact-resnet-N, wide-resnet-D-K)
    preact-resnet-N (basic up to 110 layers, bottleneck above)
    wide-resnet-D-K (0)"
  `)
})

test('every dense preset gives a valid network that can be written as JSON and read again', () => {
  const text = fc
    .record({
      name: fc.constantFrom('mlp', 'residual-mlp', 'linear', 'linear-residual'),
      block: fc.constantFrom('post', 'pre', 'two-layer'),
      depth: fc.integer({ min: 1, max: 50 }),
      norm: fc.constantFrom('none', 'batch', 'layer'),
      init: fc.constantFrom('he', 'glorot', 'lecun', 'orthogonal', 'identity', 'zeros', 'sparse'),
      dropout: fc.constantFrom(0, 0.1),
    })
    .map(({ name, block, ...options }) => {
      const all = name.includes('residual') ? { ...options, block } : options
      return `${name}:${Object.entries(all).map((pair) => pair.join('='))}`
    })
  const property = fc.property(text, (spec) => {
    const network = parse(spec)
    const blueprint = createBlueprint(network, [3, 4, 4])
    expect(blueprint.output).toEqual([10])
    // The depth counts the hidden dense layers, whatever the block. The read-out is not counted.
    const dense = blueprint.parameters.filter(({ role }) => role === 'weight')
    const layers = dense.reduce((sum, { loops }) => sum + loops.reduce((product, times) => product * times, 1), 0)
    expect(layers).toBe(Number(/depth=(\d+)/.exec(spec)?.[1]) + 1)
    expect(networkFromJson(JSON.parse(JSON.stringify(network)))).toStrictEqual(network)
  })
  fc.assert(property)
})
