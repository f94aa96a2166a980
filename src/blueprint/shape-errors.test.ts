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

describe('a sum of images', () => {
  test('of other channels', () => {
    expect(
      refused(
        residual(chain(conv(32), relu())),
        residual(chain(conv(16), relu(), conv(32)), { shortcut: conv(8, { kernel: 1 }) }),
        chain(residual(conv(8))),
      ),
    ).toMatchInlineSnapshot(`
      "IsobathError: residual1.conv1: expected 16 channels so that it can be added to its shortcut, got 32. Set its channels to 16, or give the residual a 1x1 convolution as its shortcut: shortcut('b', { from: 16, channels: 32 }).
      IsobathError: residual1.conv2: expected 8 channels so that it can be added to its shortcut, got 32. Set its channels to 8, or give the residual a shortcut of the shape [32, 32, 32].
      IsobathError: residual1.branch: expected 16 channels so that it can be added to its shortcut, got 8. Set its channels to 16, or give the residual a 1x1 convolution as its shortcut: shortcut('b', { from: 16, channels: 8 })."
    `)
  })

  test('of another size', () => {
    expect(
      refused(
        residual(chain(conv(32, { stride: 2 }), relu(), conv(32))),
        residual(chain(conv(16), maxPool())),
        residual(conv(16, { padding: 'none' })),
        residual(conv(32, { stride: 2 }), { shortcut: shortcut('a', { from: 16, channels: 32 }) }),
      ),
    ).toMatchInlineSnapshot(`
      "IsobathError: residual1: expected an output of the shape [16, 32, 32] so that it can be added to its shortcut, got the shape [32, 16, 16]. Let it end with 16 channels, and keep the size, with strides of 1 and with padding, or give the residual a 1x1 convolution as its shortcut: shortcut('b', { from: 16, channels: 32, stride: 2 }).
      IsobathError: residual1: expected an output of the shape [16, 32, 32] so that it can be added to its shortcut, got the shape [16, 16, 16]. Let it keep the size, with strides of 1 and with padding, or give the residual a 1x1 convolution as its shortcut: shortcut('b', { from: 16, channels: 16, stride: 2 }).
      IsobathError: residual1.branch: expected an output of the shape [16, 32, 32] so that it can be added to its shortcut, got the shape [16, 30, 30]. Let it keep the size, with strides of 1 and with padding.
      IsobathError: residual1.branch: expected an output of the shape [32, 32, 32] so that it can be added to its shortcut, got the shape [32, 16, 16]. Give the branch and its shortcut the same strides and channels."
    `)
  })

  test('is mended by the shortcut that the error names', () => {
    const branch = chain(conv(24, { stride: 3 }), relu(), conv(40))
    const found = refused(residual(branch))
    const [, from, channels, stride] = /from: (\d+), channels: (\d+), stride: (\d+)/.exec(found)?.map(Number) ?? []
    const mended = residual(branch, { shortcut: shortcut('b', { from, channels, stride }) })
    expect(createBlueprint(mended, image).output).toEqual([40, 11, 11])
  })

  test('with values that are no image', () => {
    expect(
      refused(
        residual(chain(conv(16), globalAveragePool())),
        residual(chain(flatten(), dense(10))),
        residual(conv(16), { shortcut: dense(10) }),
      ),
    ).toMatchInlineSnapshot(`
      "IsobathError: residual1: expected an output of the shape [16, 32, 32] so that it can be added to its shortcut, got the shape [16]. Put its flatten, dense and globalAveragePool layers behind the residual, or give the residual a shortcut of the shape [16].
      IsobathError: residual1: expected an output of the shape [16, 32, 32] so that it can be added to its shortcut, got the shape [10]. Put a flatten() and a dense layer before it, or give the residual a shortcut of the shape [10].
      IsobathError: residual1.branch: expected an output of the shape [10] so that it can be added to its shortcut, got the shape [16, 32, 32]. Change its layers, or give the residual a shortcut of the shape [16, 32, 32]."
    `)
  })
})

test('a block on images that cannot be repeated', () => {
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
    "IsobathError: repeat1.conv2: expected 16 channels so that the block can be repeated, got 32. Set its channels to 16, or put what changes the shape before the repeat.
    IsobathError: repeat1.conv1: expected an output of the shape [16, 32, 32] so that the block can be repeated, got the shape [16, 16, 16]. Let it keep the size, with strides of 1 and with padding, or put what changes the shape before the repeat.
    IsobathError: stage: expected an output of the shape [16, 32, 32] so that the block can be repeated, got the shape [32, 16, 16]. Let it end with 16 channels, and keep the size, with strides of 1 and with padding, or put what changes the shape before the repeat.
    IsobathError: repeat1.subsample1: expected 16 channels so that the block can be repeated, got 32. Set its channels to 16, or put what changes the shape before the repeat.
    IsobathError: repeat1: expected an output of the shape [16, 32, 32] so that the block can be repeated, got the shape [16]. Put its flatten, dense and globalAveragePool layers behind the repeat.
    IsobathError: repeat1: expected an output of the shape [16, 32, 32] so that the block can be repeated, got the shape [32, 32, 32]. Let it end with 16 channels, or put what changes the shape before the repeat."
  `)
})
