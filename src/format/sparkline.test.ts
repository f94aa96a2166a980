import { describe, expect, it } from 'vitest'
import { sampled, sparkline, stretched } from './sparkline.ts'

describe('a sparkline', () => {
  it('is as high as its values on the scale, which it does not leave', () => {
    const values = [0, 1, 2, 3, 4, 5, 6, 7, 99, -99]
    expect(sparkline(values, { scale: 'linear', domain: [0, 7] })).toBe('▁▂▃▄▅▆▇██▁')
    expect(sparkline([1e-7, 1e-4, 1, 0], { scale: 'log', domain: [1e-7, 1] })).toBe('▁▄█▁')
  })

  it('shows what is missing, what is not finite, and what is over', () => {
    expect(sparkline([1, null, Number.NaN, undefined], { scale: 'linear', domain: [0, 1] })).toBe('█·× ')
  })
})

it('is stretched or thinned out to a width, ends kept', () => {
  expect(stretched([1, 2, 3], 5)).toEqual([1, 2, 2, 3, 3])
  expect(stretched([1, 2, 3, 4, 5, 6, 7], 3)).toEqual([1, 4, 7])
  expect(stretched([], 3)).toEqual([])
})

it('samples a curve by step up to its end, whose breaking off is not lost', () => {
  const curve = [0, 10, 20, 30].map((step) => ({ step, loss: step }))
  expect(sampled(curve, 30, 4)).toEqual([0, 10, 20, 30])
  expect(sampled(curve, 60, 4)).toEqual([0, 20, 30, undefined])
  const broken = [...curve, { step: 35, loss: Number.NaN }]
  expect(sampled(broken, 60, 4)).toEqual([0, 20, Number.NaN, undefined])
  expect(sampled([], 60, 2)).toEqual([undefined, undefined])
})
