import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Samples } from './dataset.ts'
import { createStandardizer, type Standardization, standardizationNames } from './standardize.ts'

function samplesOf(inputs: Uint8Array | Float32Array, size: number): Samples {
  const count = inputs.length / size
  return { count, inputs, labels: new Uint8Array(count) }
}

/** Returns all samples, standardized with their own statistics. */
function standardized(samples: Samples, shape: readonly number[], mode: Standardization): Float64Array {
  const standardizer = createStandardizer(samples, shape, mode)
  const array = new Float64Array(samples.inputs.length)
  const indices = Uint32Array.from({ length: samples.count }, (_, index) => index)
  standardizer.fill(samples, indices, { array, offset: 0, stride: standardizer.size })
  return array
}

/** Returns the mean and the mean square of a group's values over all samples. */
function moments(values: Float64Array, size: number, from: number, to: number): [number, number] {
  let sum = 0
  let squares = 0
  let total = 0
  for (let start = 0; start < values.length; start += size) {
    for (const value of values.subarray(start + from, start + to)) {
      sum += value
      squares += value * value
      total++
    }
  }
  return [sum / total, squares / total]
}

const images = fc
  .record({
    channels: fc.integer({ min: 1, max: 3 }),
    side: fc.integer({ min: 1, max: 4 }),
    count: fc.integer({ min: 2, max: 6 }),
  })
  .chain(({ channels, side, count }) => {
    const length = channels * side * side * count
    return fc
      .uint8Array({ minLength: length, maxLength: length })
      .map((inputs) => ({ inputs, shape: [channels, side, side], channels, plane: side * side }))
  })

describe('after standardizing', () => {
  test('each channel has mean 0 and mean square 1, or 0 for a constant channel', () => {
    fc.assert(
      fc.property(images, fc.boolean(), ({ inputs, shape, channels, plane }, floats) => {
        const size = channels * plane
        const samples = samplesOf(floats ? Float32Array.from(inputs) : inputs, size)
        const values = standardized(samples, shape, 'per-channel')
        for (let channel = 0; channel < channels; channel++) {
          const [mean, square] = moments(values, size, channel * plane, (channel + 1) * plane)
          expect(mean).toBeCloseTo(0, 9)
          expect(Math.abs(square - Math.round(square))).toBeLessThan(1e-9)
          expect(square).toBeLessThan(1.5)
        }
      }),
    )
  })

  test('each pixel has mean 0 and mean square 1, and a constant pixel is 0', () => {
    const samples = samplesOf(Uint8Array.of(10, 7, 0, 20, 7, 0, 30, 7, 255, 60, 7, 255), 3)
    const values = standardized(samples, [1, 1, 3], 'per-pixel')
    for (const pixel of [0, 2]) {
      const [mean, square] = moments(values, 3, pixel, pixel + 1)
      expect(mean).toBeCloseTo(0, 12)
      expect(square).toBeCloseTo(1, 12)
    }
    expect([values[1], values[4], values[7], values[10]]).toEqual([0, 0, 0, 0])
  })

  test('each feature of samples without channels has mean 0 and mean square 1', () => {
    const values = standardized(samplesOf(Float32Array.of(1, 1e6, 3, 1e6 + 1, 5, 1e6 + 2), 2), [2], 'per-channel')
    const expected = Math.sqrt(1.5)
    for (const [index, value] of [-expected, -expected, 0, 0, expected, expected].entries()) {
      expect(values[index]).toBeCloseTo(value, 12)
    }
  })
})

test('per-pixel-mean subtracts the mean of each value only, with bytes as 0 to 1', () => {
  const bytes = Uint8Array.of(0, 51, 102, 255, 51, 51, 102, 0)
  const values = standardized(samplesOf(bytes, 4), [1, 2, 2], 'per-pixel-mean')
  const expected = [-0.1, 0, 0, 0.5, 0.1, 0, 0, -0.5]
  for (const [at, value] of values.entries()) expect(value).toBeCloseTo(expected[at], 15)
  expect([...standardized(samplesOf(Float32Array.of(1, 10, 3, 20), 2), [2], 'per-pixel-mean')]).toEqual([-1, -5, 1, 5])
})

describe('the standardization mode none', () => {
  test('divides bytes by 255', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, value) => value)
    const expected = Array.from(bytes, (value) => value / 255)
    expect([...standardized(samplesOf(bytes, 16), [1, 4, 4], 'none')]).toEqual(expected)
    expect([...standardized(samplesOf(bytes, 2), [2], 'none')]).toEqual(expected)
  })

  test('leaves floats unchanged', () => {
    const floats = Float32Array.of(-1.5, 0.1, 1e30, 7)
    expect([...standardized(samplesOf(floats, 2), [2], 'none')]).toEqual([...floats])
  })
})

test('the standardization mode raw leaves bytes and floats unchanged', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, value) => value)
  expect([...standardized(samplesOf(bytes, 16), [1, 4, 4], 'raw')]).toEqual([...bytes])
  expect([...createStandardizer(samplesOf(bytes, 16), [1, 4, 4], 'raw').deviation]).toEqual([1 / 255])
  const floats = Float32Array.of(-1.5, 0.1, 1e30, 7)
  expect([...standardized(samplesOf(floats, 2), [2], 'raw')]).toEqual([...floats])
})

test('standardizing bytes in words of four gives the same bits as one by one', () => {
  fc.assert(
    fc.property(images, ({ inputs, shape, channels, plane }) => {
      const size = channels * plane
      const shifted = new Uint8Array(inputs.length + 1).subarray(1) // not aligned to a word
      shifted.set(inputs)
      for (const mode of standardizationNames) {
        const expected = standardized(samplesOf(shifted, size), shape, mode)
        expect(standardized(samplesOf(inputs.slice(), size), shape, mode)).toEqual(expected)
      }
    }),
  )
})

test('a standardizer uses the statistics of the training set, with bytes as 0 to 1', () => {
  const training = samplesOf(Uint8Array.of(0, 51, 102, 51), 2)
  const standardizer = createStandardizer(training, [2], 'per-channel')
  expect([...standardizer.mean]).toEqual([0.2, 0.2])
  expect([...standardizer.deviation]).toEqual([0.2, 1 / 255]) // the second feature is constant, so it is divided by 1
  const array = new Float32Array(2)
  standardizer.fill(samplesOf(Uint8Array.of(153, 52), 2), Uint32Array.of(0), { array, offset: 0, stride: 2 })
  expect([...array]).toEqual([2, 1])
})

test('fill writes rows to their places and changes no other memory', () => {
  const samples = samplesOf(Uint8Array.of(0, 255, 51, 102), 2)
  const array = new Float32Array(9).fill(-1)
  const standardizer = createStandardizer(samples, [2], 'none')
  standardizer.fill(samples, Uint32Array.of(1, 0, 1), { array, offset: 1, stride: 3 })
  expect([...array]).toEqual([-1, 0.2, 0.4, -1, 0, 1, -1, 0.2, 0.4].map(Math.fround))
})
