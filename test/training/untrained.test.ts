/**
 * Tests of layers with untrained weights. Updates and weight decay do not move untrained weights, and gradients pass
 * through layers with untrained weights.
 */
import { expect, test } from 'vitest'
import { createReferenceBackend } from '../../src/backends/reference/backend.ts'
import { createWasmBackend } from '../../src/backends/wasm/backend.ts'
import { momentum } from '../../src/graph/optimizers/momentum.ts'
import { chain, dense, relu, repeat } from '../../src/network/layers.ts'
import type { Network } from '../../src/network/network.ts'
import { tinyTask, trainTiny } from '../support/tiny-training.ts'

const network: Network = chain(
  dense(6, { name: 'first' }),
  relu(),
  repeat(2, chain(dense(6, { trained: false }), relu()), { name: 'fixed' }),
  dense(2, { name: 'readout', trained: false, bias: false }),
)

test.each(['reference', 'wasm'] as const)('untrained weights stay unchanged on the %s backend', async (name) => {
  const backend = name === 'wasm' ? await createWasmBackend({ threads: 1 }) : createReferenceBackend()
  const options = { backend, steps: 5, optimizer: momentum({ rate: 0.1, weightDecay: 0.1 }) }
  const { weights: before } = tinyTask(network, options)
  const { weights: after } = (await trainTiny(network, options)).state
  backend.dispose()
  for (const tensor of ['fixed.dense1.weight', 'fixed.dense1.bias', 'readout.weight']) {
    expect(Array.from(after.get(tensor) ?? [], Math.fround)).toEqual(Array.from(before.get(tensor) ?? [], Math.fround))
  }
  for (const tensor of ['first.weight', 'first.bias']) expect(after.get(tensor)).not.toEqual(before.get(tensor))
})
