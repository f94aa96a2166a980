import { describe, expect, test } from 'vitest'
import { refusal } from '../../test/support/refusal.ts'
import {
  chain,
  conv,
  dense,
  flatten,
  globalAveragePool,
  maxPool,
  relu,
  repeat,
  residual,
  shortcut,
  subsample,
} from '../network/layers.ts'
import type { Network } from '../network/network.ts'
import { createBlueprint } from './create.ts'

const image = [16, 32, 32]
const refused = (...networks: Network[]): string =>
  networks.map((network) => refusal(() => createBlueprint(network, image))).join('\n')

describe('createBlueprint:', () => {
  test('a residual sum of images with different numbers of channels is refused', () => {
    expect(
      refused(
        residual(chain(conv(32), relu())),
        residual(chain(conv(16), relu(), conv(32)), { shortcut: conv(8, { kernel: 1 }) }),
        chain(residual(conv(8))),
      ),
    ).toMatchInlineSnapshot(`
      "IsobathError: residual1.conv1: expected 16 channels so that the branch can be added to its shortcut, got 32. Set the layer's channels to 16, or give the residual a 1x1 convolution as its shortcut: shortcut('b', { from: 16, channels: 32 }).
      IsobathError: residual1.conv2: expected 8 channels so that the branch can be added to its shortcut, got 32. Set the layer's channels to 8, or give the residual a shortcut of the shape [32, 32, 32].
      IsobathError: residual1.branch: expected 16 channels so that the branch can be added to its shortcut, got 8. Set the layer's channels to 16, or give the residual a 1x1 convolution as its shortcut: shortcut('b', { from: 16, channels: 8 })."
    `)
  })

  test('a residual sum of images with different sizes is refused', () => {
    expect(
      refused(
        residual(chain(conv(32, { stride: 2 }), relu(), conv(32))),
        residual(chain(conv(16), maxPool())),
        residual(conv(16, { padding: 'none' })),
        residual(conv(32, { stride: 2 }), { shortcut: shortcut('a', { from: 16, channels: 32 }) }),
      ),
    ).toMatchInlineSnapshot(`
      "IsobathError: residual1: expected an output of the shape [16, 32, 32] so that the branch can be added to its shortcut, got the shape [32, 16, 16]. Make the layers end with 16 channels and keep the size with strides of 1 and padding, or give the residual a 1x1 convolution as its shortcut: shortcut('b', { from: 16, channels: 32, stride: 2 }).
      IsobathError: residual1: expected an output of the shape [16, 32, 32] so that the branch can be added to its shortcut, got the shape [16, 16, 16]. Make the layers keep the size with strides of 1 and padding, or give the residual a 1x1 convolution as its shortcut: shortcut('b', { from: 16, channels: 16, stride: 2 }).
      IsobathError: residual1.branch: expected an output of the shape [16, 32, 32] so that the branch can be added to its shortcut, got the shape [16, 30, 30]. Make the layers keep the size with strides of 1 and padding.
      IsobathError: residual1.branch: expected an output of the shape [32, 32, 32] so that the branch can be added to its shortcut, got the shape [32, 16, 16]. Give the branch and its shortcut the same strides and channels."
    `)
  })

  test('the shortcut that an error proposes makes the network valid', () => {
    const branch = chain(conv(24, { stride: 3 }), relu(), conv(40))
    const found = refused(residual(branch))
    const [, from, channels, stride] = /from: (\d+), channels: (\d+), stride: (\d+)/.exec(found)?.map(Number) ?? []
    const mended = residual(branch, { shortcut: shortcut('b', { from, channels, stride }) })
    expect(createBlueprint(mended, image).output).toEqual([40, 11, 11])
  })

  test('a residual sum of an image and values that are no image is refused', () => {
    expect(
      refused(
        residual(chain(conv(16), globalAveragePool())),
        residual(chain(flatten(), dense(10))),
        residual(conv(16), { shortcut: dense(10) }),
      ),
    ).toMatchInlineSnapshot(`
      "IsobathError: residual1: expected an output of the shape [16, 32, 32] so that the branch can be added to its shortcut, got the shape [16]. Put the flatten, dense and globalAveragePool layers after the residual, or give the residual a shortcut of the shape [16].
      IsobathError: residual1: expected an output of the shape [16, 32, 32] so that the branch can be added to its shortcut, got the shape [10]. Put a flatten() and a dense layer before the residual, or give the residual a shortcut of the shape [10].
      IsobathError: residual1.branch: expected an output of the shape [10] so that the branch can be added to its shortcut, got the shape [16, 32, 32]. Change the layers within the residual, or give the residual a shortcut of the shape [16, 32, 32]."
    `)
  })
})

test('createBlueprint refuses a repeated block of images that changes the shape', () => {
  expect(
    refused(
      repeat(3, chain(conv(16), conv(32), relu())),
      repeat(3, conv(16, { stride: 2 })),
      repeat(3, chain(conv(32), maxPool()), { name: 'stage' }),
      repeat(3, subsample({ stride: 1, channels: 32 })),
      repeat(3, chain(conv(16), globalAveragePool())),
      repeat(3, residual(conv(32), { shortcut: conv(32) })),
    ),
  ).toMatchInlineSnapshot(`
    "IsobathError: repeat1.conv2: expected 16 channels so that the block can be repeated, got 32. Set the layer's channels to 16, or put the layers that change the shape before the repeat.
    IsobathError: repeat1.conv1: expected an output of the shape [16, 32, 32] so that the block can be repeated, got the shape [16, 16, 16]. Make the layers keep the size with strides of 1 and padding, or put the layers that change the shape before the repeat.
    IsobathError: stage: expected an output of the shape [16, 32, 32] so that the block can be repeated, got the shape [32, 16, 16]. Make the layers end with 16 channels and keep the size with strides of 1 and padding, or put the layers that change the shape before the repeat.
    IsobathError: repeat1.subsample1: expected 16 channels so that the block can be repeated, got 32. Set the layer's channels to 16, or put the layers that change the shape before the repeat.
    IsobathError: repeat1: expected an output of the shape [16, 32, 32] so that the block can be repeated, got the shape [16]. Put the flatten, dense and globalAveragePool layers after the repeat.
    IsobathError: repeat1: expected an output of the shape [16, 32, 32] so that the block can be repeated, got the shape [32, 32, 32]. Make the layers end with 16 channels, or put the layers that change the shape before the repeat."
  `)
})
