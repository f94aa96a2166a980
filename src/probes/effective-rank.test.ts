import { describe, expect, it } from 'vitest'
import { readHandMade, seeHandMade, tableOf } from '../../test/support/hand-made-view.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { chain, dense, tanh } from '../network/layers.ts'
import { createRandom } from '../support/random.ts'
import { effectiveRank } from './effective-rank.ts'

const backend = createReferenceBackend()
const unit = (index: number): number[] => [0, 1, 2, 3].map((place) => (place === index ? 1 : 0))
const entropyRank = (shares: readonly number[]): number =>
  Math.exp(-shares.reduce((sum, share) => sum + share * Math.log(share), 0))

describe('effectiveRank', () => {
  it('the effective rank is the width for orthonormal outputs, and 1 for multiples of a single vector', async () => {
    const weights = {
      'dense1.weight': [unit(2), unit(0), unit(3), unit(1)].flat(),
      // All outputs are multiples of the sum of the inputs.
      'dense2.weight': Array.from({ length: 20 }, (_, index) => 1 + Math.floor(index / 4)),
    }
    const network = chain(dense(4, { bias: false }), dense(5, { bias: false }))
    const found = await readHandMade(backend, effectiveRank, { network, inputs: [0, 1, 2, 3].map(unit), weights })
    expect(found).toEqual([expect.closeTo(4, 12), expect.closeTo(1, 12)])
  })

  it('the effective rank weights directions by their singular values', async () => {
    const network = chain(dense(4, { bias: false }))
    const weights = { 'dense1.weight': [3, 2, 2, 1].flatMap((factor, index) => unit(index).map((one) => factor * one)) }
    const [found] = await readHandMade(backend, effectiveRank, { network, inputs: [0, 1, 2, 3].map(unit), weights })
    expect(found).toBeCloseTo(entropyRank([3 / 8, 2 / 8, 2 / 8, 1 / 8]), 12)
  })

  it('the effective rank of two units follows from the roots of a quadratic equation', async () => {
    const random = createRandom(2, 'rank')
    const made = {
      network: chain(dense(2), tanh(), dense(2)),
      inputs: Array.from({ length: 9 }, () => [random.normal(), random.normal(), random.normal()]),
    }
    const naive = await seeHandMade(backend, made, effectiveRank.needs, (view) =>
      view.stages.map(({ end }) => {
        let [a, b, c] = [0, 0, 0]
        for (const [u, v] of tableOf(view.output(end))) {
          a += u * u
          b += u * v
          c += v * v
        }
        const root = Math.sqrt(((a - c) / 2) ** 2 + b * b)
        const [first, second] = [Math.sqrt((a + c) / 2 + root), Math.sqrt((a + c) / 2 - root)]
        return entropyRank([first / (first + second), second / (first + second)])
      }),
    )
    const found = await readHandMade(backend, effectiveRank, made)
    expect(found).toEqual(naive.map((value) => expect.closeTo(value, 10)))
  })

  it('the effective rank is NaN if all outputs are 0', async () => {
    const network = chain(dense(2, { init: { kind: 'zeros' } }))
    expect(await readHandMade(backend, effectiveRank, { network, inputs: [[1, 2]] })).toEqual([Number.NaN])
  })
})
