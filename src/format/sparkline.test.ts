import { describe, expect, it } from 'vitest'
import { sampled, sparkline, stretched } from './sparkline.ts'

describe('sparkline:', () => {
  it('a sparkline is as high as its values on the scale, and stays within the scale', () => {
    const values = [0, 1, 2, 3, 4, 5, 6, 7, 99, -99]
    expect(sparkline(values, { scale: 'linear', domain: [0, 7] })).toBe('▁▂▃▄▅▆▇██▁')
    expect(sparkline([1e-7, 1e-4, 1, 0], { scale: 'log', domain: [1e-7, 1] })).toBe('▁▄█▁')
  })

  it('a sparkline shows missing values, values that are not finite, and places after the end of the curve', () => {
    expect(sparkline([1, null, Number.NaN, undefined], { scale: 'linear', domain: [0, 1] })).toBe('█·× ')
  })
})

it('the function stretched repeats or leaves out values, but never the first and the last value', () => {
  expect(stretched([1, 2, 3], 5)).toEqual([1, 2, 2, 3, 3])
  expect(stretched([1, 2, 3, 4, 5, 6, 7], 3)).toEqual([1, 4, 7])
  expect(stretched([], 3)).toEqual([])
})

it('the function sampled gives the values of a curve by step up to its end, including a final NaN', () => {
  const curve = [0, 10, 20, 30].map((step) => ({ step, loss: step }))
  expect(sampled(curve, 30, 4)).toEqual([0, 10, 20, 30])
  expect(sampled(curve, 60, 4)).toEqual([0, 20, 30, undefined])
  const broken = [...curve, { step: 35, loss: Number.NaN }]
  expect(sampled(broken, 60, 4)).toEqual([0, 20, Number.NaN, undefined])
  expect(sampled([], 60, 2)).toEqual([undefined, undefined])
})
