import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fitted, shortened, spread, textWidth } from './labels.ts'

it('spread leaves labels in place that do not touch', () => {
  expect(spread([50, 10, 90], 14, 0, 100)).toEqual([50, 10, 90])
})

it('spread moves touching labels apart, to both sides', () => {
  expect(spread([50, 50], 14, 0, 100)).toEqual([43, 57])
  expect(spread([100, 99], 14, 0, 100)).toEqual([100, 86])
})

it('spread keeps any labels apart, in order and inside the range', () => {
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

it('shortened cuts a text to a number of characters', () => {
  expect(shortened('rate / 3', 8)).toBe('rate / 3')
  expect(shortened('rate / 10', 8)).toBe('rate / …')
})

it('fitted cuts a text to a width in pixels, and leaves narrower texts unchanged', () => {
  expect(fitted('Gradient norm', 200, 12)).toBe('Gradient norm')
  const cut = fitted('The norm of the gradient of the weights', 100, 12)
  expect(cut).toMatch(/^The norm .*…$/)
  expect(textWidth(cut, 12)).toBeLessThanOrEqual(100)
  expect(textWidth(cut, 12)).toBeGreaterThan(85)
})
