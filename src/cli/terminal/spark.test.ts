import { expect, it } from 'vitest'
import { sparkline } from './spark.ts'

it('draws values from the least to the greatest', () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8)).toBe('▁▂▃▄▅▆▇█')
})

it('takes the mean of equal parts where there are more values than columns', () => {
  expect(sparkline([0, 0, 4, 4, 8, 8], 3)).toBe('▁▅█')
})

it('is no longer than its values, and empty without any', () => {
  expect(sparkline([2, 1], 12)).toBe('█▁')
  expect(sparkline([], 12)).toBe('')
  expect(sparkline([1], 0)).toBe('')
})

it('leaves what is not finite out', () => {
  expect(sparkline([1, Number.NaN, 2, Number.POSITIVE_INFINITY], 4)).toBe('▁ █ ')
  expect(sparkline([Number.NaN], 4)).toBe(' ')
})

it('draws a constant as a line in the middle', () => {
  expect(sparkline([3, 3, 3], 3)).toBe('▅▅▅')
})

it('keeps small differences small', () => {
  expect(sparkline([1, 1.01, 1], 3, 0.5)).toBe('▄▅▄')
  expect(sparkline([0, 0], 2)).toBe('▅▅')
})
