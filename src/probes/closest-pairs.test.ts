import { describe, expect, it } from 'vitest'
import { readHandMade, seeHandMade, tableOf } from '../../test/support/hand-made-view.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { chain, dense, tanh } from '../network/layers.ts'
import { createRandom } from '../support/random.ts'
import { closestPairs } from './closest-pairs.ts'

const backend = createReferenceBackend()
const same = dense(2, { bias: false, init: { kind: 'identity', gain: 3 } })

function cosineOf(one: readonly number[], other: readonly number[]): number {
  const product = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, index) => sum + value * b[index], 0)
  return product(one, other) / Math.sqrt(product(one, one) * product(other, other))
}

describe('closestPairs', () => {
  it('pairs each sample with the sample at the smallest angle, for samples of any length', async () => {
    const at = (angle: number, length: number): number[] => [length * Math.cos(angle), length * Math.sin(angle)]
    // The angle is 0.1 between the first two samples, and 0.5 between the second and the third.
    const inputs = [at(0, 1), at(0.1, 7), at(0.6, 0.2)]
    const expected = (2 * Math.cos(0.1) + Math.cos(0.5)) / 3
    const found = await readHandMade(backend, closestPairs, { network: chain(same, same), inputs })
    expect(found).toEqual([expect.closeTo(expected, 14), expect.closeTo(expected, 14)])
  })

  it('gives no values for a network without weights', async () => {
    expect(await readHandMade(backend, closestPairs, { network: chain(tanh()), inputs: [[1], [2]] })).toEqual([])
  })

  it('follows the same pairs from stage to stage, and agrees with a direct computation of the definition', async () => {
    const random = createRandom(1, 'closest pairs')
    const made = {
      network: chain(dense(6), tanh(), dense(5), tanh(), dense(3)),
      inputs: Array.from({ length: 9 }, () => [random.normal(), random.normal()]),
    }
    const naive = await seeHandMade(backend, made, closestPairs.needs, (view) => {
      const tables = view.stages.map(({ end }) => tableOf(view.output(end)))
      const partners = tables[0].map((row, index) => {
        const others = tables[0].map((other, at) => (at === index ? -2 : cosineOf(row, other)))
        return others.indexOf(Math.max(...others))
      })
      return tables.map((table) => {
        const cosines = table.map((row, index) => cosineOf(row, table[partners[index]]))
        return cosines.reduce((sum, value) => sum + value) / cosines.length
      })
    })
    expect(await readHandMade(backend, closestPairs, made)).toEqual(naive.map((value) => expect.closeTo(value, 13)))
  })

  it('gives NaN for a single sample', async () => {
    expect(await readHandMade(backend, closestPairs, { network: chain(same), inputs: [[1, 2]] })).toEqual([Number.NaN])
  })
})
