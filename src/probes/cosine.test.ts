import { describe, expect, it } from 'vitest'
import { readHandMade, seeHandMade, tableOf } from '../../test/support/hand-made-view.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { chain, dense, relu, tanh } from '../network/layers.ts'
import { createRandom } from '../support/random.ts'
import { cosine, cosineDistance } from './cosine.ts'

const backend = createReferenceBackend()
const same = dense(2, { bias: false, init: { kind: 'identity', gain: 3 } })

/** The cosine of two vectors, computed by the definition. */
function cosineOf(one: readonly number[], other: readonly number[]): number {
  const product = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, index) => sum + value * b[index], 0)
  return product(one, other) / Math.sqrt(product(one, one) * product(other, other))
}

const rowsOf = (table: readonly (readonly number[])[]) => ({
  rows: table.length,
  width: table[0].length,
  positions: 1,
  values: Float64Array.from(table.flat()),
})

describe('cosine and cosineDistance', () => {
  it('cosine gives the cosine of the angle between two samples, for any, opposite and right angles', async () => {
    const read = (inputs: number[][]) => readHandMade(backend, cosine, { network: chain(same, same), inputs })
    const angle = 0.7
    const expected = expect.closeTo(Math.cos(angle), 14)
    expect(await read([[2, 0], [Math.cos(angle), Math.sin(angle)].map((value) => 5 * value)])).toEqual([
      expected,
      expected,
    ])
    expect(
      await read([
        [1, 1],
        [-4, -4],
      ]),
    ).toEqual([expect.closeTo(-1, 14), expect.closeTo(-1, 14)])
    // Among the three pairs of unit vectors, one pair is opposite and two pairs are at right angles.
    expect(
      await read([
        [1, 0],
        [0, 1],
        [0, -1],
      ]),
    ).toEqual([expect.closeTo(-1 / 3, 14), expect.closeTo(-1 / 3, 14)])
  })

  it('cosine averages over all pairs of rows that are not zero', async () => {
    const random = createRandom(1, 'cosine')
    const made = {
      network: chain(dense(7), relu(), dense(5), tanh(), dense(3, { bias: false })),
      inputs: [[0, 0], ...Array.from({ length: 9 }, () => [random.normal(), random.normal()])],
    }
    const naive = await seeHandMade(backend, made, cosine.needs, (view) =>
      view.stages.map(({ end }) => {
        const table = tableOf(view.output(end)).filter((row) => row.some((value) => value !== 0))
        const pairs = table.flatMap((row, index) => table.slice(index + 1).map((other) => cosineOf(row, other)))
        expect(pairs).toHaveLength(36)
        return pairs.reduce((sum, value) => sum + value) / pairs.length
      }),
    )
    const found = await readHandMade(backend, cosine, made)
    expect(found).toEqual(naive.map((value) => expect.closeTo(value, 13)))
  })

  it('cosineDistance has nine exact digits even if the cosine is close to 1', () => {
    for (const epsilon of [1e-2, 1e-6]) {
      const expected = 1 - 1 / Math.sqrt(1 + epsilon ** 2)
      const exact = epsilon < 1e-3 ? epsilon ** 2 / 2 : expected
      expect(
        cosineDistance(
          rowsOf([
            [1, 0],
            [1, epsilon],
          ]),
        ) / exact,
      ).toBeCloseTo(1, 9)
    }
    expect(
      cosineDistance(
        rowsOf([
          [1e-200, 1e-200],
          [1e200, 0],
        ]),
      ),
    ).toBeCloseTo(1 - Math.SQRT1_2, 14)
  })

  it('cosineDistance returns NaN for fewer than two non-zero samples, and if an output is NaN', () => {
    expect(cosineDistance(rowsOf([[1, 2]]))).toBeNaN()
    expect(
      cosineDistance(
        rowsOf([
          [1, 2],
          [0, 0],
        ]),
      ),
    ).toBeNaN()
    expect(
      cosineDistance(
        rowsOf([
          [1, 2],
          [Number.NaN, 1],
          [0, 1],
        ]),
      ),
    ).toBeNaN()
  })
})
