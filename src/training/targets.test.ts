import { expect, test } from 'vitest'
import { refusal } from '../../test/support/refusal.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { autoencode } from '../data/dataset.ts'
import { tiles } from '../data/tiles.ts'
import { chain, conv, dense, flatten, globalAveragePool, relu } from '../network/layers.ts'
import type { Network } from '../network/network.ts'
import { checkOutputs } from './targets.ts'

const data = tiles({ train: 10, test: 10 })
const refused = (network: Network, given = data): string =>
  refusal(() => checkOutputs(createBlueprint(network, given.shape), given))

test('checkOutputs accepts a network whose outputs fit the data', () => {
  expect(refused(chain(conv(4), globalAveragePool(), dense(10)))).toBe('nothing was refused')
  expect(refused(conv(3), autoencode(data))).toBe('nothing was refused')
})

test('checkOutputs refuses a network whose outputs do not fit the data, and says how to change the network', () => {
  const networks = [
    chain(conv(4), globalAveragePool(), dense(8), relu()),
    chain(conv(4), globalAveragePool()),
    chain(conv(4), flatten()),
    conv(4),
    chain(conv(8, { kernel: 32, padding: 'none' })),
  ]
  expect(networks.map((network) => refused(network)).join('\n')).toMatchInlineSnapshot(`
    "IsobathError: output: expected 10 values, one for each class of tiles, got 8. Set the last dense layer's width to 10.
    IsobathError: output: expected 10 values, one for each class of tiles, got 4. Set the last convolution's channels to 10, or end the network with a dense layer of width 10.
    IsobathError: output: expected 10 values, one for each class of tiles, got 4096. End the network with a dense layer of width 10.
    IsobathError: output: expected 10 values, one for each class of tiles, got 4096. End the network with a globalAveragePool and a dense layer of width 10.
    IsobathError: output: expected 10 values, one for each class of tiles, got 8. Set the last convolution's channels to 10, or end the network with a dense layer of width 10."
  `)
  expect(refused(dense(3072))).toMatchInlineSnapshot(
    `"IsobathError: output: expected 10 values, one for each class of tiles, got 3072. Set the last dense layer's width to 10. If the network should reproduce its inputs, use target: "autoencode"."`,
  )
  const others = [conv(4), chain(conv(4), flatten()), conv(4, { stride: 5 })]
  expect(others.map((network) => refused(network, autoencode(data))).join('\n')).toMatchInlineSnapshot(`
    "IsobathError: output: expected 3072 values, one for each value of a sample of tiles that the network should reconstruct, got 4096. Set the last convolution's channels to 3, or end the network with a dense layer of width 3072.
    IsobathError: output: expected 3072 values, one for each value of a sample of tiles that the network should reconstruct, got 4096. End the network with a dense layer of width 3072.
    IsobathError: output: expected 3072 values, one for each value of a sample of tiles that the network should reconstruct, got 196. End the network with a dense layer of width 3072."
  `)
})
