import { describe, expect, it } from 'vitest'
import { euclideanNorm, largestMagnitude } from './norm.ts'

describe('euclideanNorm:', () => {
  it('the norm of several tensors is the root of the sum of squares of all values', () => {
    const tensors = [[3, 4], [12], []]
    expect(euclideanNorm(tensors)).toBe(13)
    expect(euclideanNorm([Float32Array.of(-0.5, 2), Float64Array.of(1.25)])).toBeCloseTo(
      Math.sqrt(0.5 ** 2 + 2 ** 2 + 1.25 ** 2),
      14,
    )
  })

  it.each([1e-310, 1e-300, 1e-200, 1e-160, 1e-140, 1e140, 1e200, 1e300])(
    'the norm neither overflows nor underflows at %d',
    (scale) => {
      expect(euclideanNorm([[3 * scale], [-4 * scale]]) / scale).toBeCloseTo(5, 10)
    },
  )

  it('the norm includes 10,000 values of 1e-144, whose squares are very small', () => {
    expect(euclideanNorm([Array.from({ length: 10_000 }, () => 1e-144)]) / 1e-142).toBeCloseTo(1, 10)
  })

  it('the norm is 0 for an empty list and for zeros, and NaN or infinite if a value is NaN or infinite', () => {
    expect(euclideanNorm([])).toBe(0)
    expect(euclideanNorm([[0, 0], []])).toBe(0)
    expect(euclideanNorm([[1], [Number.NaN, 2]])).toBeNaN()
    expect(euclideanNorm([[1, Number.NEGATIVE_INFINITY]])).toBe(Number.POSITIVE_INFINITY)
  })
})

it('largestMagnitude gives the largest absolute value, and NaN if a value is NaN', () => {
  expect(largestMagnitude([1, -7, 3])).toBe(7)
  expect(largestMagnitude([])).toBe(0)
  expect(largestMagnitude([Number.NaN, 1])).toBeNaN()
  expect(largestMagnitude([1, Number.NaN])).toBeNaN()
})
