import { expect, it } from 'vitest'
import { readHandMade, seeHandMade, tableOf } from '../../test/support/hand-made-view.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { chain, dense, relu, repeat } from '../network/layers.ts'
import { meanSquare } from './mean-square.ts'

const backend = createReferenceBackend()

it('the mean square of the outputs grows by the square of the gain at every layer of a linear chain', async () => {
  const init = { kind: 'identity', gain: 3 } as const
  const network = chain(dense(2, { bias: false, init }), repeat(4, dense(2, { bias: false, init })))
  // The mean of 1, 4, 9 and 16 is 7.5.
  const found = await readHandMade(backend, meanSquare, {
    network,
    inputs: [
      [1, 2],
      [3, -4],
    ],
  })
  expect(found).toEqual([9, 81, 729, 6561, 59049].map((factor) => 7.5 * factor))
})

it('the mean square of the outputs is measured after the activation', async () => {
  const made = {
    network: chain(dense(5), relu(), dense(3)),
    inputs: [
      [0.5, -1],
      [2, 0.25],
      [-1, -3],
    ],
  }
  const naive = await seeHandMade(backend, made, meanSquare.needs, (view) =>
    view.stages.map(({ end }) => {
      const squares = tableOf(view.output(end))
        .flat()
        .map((value) => value ** 2)
      return squares.reduce((sum, value) => sum + value) / squares.length
    }),
  )
  const found = await readHandMade(backend, meanSquare, made)
  expect(found).toEqual(naive.map((value) => expect.closeTo(value, 14)))
})
