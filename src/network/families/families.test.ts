import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { blueprintOf, kindsOf, namesOf, ofKind } from '../../../test/support/preset-layers.ts'
import { createBlueprint } from '../../blueprint/create.ts'
import { summaryTable } from '../../blueprint/summary.ts'
import { networkFromJson } from '../json.ts'
import { describePresets } from '../preset-help.ts'
import { parseNetwork, presetData } from '../presets.ts'

describe('the structure of presets:', () => {
  test('resnet-32 has a stem, three stages of residual blocks, a pooling layer and a readout', () => {
    expect(summaryTable(blueprintOf('resnet-32'))).toMatchInlineSnapshot(`
      "layer                       kind                 output        parameters        MACs
      input                                            3 x 32 x 32
      stem.conv1                  conv 3x3             16 x 32 x 32         432     442,368
      stem.batchNorm1             batchNorm            16 x 32 x 32          32           0
      stem.activation1            relu                 16 x 32 x 32           0           0
      stage1.block                x 5                  16 x 32 x 32
        stage1.block.conv1        conv 3x3             16 x 32 x 32      11,520  11,796,480
        stage1.block.batchNorm1   batchNorm            16 x 32 x 32         160           0
        stage1.block.activation1  relu                 16 x 32 x 32           0           0
        stage1.block.conv2        conv 3x3             16 x 32 x 32      11,520  11,796,480
        stage1.block.batchNorm2   batchNorm            16 x 32 x 32         160           0
        stage1.block              residual sum         16 x 32 x 32           0           0
        stage1.block.output       relu                 16 x 32 x 32           0           0
      stage2.first.conv1          conv 3x3, stride 2   32 x 16 x 16       4,608   1,179,648
      stage2.first.batchNorm1     batchNorm            32 x 16 x 16          64           0
      stage2.first.activation1    relu                 32 x 16 x 16           0           0
      stage2.first.conv2          conv 3x3             32 x 16 x 16       9,216   2,359,296
      stage2.first.batchNorm2     batchNorm            32 x 16 x 16          64           0
      stage2.first.shortcut       subsample, stride 2  32 x 16 x 16           0           0
      stage2.first                residual sum         32 x 16 x 16           0           0
      stage2.first.output         relu                 32 x 16 x 16           0           0
      stage2.block                x 4                  32 x 16 x 16
        stage2.block.conv1        conv 3x3             32 x 16 x 16      36,864   9,437,184
        stage2.block.batchNorm1   batchNorm            32 x 16 x 16         256           0
        stage2.block.activation1  relu                 32 x 16 x 16           0           0
        stage2.block.conv2        conv 3x3             32 x 16 x 16      36,864   9,437,184
        stage2.block.batchNorm2   batchNorm            32 x 16 x 16         256           0
        stage2.block              residual sum         32 x 16 x 16           0           0
        stage2.block.output       relu                 32 x 16 x 16           0           0
      stage3.first.conv1          conv 3x3, stride 2   64 x 8 x 8        18,432   1,179,648
      stage3.first.batchNorm1     batchNorm            64 x 8 x 8           128           0
      stage3.first.activation1    relu                 64 x 8 x 8             0           0
      stage3.first.conv2          conv 3x3             64 x 8 x 8        36,864   2,359,296
      stage3.first.batchNorm2     batchNorm            64 x 8 x 8           128           0
      stage3.first.shortcut       subsample, stride 2  64 x 8 x 8             0           0
      stage3.first                residual sum         64 x 8 x 8             0           0
      stage3.first.output         relu                 64 x 8 x 8             0           0
      stage3.block                x 4                  64 x 8 x 8
        stage3.block.conv1        conv 3x3             64 x 8 x 8       147,456   9,437,184
        stage3.block.batchNorm1   batchNorm            64 x 8 x 8           512           0
        stage3.block.activation1  relu                 64 x 8 x 8             0           0
        stage3.block.conv2        conv 3x3             64 x 8 x 8       147,456   9,437,184
        stage3.block.batchNorm2   batchNorm            64 x 8 x 8           512           0
        stage3.block              residual sum         64 x 8 x 8             0           0
        stage3.block.output       relu                 64 x 8 x 8             0           0
      pool                        globalAveragePool    64                     0           0
      readout                     dense                10                   650         640
      total                                                             464,154  68,862,592 (and 2,272 running statistics)"
    `)
  })

  test('a bottleneck block of resnet-50 changes the size with a projection', () => {
    expect(
      namesOf('resnet-50')
        .filter((name) => name.startsWith('stage2') && !name.includes('batchNorm'))
        .join('\n'),
    ).toMatchInlineSnapshot(`
      "stage2.first.conv1.weight 128x256x1x1
      stage2.first.conv2.weight 128x128x3x3
      stage2.first.conv3.weight 512x128x1x1
      stage2.first.shortcut.conv1.weight 512x256x1x1
      stage2.block.conv1.weight 3x128x512x1x1
      stage2.block.conv2.weight 3x128x128x3x3
      stage2.block.conv3.weight 3x512x128x1x1"
    `)
  })

  test('pre-activation networks share an activated input in blocks that change the size, and end with an activation', () => {
    const outline = (text: string) =>
      summaryTable(blueprintOf(text))
        .split('\n')
        .map((line) => line.trim().split(/ {2,}/))
        .flatMap(([path, kind]) => (/\.input|^output/.test(path) || kind?.startsWith('x ') ? [`${path}: ${kind}`] : []))
        .join('\n')
    expect(outline('preact-resnet-110')).toMatchInlineSnapshot(`
      "stage1.first.inputNorm: batchNorm
      stage1.first.input: relu
      stage1.block: x 17
      stage2.first.inputNorm: batchNorm
      stage2.first.input: relu
      stage2.block: x 17
      stage3.first.inputNorm: batchNorm
      stage3.first.input: relu
      stage3.block: x 17
      outputNorm: batchNorm
      output: relu"
    `)
    expect(outline('wide-resnet-40-1')).toMatchInlineSnapshot(`
      "stage1.block: x 6
      stage2.first.inputNorm: batchNorm
      stage2.first.input: relu
      stage2.block: x 5
      stage3.first.inputNorm: batchNorm
      stage3.first.input: relu
      stage3.block: x 5
      outputNorm: batchNorm
      output: relu"
    `)
  })

  test('hardt-ma, vanilla-cnn and du-conv-resnet have the expected parameters', () => {
    expect(namesOf('hardt-ma:depth=13').join('\n')).toMatchInlineSnapshot(`
      "stem.conv1.weight 16x3x3x3
      stem.conv1.bias 16
      stage1.first.conv1.weight 64x16x3x3
      stage1.first.conv1.bias 64
      stage1.first.conv2.weight 64x64x3x3
      stage1.first.conv2.bias 64
      stage1.first.shortcut.weight 64x16x1x1
      stage1.first.shortcut.bias 64
      stage1.block.conv1.weight 1x64x64x3x3
      stage1.block.conv1.bias 1x64
      stage1.block.conv2.weight 1x64x64x3x3
      stage1.block.conv2.bias 1x64
      stage2.first.conv1.weight 128x64x3x3
      stage2.first.conv1.bias 128
      stage2.first.conv2.weight 128x128x3x3
      stage2.first.conv2.bias 128
      stage2.first.shortcut.weight 128x64x1x1
      stage2.first.shortcut.bias 128
      stage2.block.conv1.weight 1x128x128x3x3
      stage2.block.conv1.bias 1x128
      stage2.block.conv2.weight 1x128x128x3x3
      stage2.block.conv2.bias 1x128
      stage3.first.conv1.weight 256x128x3x3
      stage3.first.conv1.bias 256
      stage3.first.conv2.weight 256x256x3x3
      stage3.first.conv2.bias 256
      stage3.first.shortcut.weight 256x128x1x1
      stage3.first.shortcut.bias 256
      stage3.block.conv1.weight 1x256x256x3x3
      stage3.block.conv1.bias 1x256
      stage3.block.conv2.weight 1x256x256x3x3
      stage3.block.conv2.bias 1x256
      readout.weight 10x256"
    `)
    expect(namesOf('vanilla-cnn:depth=10000').join('\n')).toMatchInlineSnapshot(`
      "stem.conv1.weight 32x1x3x3
      stem.conv1.bias 32
      stem.conv2.weight 32x32x3x3
      stem.conv2.bias 32
      stem.conv3.weight 32x32x3x3
      stem.conv3.bias 32
      hidden.conv1.weight 10000x32x32x3x3
      hidden.conv1.bias 10000x32
      readout.weight 10x32
      readout.bias 10"
    `)
    expect(namesOf('du-conv-resnet:depth=5').join('\n')).toMatchInlineSnapshot(`
      "first.weight 16x3x3x3
      hidden.conv1.weight 4x16x16x3x3
      readout.weight 10x16384"
    `)
  })

  test('a deeper network has as many tensors as a shallow one, because the depth is a loop', () => {
    for (const [shallow, deep] of [
      ['resnet-20', 'resnet-1202'],
      ['preact-resnet-164', 'preact-resnet-1001'],
      ['wide-resnet-16-4', 'wide-resnet-40-4'],
      ['hardt-ma:depth=13', 'hardt-ma'],
    ]) {
      expect(blueprintOf(deep).parameters).toHaveLength(blueprintOf(shallow).parameters.length)
    }
  })

  test('the size of maps halves from stage to stage for images of any size', () => {
    const sizes = (text: string, input: number[]) =>
      blueprintOf(text, input)
        .root.children.filter(({ path }) => path.startsWith('stage'))
        .map(({ output }) => output.join('x'))
    expect(sizes('resnet-20', [1, 28, 28])).toEqual(['16x28x28', '32x14x14', '64x7x7'])
    expect(sizes('resnet-18', [3, 224, 224])).toEqual(['64x56x56', '128x28x28', '256x14x14', '512x7x7'])
    const hidden = (input: number[]) => blueprintOf('vanilla-cnn', input).root.children[1].output
    expect([hidden([1, 28, 28]), hidden([3, 32, 32])]).toEqual([
      [32, 7, 7],
      [32, 8, 8],
    ])
  })
})

describe('the structure of VGG and LeNet:', () => {
  const kindsAndSizes = (text: string, input: number[]) =>
    blueprintOf(text, input).root.children.map(({ path, output }) => `${path} ${output.join('x')}`)

  test('vgg-16 ends with hidden dense layers on images of 224 and 64 pixels, and with the read-out on small images', () => {
    expect(kindsAndSizes('vgg-16', [3, 224, 224]).join('\n')).toMatchInlineSnapshot(`
      "stage1 64x224x224
      pool1 64x112x112
      stage2 128x112x112
      pool2 128x56x56
      stage3 256x56x56
      pool3 256x28x28
      stage4 512x28x28
      pool4 512x14x14
      stage5 512x14x14
      pool5 512x7x7
      hidden1 4096
      activation1 4096
      dropout1 4096
      hidden2 4096
      activation2 4096
      dropout2 4096
      readout 10"
    `)
    expect(kindsAndSizes('vgg-16', [3, 64, 64]).slice(9)).toMatchInlineSnapshot(`
      [
        "pool5 512x2x2",
        "hidden1 4096",
        "activation1 4096",
        "dropout1 4096",
        "hidden2 4096",
        "activation2 4096",
        "dropout2 4096",
        "readout 10",
      ]
    `)
    expect(kindsAndSizes('vgg-16', [3, 32, 32]).slice(9)).toMatchInlineSnapshot(`
      [
        "pool5 512x1x1",
        "readout 10",
      ]
    `)
  })

  test('vgg-11 leaves out the poolings that have no two rows to pool', () => {
    expect(kindsAndSizes('vgg-11', [1, 28, 28]).slice(-4)).toMatchInlineSnapshot(`
      [
        "stage4 512x3x3",
        "pool4 512x1x1",
        "stage5 512x1x1",
        "readout 10",
      ]
    `)
    expect(kindsAndSizes('vgg-11', [3, 8, 2]).filter((one) => one.startsWith('pool'))).toEqual(['pool1 64x4x1'])
    expect(kindsAndSizes('vgg-11:top=none', [3, 1, 1]).at(-1)).toBe('stage5 512x1x1')
  })

  test('the options hidden and dropout of vgg set the dense layers', () => {
    const dense = (text: string) => ofKind(text, 'dense').map(({ width }) => width)
    expect(dense('vgg-11')).toEqual([4096, 4096, 10])
    expect(dense('vgg-11:hidden=none')).toEqual([10])
    expect(dense('vgg-11:hidden=512-256,top=none')).toEqual([512, 256])
    const rates = (text: string) => ofKind(text, 'dropout').map(({ rate }) => rate)
    expect(rates('vgg-11')).toEqual([0.5, 0.5])
    expect(rates('vgg-11:hidden=64,dropout=0.1')).toEqual([0.1])
    expect(rates('vgg-11:dropout=0')).toEqual([])
    expect(kindsOf('vgg-11')).not.toContain('batchNorm')
    expect(ofKind('vgg-13:norm=batch', 'conv').map(({ bias }) => bias)).not.toContain(false)
    expect(ofKind('vgg-13:norm=batch,conv-bias=false', 'conv').map(({ bias }) => bias)).not.toContain(true)
  })

  test('lenet-5 has the same maps for images of 28 and of 32 pixels', () => {
    const maps = (input: number[]) => kindsAndSizes('lenet-5', input)
    expect(maps([1, 28, 28])).toEqual(maps([1, 32, 32]))
    expect(maps([1, 28, 28])).toMatchInlineSnapshot(`
      [
        "conv1 6x28x28",
        "activation1 6x28x28",
        "pool1 6x14x14",
        "conv2 16x10x10",
        "activation2 16x10x10",
        "pool2 16x5x5",
        "hidden1 120",
        "activation3 120",
        "hidden2 84",
        "activation4 84",
        "readout 10",
      ]
    `)
    expect(maps([3, 12, 12])[5]).toBe('pool2 16x1x1')
  })

  test('lenet-5 has tanh and average pooling, or any other activation and max pooling', () => {
    expect(new Set(ofKind('lenet-5', 'activation').map((layer) => layer.function))).toEqual(new Set(['tanh']))
    expect(kindsOf('lenet-5')).toContain('averagePool')
    const other = 'lenet-5:activation=leakyRelu,slope=0.2,pool=max'
    expect(new Set(ofKind(other, 'activation').map(({ slope }) => slope))).toEqual(new Set([0.2]))
    expect(kindsOf(other)).toContain('maxPool')
    expect(ofKind(other, 'dense').map(({ init }) => init.kind)).toEqual(['he', 'he', 'he'])
    expect(ofKind('lenet-5', 'conv').map(({ init }) => init.kind)).toEqual(['glorot', 'glorot'])
    expect(ofKind('lenet-5:top=none', 'dense').map(({ width }) => width)).toEqual([120, 84])
  })
})

describe('the structure of autoencoders:', () => {
  const widths = (text: string, input?: number[]) =>
    blueprintOf(text, input)
      .parameters.filter(({ role }) => role === 'weight')
      .flatMap(({ loops: [times = 1], shape }) => Array<number>(times).fill(shape[shape.length - 2]))

  test('the hidden layers narrow to the code in a geometric series, and the output has the size of the input', () => {
    expect(widths('autoencoder')).toEqual([128, 32, 128, 784])
    expect(widths('autoencoder:depth=5')).toEqual([128, 64, 32, 64, 128, 784])
    expect(widths('autoencoder:depth=7,width=512,code=2', [4])).toEqual([512, 81, 13, 2, 13, 81, 512, 4])
    expect(widths('autoencoder:depth=1,code=8')).toEqual([8, 784])
    expect(widths('autoencoder:widths=300-300-10-300-300', [3, 4, 5])).toEqual([300, 300, 10, 300, 300, 60])
    expect(widths('autoencoder:depth=9999,width=4,code=1', [4])).toHaveLength(10_000)
  })

  test('without a shape of the input, an autoencoder has as many outputs as the context has classes', () => {
    expect(createBlueprint(parseNetwork('autoencoder', { classes: 5 }), [5]).output).toEqual([5])
  })

  test('an autoencoder has tanh by default, and the options of the preset mlp', () => {
    expect(new Set(ofKind('autoencoder', 'activation').map((layer) => layer.function))).toEqual(new Set(['tanh']))
    const other = 'autoencoder:activation=relu,norm=batch,dropout=0.2,init=orthogonal'
    expect(kindsOf(other)).toEqual(new Set(['chain', 'dense', 'batchNorm', 'activation', 'dropout']))
    expect(new Set(ofKind(other, 'dense').map(({ init }) => init.kind))).toEqual(new Set(['orthogonal']))
  })
})

describe('the options of presets:', () => {
  test('the option shortcut sets the kind of shortcut in every block', () => {
    const kinds = (text: string) => ofKind(text, 'residual').map(({ shortcut }) => shortcut?.kind)
    expect(kinds('resnet-20')).toEqual([undefined, 'subsample', undefined, 'subsample', undefined])
    expect(kinds('resnet-20:shortcut=b')).toEqual([undefined, 'chain', undefined, 'chain', undefined])
    expect(kinds('resnet-20:shortcut=c')).toEqual(['chain', 'chain', 'chain', 'chain', 'chain'])
    expect(kinds('preact-resnet-20')).toEqual([undefined, undefined, 'conv', undefined, 'conv', undefined])
    expect(kinds('preact-resnet-20:shortcut=a')[2]).toBe('subsample')
    expect(kinds('hardt-ma:shortcut=pool')).toEqual(['subsample', undefined, 'chain', undefined, 'chain', undefined])
  })

  test('the option multiplier takes L as the number of residual branches and l as the number of the branch', () => {
    const multipliers = (text: string) => ofKind(text, 'residual').map(({ multiplier }) => multiplier)
    expect(multipliers('resnet-20:multiplier=1/L')).toEqual(Array(5).fill(1 / 9))
    expect(multipliers('resnet-56:multiplier=1/sqrt(L)')).toEqual(Array(5).fill(1 / Math.sqrt(27)))
    expect(multipliers('resnet-20:multiplier=1/l')).toEqual([
      [1, 1 / 2, 1 / 3],
      1 / 4,
      [1 / 5, 1 / 6],
      1 / 7,
      [1 / 8, 1 / 9],
    ])
    expect(multipliers('resnet-50:multiplier=1/L')).toEqual(Array(8).fill(1 / 16))
  })

  test('the options norm, fan, init, gain, top and dropout change the layers', () => {
    expect(kindsOf('resnet-20:norm=none')).not.toContain('batchNorm')
    expect(ofKind('resnet-20', 'conv').map(({ bias }) => bias)).not.toContain(true)
    expect(ofKind('resnet-20:norm=none,shortcut=b', 'conv').map(({ bias }) => bias)).not.toContain(false)
    const inits = (text: string) => new Set(ofKind(text, 'conv').map(({ init }) => JSON.stringify(init)))
    expect(inits('wide-resnet-16-4:fan=out')).toEqual(new Set(['{"kind":"he","gain":1,"fan":"out"}']))
    expect(inits('plain-20:init=deltaOrthogonal,gain=1.4')).toEqual(
      new Set(['{"kind":"deltaOrthogonal","gain":1.4,"sb2":0}']),
    )
    expect(kindsOf('resnet-20:top=none')).not.toContain('dense')
    expect(kindsOf('mlp:top=none')).toEqual(new Set(['chain', 'dense', 'activation', 'repeat']))
    expect(ofKind('wide-resnet-16-4:dropout=0.3', 'dropout').map(({ rate }) => rate)).toEqual(Array(6).fill(0.3))
  })
})

test('every family with any of its options gives a valid network, which can be written as JSON and read again', () => {
  const presets = [
    'plain-8',
    'cifar-resnet-14',
    'preact-resnet-20',
    'preact-resnet-164',
    'wide-resnet-10-2',
    'plain-18',
  ]
  const residual = [
    'cifar-resnet-14',
    'preact-resnet-20',
    'preact-resnet-164',
    'wide-resnet-10-2',
    'resnet-18',
    'resnet-50',
  ]
  const common = fc.record(
    {
      init: fc.constantFrom('he', 'glorot', 'orthogonal', 'deltaOrthogonal'),
      'conv-bias': fc.boolean(),
      top: fc.constantFrom('dense', 'none'),
    },
    { requiredKeys: [] },
  )
  const skips = fc.record(
    {
      shortcut: fc.constantFrom('a', 'b', 'c'),
      remedy: fc.constantFrom('none', 'skipinit', 'rezero', 'fixup'),
    },
    { requiredKeys: [] },
  )
  const write = (name: string, options: object) =>
    `${name}${Object.keys(options).length > 0 ? ':' : ''}${Object.entries(options).map((pair) => pair.join('='))}`
  const text = fc.oneof(
    fc.tuple(fc.constantFrom(...presets), common).map(([name, options]) => write(name, options)),
    fc
      .tuple(fc.constantFrom(...residual), common, skips)
      .map(([name, options, others]) => write(name, { ...options, ...others })),
    fc
      .tuple(fc.constantFrom('vgg-11', 'vgg-13:norm=batch', 'vgg-16', 'vgg-19:hidden=32-32'), common)
      .map(([name, options]) => write(name, options).replace(/:(.*):/, ':$1,')),
    fc.constantFrom(
      'hardt-ma:depth=7',
      'vanilla-cnn:depth=4',
      'du-conv-resnet:channels=4',
      'lenet-5',
      'lenet-5:pool=max,activation=silu',
    ),
  )
  const property = fc.property(text, fc.boolean(), (spec, onMnist) => {
    const input = onMnist ? [1, 28, 28] : (presetData(spec)?.input ?? [])
    const network = parseNetwork(spec, { classes: 7, input })
    const { output } = createBlueprint(network, input)
    if (!spec.includes('top=none')) expect(output).toEqual([7])
    expect(networkFromJson(JSON.parse(JSON.stringify(network)))).toStrictEqual(network)
  })
  fc.assert(property)
})

test('every preset that the help lists can be built', () => {
  const numbers: Readonly<Record<string, string>> = { N: '110', 'D-K': '16-1' }
  for (const { presets } of describePresets()) {
    for (const { name } of presets) {
      const [stem, title] = /^(.*?)-([ND0-9][-|KN0-9]*)$/.exec(name)?.slice(1) ?? [name]
      const text = title === undefined ? stem : `${stem}-${numbers[title] ?? title.split('|')[0]}`
      expect(blueprintOf(text).output).toEqual(text === 'autoencoder' ? [784] : [10])
    }
  }
})
