import { describe, expect, it } from 'vitest'
import { readHandMade, seeHandMade, tableOf } from '../../test/support/hand-made-view.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { batchNorm, chain, conv, dense, flatten, relu, repeat, residual, shortcut } from '../network/layers.ts'
import { responseDeviation } from './response-deviation.ts'
import { stagesOf } from './stages.ts'

const backend = createReferenceBackend()

describe('responseDeviation', () => {
  it('the deviation follows from the scale and shift of batch norm, and is NaN without batch norm', async () => {
    const network = chain(
      dense(2, { init: { kind: 'identity', gain: 1 } }),
      batchNorm({ scale: 3, epsilon: 0.5 }),
      relu(),
      dense(1),
    )
    // The units have variances of 1 and 4, normalized with an epsilon of 0.5. The shifts move the means 8 apart.
    const found = await readHandMade(backend, responseDeviation, {
      network,
      inputs: [
        [1, 2],
        [-1, -2],
      ],
      weights: { 'batchNorm1.bias': [4, -4] },
    })
    const variance = (9 * (1 / 1.5 + 4 / 4.5)) / 2 + 16
    expect(found).toEqual([expect.closeTo(Math.sqrt(variance), 12), Number.NaN])
  })

  it('the deviation is measured at the last batch norm of the branch of a block, not at the batch norm of the shortcut', async () => {
    const branch = chain(conv(4), batchNorm({ scale: 0.5 }), relu(), conv(4), batchNorm({ scale: 2, name: 'last' }))
    const block = residual(branch, { shortcut: shortcut('c', { from: 4, channels: 4 }) })
    const network = chain(conv(4), repeat(2, block, { name: 'stage' }), flatten(), dense(1))
    const shape = [1, 3, 3]
    const { root } = createBlueprint(network, shape)
    expect(stagesOf(root).map(({ normalizations }) => normalizations.map(({ layer }) => layer.path))).toEqual([
      [],
      ['stage.batchNorm1', 'stage.last'],
      ['stage.batchNorm1', 'stage.last'],
      [],
    ])
    const inputs = Array.from({ length: 3 }, (_, sample) =>
      Array.from({ length: 9 }, (_, index) => Math.sin(1 + index * (sample + 1))),
    )
    const made = { network, shape, inputs }
    const naive = await seeHandMade(backend, made, responseDeviation.needs, (view) =>
      [view.stages[1], view.stages[2]].map(({ normalizations }) => {
        const values = tableOf(view.output(normalizations[1])).flat()
        const mean = values.reduce((sum, value) => sum + value) / values.length
        return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
      }),
    )
    for (const value of naive) expect(value).toBeCloseTo(2, 2)
    expect(await readHandMade(backend, responseDeviation, made)).toEqual([
      Number.NaN,
      ...naive.map((value) => expect.closeTo(value, 12)),
      Number.NaN,
    ])
  })
})
