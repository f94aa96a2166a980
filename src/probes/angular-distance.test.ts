import { describe, expect, it } from 'vitest'
import { readHandMade, seeHandMade, tableOf } from '../../test/support/hand-made-view.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { chain, conv, dense, flatten, relu, repeat, residual, shortcut, tanh } from '../network/layers.ts'
import { createRandom } from '../support/random.ts'
import { angularDistance } from './angular-distance.ts'

const backend = createReferenceBackend()
const same = dense(2, { bias: false, init: { kind: 'identity', gain: 1 } })
const inputs = [
  [1, 2],
  [-3, 0.5],
  [0, 0],
]

/** The angular distances of residual blocks x + W x, one block for each matrix W. */
const distancesOf = (...branches: readonly (readonly number[])[]): Promise<readonly number[]> => {
  const block = residual(dense(2, { bias: false }))
  const network = chain(same, repeat(branches.length, block, { name: 'hidden' }), same)
  const weights = { 'hidden.branch.weight': branches.flat() }
  return readHandMade(backend, angularDistance, { network, inputs, weights })
}

describe('angularDistance', () => {
  it('the angular distance is 0 for an empty or stretching branch, 1/4 and 1/2 for known rotations, and 1 for a reversal', async () => {
    const rotation = [0, -1, 1, 0]
    const found = await distancesOf([0, 0, 0, 0], [2, 0, 0, 2], rotation, [-1, -1, 1, -1], [-3, 0, 0, -3])
    const expected = [0, 0, 1 / 4, 1 / 2, 1].map((value) => expect.closeTo(value, 14))
    expect(found).toEqual([Number.NaN, ...expected, Number.NaN])
  })

  it('the angular distance distinguishes a rotation by 1e-10 from no rotation', async () => {
    const found = await distancesOf([0, -1e-10, 1e-10, 0])
    expect((found[1] * Math.PI) / 1e-10).toBeCloseTo(1, 5)
  })

  it('the angular distance is the mean over the samples of the arccos of the cosine', async () => {
    const random = createRandom(4, 'angles')
    const block = residual(chain(dense(6), tanh(), dense(3)))
    const made = {
      network: chain(dense(3), repeat(3, block, { name: 'hidden' })),
      inputs: Array.from({ length: 5 }, () => [random.normal(), random.normal()]),
    }
    const naive = await seeHandMade(backend, made, angularDistance.needs, ({ stages, output }) => {
      const product = (one: number[], other: number[]): number =>
        one.reduce((sum, value, index) => sum + value * other[index], 0)
      return [1, 2, 3].map((stage) => {
        const before = tableOf(output(stages[stage - 1].end))
        const angles = tableOf(output(stages[stage].end)).map((row, sample) => {
          const lengths = product(row, row) * product(before[sample], before[sample])
          return Math.acos(product(row, before[sample]) / Math.sqrt(lengths)) / Math.PI
        })
        return angles.reduce((sum, angle) => sum + angle) / 5
      })
    })
    const found = await readHandMade(backend, angularDistance, made)
    expect(found).toEqual([Number.NaN, ...naive.map((value) => expect.closeTo(value, 12))])
  })

  it('the angular distance is NaN for a block that changes the shape, and for the first stage', async () => {
    const block = residual(conv(2, { stride: 2 }), { shortcut: shortcut('a', { from: 1, channels: 2, stride: 2 }) })
    const made = {
      network: chain(residual(conv(1)), conv(1), block, residual(conv(2)), relu(), flatten(), dense(1)),
      shape: [1, 4, 4],
      inputs: [Array.from({ length: 16 }, (_, index) => Math.sin(1 + index))],
    }
    const found = await readHandMade(backend, angularDistance, made)
    expect(found).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN])
    const [, , , turned] = await readHandMade(backend, angularDistance, {
      ...made,
      network: chain(residual(conv(1)), conv(1), block, residual(conv(2)), relu(), dense(1)),
    })
    expect(turned).toBeGreaterThan(0)
  })
})
