/** Parameters and multiply-adds of the presets, equal to published figures to the last digit. */
import { describe, expect, test } from 'vitest'
import { type Count, compareCounts, count } from '../../blueprint/count.ts'
import { createBlueprint } from '../../blueprint/create.ts'
import { parseNetwork, presetData } from '../presets.ts'

function counted(text: string, input = presetData(text)?.input): Count {
  const data = presetData(text)
  if (data === undefined || input === undefined) throw new Error(`${text} is no preset`)
  return count(createBlueprint(parseNetwork(text, { ...data, input }), input))
}

const inBillions = (macs: number) => (macs / 1e9).toFixed(3)

describe('He et al. (2015) on CIFAR:', () => {
  test.each([
    [20, 269_722, 40_551_040],
    [32, 464_154, 68_862_592],
    [44, 658_586, 97_174_144],
    [56, 853_018, 125_485_696],
    [110, 1_727_962, 252_887_680],
    [1202, 19_421_274, 2_829_238_912],
  ])('resnet-%i has the published parameters and multiply-adds', (layers, parameters, macs) => {
    expect(counted(`resnet-${layers}`)).toMatchObject({ parameters, macs, flops: 2 * macs })
    expect(counted(`cifar-resnet-${layers}`)).toMatchObject({ parameters, macs })
    // Shortcuts of the kind a cost nothing, so the plain network has the same parameters and multiply-adds.
    expect(counted(`plain-${layers}`)).toMatchObject({ parameters, macs })
  })
})

describe('He et al. (2015) on ImageNet:', () => {
  test.each([
    ['resnet-18', 11_689_512],
    ['resnet-34', 21_797_672],
    ['resnet-50', 25_557_032],
    ['resnet-101', 44_549_160],
    ['resnet-152', 60_192_808],
  ])('%s has the published number of parameters', (text, parameters) => {
    expect(counted(text).parameters).toBe(parameters)
  })

  test('the multiply-adds of resnet-50 depend on which convolution of a bottleneck has the stride', () => {
    const [paper, later] = [counted('resnet-50').macs, counted('resnet-50:stride=3x3').macs]
    expect([paper, later]).toEqual([3_857_973_248, 4_089_184_256])
    expect([inBillions(paper), inBillions(later)]).toEqual(['3.858', '4.089'])
  })
})

test.each([
  [110, 1_730_522],
  [164, 1_703_258],
  [1001, 10_327_706],
])('preact-resnet-%i has the number of parameters of He et al. (2016)', (layers, parameters) => {
  expect(counted(`preact-resnet-${layers}`).parameters).toBe(parameters)
})

test.each([
  ['16-4', 2_748_890],
  ['40-4', 8_949_210],
  ['16-8', 10_961_370],
  ['28-10', 36_479_194],
])('wide-resnet-%s has the number of parameters of Zagoruyko & Komodakis (2016)', (name, parameters) => {
  expect(counted(`wide-resnet-${name}`).parameters).toBe(parameters)
})

test('hardt-ma has 55 convolutions and the 13.59 or 13.5 million parameters of Hardt & Ma (2017)', () => {
  const text = counted('hardt-ma')
  expect(text).toMatchObject({ parameters: 13_589_248, untrained: 2560, runningStatistics: 0 })
  expect((text.parameters / 1e6).toFixed(2)).toBe('13.59')
  expect(counted('hardt-ma:shortcut=pool,conv-bias=false').parameters).toBe(13_538_736)
  const convolutions = text.layers.filter(({ kind, path }) => kind === 'conv' && !path.endsWith('shortcut'))
  expect(convolutions.reduce((sum, { times }) => sum + times, 0)).toBe(55)
})

test.each([
  [11, 132_863_336, 132_868_840, 7_609_090_048],
  [13, 133_047_848, 133_053_736, 11_308_466_176],
  [16, 138_357_544, 138_365_992, 15_470_264_320],
  [19, 143_667_240, 143_678_248, 19_632_062_464],
])('vgg-%i has the numbers of parameters of Simonyan & Zisserman (2015)', (layers, plain, normed, macs) => {
  expect(counted(`vgg-${layers}`)).toMatchObject({ parameters: plain, macs })
  expect(counted(`vgg-${layers}:norm=batch`)).toMatchObject({ parameters: normed, macs })
})

test('vgg-16 has 14,714,688 parameters in its convolutions, and a read-out of 5,130 on CIFAR', () => {
  expect(counted('vgg-16:top=none,hidden=none').parameters).toBe(14_714_688)
  const onCifar = createBlueprint(parseNetwork('vgg-16', { classes: 10, input: [3, 32, 32] }), [3, 32, 32])
  expect(count(onCifar).parameters).toBe(14_714_688 + 5130)
})

test.each([
  [[1, 28, 28], 61_706],
  [[1, 32, 32], 61_706],
  [[3, 32, 32], 62_006],
])('lenet-5 has the known number of parameters for images of the shape %j', (input, parameters) => {
  expect(counted('lenet-5', input).parameters).toBe(parameters)
})

describe('dense layers on an ImageNet picture:', () => {
  test('a dense layer has 308 million parameters with 2,048 units, and 15.1 billion with 100,352 units', () => {
    expect(counted('linear:depth=1,width=2048,top=none', [3, 224, 224]).parameters).toBe(308_283_392)
    expect(counted('linear:depth=1,width=100352,top=none', [3, 224, 224]).parameters).toBe(15_105_886_208)
  })

  test('a dense layer with 100,352 units is 640 times as large as resnet-50, counting all tensors', () => {
    const stack = counted('resnet-50:conv-bias=true,top=none')
    expect(stack).toMatchObject({ tensors: 23_587_712, parameters: 23_534_592, runningStatistics: 53_120 })
    const layer = counted('linear:depth=1,width=100352,top=none', [3, 224, 224])
    const row = compareCounts(stack, layer).find(({ figure }) => figure === 'all tensors')
    expect(row).toMatchObject({ one: 23_587_712, other: 15_105_886_208 })
    expect(Math.floor(row?.ratio ?? 0)).toBe(640)
  })
})

test('the count of a deeper network has as many rows as the count of a shallow network', () => {
  expect(counted('resnet-1202').layers).toHaveLength(counted('resnet-20').layers.length)
  const deep = counted('vanilla-cnn:depth=10000')
  expect(deep.layers).toHaveLength(counted('vanilla-cnn:depth=3').layers.length)
  expect(deep.parameters).toBe(320 + 2 * 9248 + 10_000 * 9248 + 330)
})
