import { expect, it } from 'vitest'
import { axisWords, lossAxis } from './loss-axis.ts'

it('the caption of losses says whether the axis is logarithmic and whether losses are cut off', () => {
  const words = (...losses: number[]): string => {
    const rows = [{ losses: losses.map((loss, step) => ({ step, loss })) }]
    const axis = lossAxis(rows)
    return axis === null ? 'no axis' : axisWords(axis, rows)
  }
  expect(words(1, 0.5, 0.2)).toBe('')
  expect(words(1, 9, 0.2)).toBe(' Losses above the axis are cut off.')
  expect(words(1, 3, 0.01)).toBe(' The loss axis is logarithmic.')
  expect(words(1, 90, 0.01)).toBe(' The loss axis is logarithmic. Losses above the axis are cut off.')
  expect(words(1, Number.NaN, 0.5)).toBe('')
})
