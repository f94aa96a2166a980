import { describe, expect, test } from 'vitest'
import { parse } from '../../../test/support/preset-layers.ts'
import { depthInName, nameWithoutDepth, parseNetwork, withDepth } from '../presets.ts'

describe('errors', () => {
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
  ])('%s', (text) => {
    expect(() => parse(text)).toThrowErrorMatchingSnapshot()
  })

  test('data that are no images', () => {
    expect(() => parseNetwork('resnet-20', { classes: 3, input: [4] })).toThrowErrorMatchingInlineSnapshot(
      `[IsobathError: resnet-20: expected images [channels, height, width], got samples of the shape [4]. Take a dense preset, such as mlp.]`,
    )
  })
})

describe('withDepth', () => {
  test.each([
    ['resnet-20', 56, 'resnet-56'],
    ['resnet-N:remedy=fixup', 20, 'resnet-20:remedy=fixup'],
    ['plain-20:init=he', 56, 'plain-56:init=he'],
    ['resnet-18', 50, 'resnet-50'],
    ['wide-resnet-16-4', 28, 'wide-resnet-28-4'],
    ['wide-resnet-D-2', 10, 'wide-resnet-10-2'],
    ['hardt-ma', 13, 'hardt-ma:depth=13'],
    ['vanilla-cnn:channels=8', 100, 'vanilla-cnn:channels=8,depth=100'],
    ['du-fc:depth=2', 5, 'du-fc:depth=5'],
  ])('%s at depth %i is %s', (text, depth, expected) => {
    expect(withDepth(text, depth)).toBe(expected)
  })

  test.each([
    ['resnet-20', 50],
    ['resnet-20', 26],
    ['plain-20', 34],
    ['resnet-18', 20],
    ['hardt-ma', 8],
  ])('%s has no depth %i', (text, depth) => {
    expect(() => withDepth(text, depth)).toThrowErrorMatchingSnapshot()
  })

  test('some say their depth', () => {
    const depths = ['resnet-20:remedy=fixup', 'wide-resnet-16-4', 'resnet-N', 'vanilla-cnn:depth=3'].map(depthInName)
    expect(depths).toEqual([20, 16, undefined, undefined])
  })

  test('names in tables leave the depth out', () => {
    const names = ['resnet-20', 'wide-resnet-16-4', 'vanilla-cnn:depth=3', 'mlp', 'resnet-N'].map(nameWithoutDepth)
    expect(names).toEqual(['resnet-N', 'wide-resnet-D-4', 'vanilla-cnn', 'mlp', 'resnet-N'])
  })
})
