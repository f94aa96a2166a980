import { expect, test } from 'vitest'
import { chain, dense, relu, sigmoid, tanh } from '../network/layers.ts'
import type { Network } from '../network/network.ts'
import { absorbSigmoid } from './absorb-sigmoid.ts'

const absorbed = (network: Network): Network => absorbSigmoid(network, [3], 'binary-cross-entropy').blueprint.network

test('binary cross-entropy absorbs a sigmoid at the end of the network, also within chains', () => {
  const logits = chain(dense(4), relu(), dense(1))
  expect(absorbed(chain(dense(4), relu(), dense(1), sigmoid()))).toEqual(logits)
  expect(absorbed(chain(dense(4), relu(), chain(dense(1), sigmoid())))).toEqual(
    chain(dense(4), relu(), chain(dense(1))),
  )
  expect(absorbed(chain(dense(4), relu(), dense(1), chain(sigmoid())))).toEqual(logits)
  expect(absorbSigmoid(chain(dense(1), sigmoid()), [3], 'binary-cross-entropy').notes).toHaveLength(1)
})

test('other networks, and networks with other losses, stay unchanged', () => {
  const networks = [
    chain(dense(1), tanh()),
    chain(sigmoid(), dense(1)),
    chain(sigmoid()),
    chain(dense(1), sigmoid(), sigmoid()),
    chain(dense(1), sigmoid(), chain(sigmoid())),
    sigmoid(),
  ]
  for (const network of networks) {
    expect(absorbed(network)).toEqual(network)
    expect(absorbSigmoid(network, [3], 'binary-cross-entropy').notes).toEqual([])
  }
  const ends = chain(dense(2), sigmoid())
  for (const loss of ['cross-entropy', 'squared-error', 'absolute-error', 'huber'] as const) {
    expect(absorbSigmoid(ends, [3], loss)).toMatchObject({ blueprint: { network: ends }, notes: [] })
  }
})

test('absorbing twice is the same as absorbing once', () => {
  const once = absorbed(chain(dense(4), relu(), dense(1), sigmoid()))
  expect(absorbed(once)).toEqual(once)
})
