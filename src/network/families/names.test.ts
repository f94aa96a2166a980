import { describe, expect, test } from 'vitest'
import { parse } from '../../../test/support/preset-layers.ts'
import { refusal } from '../../../test/support/refusal.ts'
import { depthInName, nameWithoutDepth, parseNetwork, withDepth } from '../presets.ts'

describe('parseNetwork:', () => {
  test.each([
    'resnet-21',
    'resnet-26',
    'rsnet-20',
    'ResNet20',
    'wide_resnet-16-4',
    'resnet-020',
    'plain-N',
    'wide-resnet-16',
    'wide-resnet-15-4',
    'preact-resnet-120',
    'preact-resnet-116',
    'wide-resnet-10-0',
    'wide-resnet-10-1.5',
    'wide-resnet-4-1',
    'wide-resnet-16-4-2',
    'wide-resnet-D-4',
    'wide-resnet',
    'preact-resnet-2',
    'cifar-resnet-0',
    'resnet-',
    'resnet-fifty',
    'mlp-3',
    'vanilla-cnn-50',
    'hardt-ma-56',
    'mlp-3-4',
    'linear-residual-',
    'resnet-20,remedy=rezero',
    'resnet-20 remedy=rezero, norm=none',
    'resnet-20; remedy=rezero:norm=none',
    'resnet-21,norm=none',
    'mlp,depth=3',
    'foo,depth=3',
    'mlp,3',
    'resnt-20:remedy',
    'resnet-20:remedy',
    'resnet-20:remedy=',
    'resnet-20:remdy',
    'resnet-20:',
    'resnet-20:=3',
    'resnet-20:gibberish',
    'wide-resnet-16-4:remedy',
    'plain-20:remedy',
    'plain-20:conv-bias',
    'preact-resnet-164:block',
    'mlp:sw2',
    'mlp:widths',
    'hardt-ma:depth',
    'vanilla-cnn:activation',
    'vanilla-cnn:nothing',
    'vgg16',
    'vgg-12',
    'vgg-N',
    'vgg-16:hidden=large',
    'vgg-16:hidden=none,dropout=0.5',
    'vgg-16:fan=out,init=glorot',
    'lenet',
    'lenet-4',
    'lenet-5:slope=0.1',
    'autoencoder:depth=4',
    'autoencoder:widths=8-2-8,code=3',
    'autoencoder-3',
    'du-conv-resnet:cres',
    'resnet-20:fixup',
    'resnet-20:fixup=true',
    'resnet-20:remedy=fixups',
    'plain-20:multiplier=1/L',
    'resnet-20:stride=3x3',
    'resnet-20:remedy=fixup,norm=batch',
    'resnet-20:remedy=zero-gamma,norm=none',
    'resnet-20:remedy=rezero,multiplier=0.1',
    'resnet-20:init=glorot,fan=out',
    'wide-resnet-16-4:remedy=zero-gamma',
    'hardt-ma:depth=56',
    'du-fc:activation=relu',
    'du-resnet:cres=1',
    'vanilla-cnn:activation=gelu',
    'vanilla-cnn:init=he,sw2=2',
    'vanilla-cnn:sb2=0.1',
    'residual-mlp:remedy=rezero,multiplier=1',
  ])('the text "%s" is refused', (text) => {
    expect(() => parse(text)).toThrowErrorMatchingSnapshot()
  })

  test('calls without a text or without a number of classes are refused', () => {
    const calls = ['["resnet-20"]', '["resnet-20", 10]', '["mlp", {}]', '[20, {"classes": 10}]', '[]']
    const call = (text: string) => () => Reflect.apply(parseNetwork, undefined, JSON.parse(text))
    expect(calls.map((text) => refusal(call(text))).join('\n')).toMatchInlineSnapshot(`
      "IsobathError: resnet-20: expected the number of classes after the name, got nothing. Write parseNetwork('resnet-20', { classes: 10 }).
      IsobathError: resnet-20: expected the number of classes after the name, got 10. Write parseNetwork('resnet-20', { classes: 10 }).
      IsobathError: mlp: expected the number of classes after the name, got an object. Write parseNetwork('mlp', { classes: 10 }).
      IsobathError: network: expected the name of a preset, got 20. Take mlp:depth=4.
      IsobathError: network: expected the name of a preset, got nothing. Take mlp:depth=4."
    `)
  })

  test('images that are too small for lenet-5 are refused', () => {
    expect(() => parseNetwork('lenet-5', { classes: 3, input: [1, 8, 20] })).toThrowErrorMatchingInlineSnapshot(
      `[IsobathError: lenet-5: expected images of at least 12 x 12 pixels, got 1x8x20. Take a dense preset, such as mlp.]`,
    )
  })

  test('samples that are no images are refused for a preset that needs images', () => {
    expect(() => parseNetwork('resnet-20', { classes: 3, input: [4] })).toThrowErrorMatchingInlineSnapshot(
      `[IsobathError: resnet-20: expected images [channels, height, width], got samples of the shape [4]. Take a dense preset, such as mlp.]`,
    )
  })
})

describe('withDepth:', () => {
  test.each([
    ['resnet-20', 56, 'resnet-56'],
    ['resnet-N:remedy=fixup', 20, 'resnet-20:remedy=fixup'],
    ['plain-20:init=he', 56, 'plain-56:init=he'],
    ['resnet-18', 50, 'resnet-50'],
    ['wide-resnet-16-4', 28, 'wide-resnet-28-4'],
    ['wide-resnet-D-2', 10, 'wide-resnet-10-2'],
    ['vgg-11:norm=batch', 16, 'vgg-16:norm=batch'],
    ['vgg-N', 19, 'vgg-19'],
    ['autoencoder:code=8', 5, 'autoencoder:code=8,depth=5'],
    ['residual-mlp:block=two-layer', 8, 'residual-mlp:block=two-layer,depth=8'],
    ['hardt-ma', 13, 'hardt-ma:depth=13'],
    ['vanilla-cnn:channels=8', 100, 'vanilla-cnn:channels=8,depth=100'],
    ['du-fc:depth=2', 5, 'du-fc:depth=5'],
  ])('the preset %s at depth %i becomes %s', (text, depth, expected) => {
    expect(withDepth(text, depth)).toBe(expected)
  })

  test.each([
    ['resnet-20', 50],
    ['resnet-20', 26],
    ['plain-20', 34],
    ['resnet-18', 20],
    ['hardt-ma', 8],
    ['resnet-N:remedy', 20],
    ['resnet-N,norm=none', 20],
    ['wide-resnet-D-0', 16],
    ['vgg-16', 12],
    ['autoencoder', 4],
  ])('the preset %s at depth %i is refused', (text, depth) => {
    expect(() => withDepth(text, depth)).toThrowErrorMatchingSnapshot()
  })
})

describe('preset names:', () => {
  test('the names resnet-20 and wide-resnet-16-4 hold a depth, but resnet-N and vanilla-cnn do not', () => {
    const texts = ['resnet-20:remedy=fixup', 'wide-resnet-16-4', 'vgg-16', 'resnet-N', 'vanilla-cnn:depth=3']
    expect(texts.map(depthInName)).toEqual([20, 16, 16, undefined, undefined])
  })

  test('the names of presets in tables leave out the depth', () => {
    const names = ['resnet-20', 'wide-resnet-16-4', 'vanilla-cnn:depth=3', 'mlp', 'resnet-N'].map(nameWithoutDepth)
    expect(names).toEqual(['resnet-N', 'wide-resnet-D-4', 'vanilla-cnn', 'mlp', 'resnet-N'])
  })
})
