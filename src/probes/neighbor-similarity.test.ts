import { describe, expect, it } from 'vitest'
import { readHandMade, seeHandMade, tableOf } from '../../test/support/hand-made-view.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { chain, dense, relu } from '../network/layers.ts'
import { createRandom } from '../support/random.ts'
import { neighborSimilarity } from './neighbor-similarity.ts'

const backend = createReferenceBackend()
const same = dense(2, { init: { kind: 'identity', gain: 1 } })
const corners = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
]

const centered = (table: number[][]): number[][] => {
  const means = table[0].map((_, unit) => table.reduce((sum, row) => sum + row[unit], 0) / table.length)
  return table.map((row) => row.map((value, unit) => value - means[unit]))
}

/** The squared norm |X'Y|^2, computed unit by unit. */
function crossed(one: number[][], other: number[][]): number {
  let squares = 0
  for (const unit of one[0].keys()) {
    for (const partner of other[0].keys()) {
      squares += one.reduce((sum, row, sample) => sum + row[unit] * other[sample][partner], 0) ** 2
    }
  }
  return squares
}

describe('neighborSimilarity', () => {
  it('the similarity is 1 for a layer that rotates, scales and shifts its inputs', async () => {
    const [cosine, sine] = [Math.cos(0.7), Math.sin(0.7)]
    const weights = {
      'dense2.weight': [cosine, -sine, sine, cosine].map((value) => 5 * value),
      'dense2.bias': [100, -3],
    }
    const found = await readHandMade(backend, neighborSimilarity, {
      network: chain(same, same),
      inputs: corners,
      weights,
    })
    expect(found).toEqual([Number.NaN, expect.closeTo(1, 12)])
  })

  it('the similarity is sqrt(1/2) if one of two equal directions remains, and NaN if no direction remains', async () => {
    const weights = { 'dense2.weight': [1, 0, 0, 0], 'dense3.weight': [0, 0, 0, 0], 'dense3.bias': [0.1, 0.7] }
    const network = chain(same, same, same)
    const found = await readHandMade(backend, neighborSimilarity, { network, inputs: corners, weights })
    expect(found).toEqual([Number.NaN, expect.closeTo(Math.SQRT1_2, 14), Number.NaN])
  })

  it('the similarity is CKA computed from the products of all pairs of units', async () => {
    const random = createRandom(6, 'similarity')
    const made = {
      network: chain(dense(6), relu(), dense(3), relu(), dense(5)),
      inputs: Array.from({ length: 7 }, () => [2 + random.normal(), random.normal()]),
    }
    const naive = await seeHandMade(backend, made, neighborSimilarity.needs, ({ stages, output }) => {
      const [first, second, third] = stages.map(({ end }) => centered(tableOf(output(end))))
      return [
        [first, second],
        [second, third],
      ].map(([x, y]) => crossed(x, y) / Math.sqrt(crossed(x, x) * crossed(y, y)))
    })
    const found = await readHandMade(backend, neighborSimilarity, made)
    expect(found).toEqual([Number.NaN, ...naive.map((value) => expect.closeTo(value, 12))])
    for (const value of naive) expect(value).toBeLessThan(0.999)
  })

  it('the similarity does not depend on the scale of the outputs', async () => {
    for (const scale of [1e-200, 1e200]) {
      const weights = { 'dense2.weight': [scale, 0, 0, scale] }
      const found = await readHandMade(backend, neighborSimilarity, {
        network: chain(same, same),
        inputs: corners,
        weights,
      })
      expect(found).toEqual([Number.NaN, expect.closeTo(1, 12)])
    }
  })
})
