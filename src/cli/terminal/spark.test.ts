import { expect, it } from 'vitest'
import { sparkline } from './spark.ts'

it('draws the least value lowest and the greatest value highest', () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8)).toBe('▁▂▃▄▅▆▇█')
})

it('draws the means of equal parts if there are more values than columns', () => {
  expect(sparkline([0, 0, 4, 4, 8, 8], 3)).toBe('▁▅█')
})

it('draws at most one character for each value, and none without values', () => {
  expect(sparkline([2, 1], 12)).toBe('█▁')
  expect(sparkline([], 12)).toBe('')
  expect(sparkline([1], 0)).toBe('')
})

it('leaves out values that are not finite', () => {
  expect(sparkline([1, Number.NaN, 2, Number.POSITIVE_INFINITY], 4)).toBe('▁ █ ')
  expect(sparkline([Number.NaN], 4)).toBe(' ')
})

it('draws a constant as a flat line at half height', () => {
  expect(sparkline([3, 3, 3], 3)).toBe('▅▅▅')
})

it('draws differences that are small against the span as small', () => {
  expect(sparkline([1, 1.01, 1], 3, 0.5)).toBe('▄▅▄')
  expect(sparkline([0, 0], 2)).toBe('▅▅')
})
