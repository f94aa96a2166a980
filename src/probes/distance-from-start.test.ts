import { describe, expect, it } from 'vitest'
import { handMade, readHandMade } from '../../test/support/hand-made-view.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { sgd } from '../graph/optimizers/sgd.ts'
import { chain, dense, repeat, residual, tanh } from '../network/layers.ts'
import { distanceFromStart } from './distance-from-start.ts'

const backend = createReferenceBackend()
const optimizer = sgd()
const scaled = (gain: number) => dense(2, { bias: false, init: { kind: 'identity', gain } })
const inputs = [[3, 4]]

describe('distanceFromStart', () => {
  it('divides the distance by the norm of the initial weights of each layer', async () => {
    const network = chain(scaled(1), repeat(2, scaled(1), { name: 'hidden' }), scaled(1))
    const { weights: start } = handMade({ network, inputs })
    const weights = {
      'hidden.dense1.weight': [3, 0, 0, 3, 1, 0, 0, 1 + 1e-9],
      'dense2.weight': [0, 0, 0, 0],
    }
    const found = await readHandMade(backend, distanceFromStart, {
      network,
      inputs,
      weights,
      setting: { optimizer, start },
    })
    expect(found).toEqual([0, 2, expect.closeTo(1e-9 / Math.SQRT2, 15), 1])
  })

  it('combines all weights of a block, without biases', async () => {
    const block = residual(chain(dense(2), tanh(), dense(2)))
    const network = chain(repeat(2, block, { name: 'hidden' }))
    const start: Record<string, number[]> = {
      'hidden.dense1.weight': [1, 2, 3, 4, 0, 0, 0, 1],
      'hidden.dense2.weight': [5, 6, 7, 8, 1, 1, 1, 1],
    }
    const found = await readHandMade(backend, distanceFromStart, {
      network,
      inputs,
      weights: {
        'hidden.dense1.weight': [1, 2, 3, 7, 0, 0, 0, 1],
        'hidden.dense2.weight': [5, 2, 7, 8, 1, 1, 2, 1],
        'hidden.dense1.bias': [9, 9, 9, 9],
      },
      setting: { optimizer, start: (name) => start[name] ?? [0, 0, 0, 0] },
    })
    expect(found).toEqual([expect.closeTo(5 / Math.sqrt(204), 14), expect.closeTo(1 / Math.sqrt(5), 14)])
  })

  it('gives NaN if the initial weights are unknown or 0', async () => {
    const network = chain(scaled(1), dense(1))
    expect(await readHandMade(backend, distanceFromStart, { network, inputs })).toEqual([Number.NaN, Number.NaN])
    const setting = { optimizer, start: () => [0, 0, 0, 0] }
    expect(await readHandMade(backend, distanceFromStart, { network: chain(scaled(1)), inputs, setting })).toEqual([
      Number.NaN,
    ])
  })
})
