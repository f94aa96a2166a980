import fc from 'fast-check'
import { expect, it } from 'vitest'
import { spread } from './labels.ts'

it('leaves labels alone that do not touch', () => {
  expect(spread([50, 10, 90], 14, 0, 100)).toEqual([50, 10, 90])
})

it('moves those apart that do, to both sides', () => {
  expect(spread([50, 50], 14, 0, 100)).toEqual([43, 57])
  expect(spread([100, 99], 14, 0, 100)).toEqual([100, 86])
})

it('keeps any labels apart, in order and inside', () => {
  const wanted = fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { maxLength: 14 })
  fc.assert(
    fc.property(wanted, (places) => {
      const result = spread(places, 14, 0, 200)
      const order = places.map((_, index) => index).sort((a, b) => places[a] - places[b] || a - b)
      order.forEach((index, rank) => {
        expect(result[index]).toBeGreaterThan(-1e-6)
        expect(result[index]).toBeLessThan(200 + 1e-6)
        if (rank > 0) expect(result[index] - result[order[rank - 1]]).toBeGreaterThan(14 - 1e-6)
      })
    }),
  )
})
