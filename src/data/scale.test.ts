import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Samples } from './dataset.ts'
import { medianOf, sortedQuantiles } from './quantiles.ts'
import { meanAndDeviation, medianAndRange } from './scale.ts'
import { createStandardizer } from './standardize.ts'

const numbers = z.array(z.number())
const scale = z.object({ mean: numbers, deviation: numbers })
const scales = { meanAndDeviation: scale, medianAndRange: scale }
const goldenSchema = z.object({
  columns: z.object({ rows: z.array(numbers), ...scales }),
  pixels: z.object({ bytes: numbers, shape: numbers, ...scales }),
})
const file = new URL('../../test/golden/scales.json', import.meta.url)
const { columns, pixels } = goldenSchema.parse(JSON.parse(readFileSync(file, 'utf8')))

function expectClose(found: Float64Array, expected: readonly number[]): void {
  expect(found.length).toBe(expected.length)
  for (const [at, value] of expected.entries()) {
    expect(Math.abs(found[at] - value)).toBeLessThanOrEqual(1e-14 * Math.max(1, Math.abs(value)))
  }
}

const measures = { meanAndDeviation, medianAndRange }

describe('the scales of NumPy and RobustScaler are reproduced', () => {
  for (const name of ['meanAndDeviation', 'medianAndRange'] as const) {
    it(`by ${name} for columns of a table`, () => {
      const { rows } = columns
      const width = rows[0].length
      const found = measures[name]({ count: rows.length, inputs: Float64Array.from(rows.flat()) }, width, width)
      expectClose(found.mean, columns[name].mean)
      expectClose(found.deviation, columns[name].deviation)
    })

    it(`by ${name} for channels of images of bytes, and of the same images as floats`, () => {
      const { bytes, shape } = pixels
      const size = shape.reduce((product, extent) => product * extent, 1)
      for (const inputs of [Uint8Array.from(bytes), Float32Array.from(bytes)]) {
        const found = measures[name]({ count: bytes.length / size, inputs }, size, shape[0])
        expectClose(found.mean, pixels[name].mean)
        expectClose(found.deviation, pixels[name].deviation)
      }
    })
  }

  it('by per-target and robust for the values to predict, whatever the inputs are', () => {
    const { rows } = columns
    const targets = Float64Array.from(rows.flat())
    const samples: Samples = {
      count: rows.length,
      inputs: new Float32Array(rows.length),
      labels: new Uint8Array(0),
      targets,
    }
    const of = (standardizeTargets: 'per-target' | 'robust' | 'none' | undefined, standardize: 'none' | 'raw') =>
      createStandardizer(samples, [1], { standardize, standardizeTargets }).targets
    expectClose(of('per-target', 'none').deviation, columns.meanAndDeviation.deviation)
    expectClose(of('robust', 'none').mean, columns.medianAndRange.mean)
    expectClose(of('robust', 'none').deviation, columns.medianAndRange.deviation)
    expect([...of('none', 'raw').deviation]).toEqual([1, 1, 1, 1, 1])
    // Without a mode for the targets, the mode of the inputs decides.
    expect([...of(undefined, 'none').mean]).toEqual([0, 0, 0, 0, 0])
    expectClose(of(undefined, 'raw').mean, columns.meanAndDeviation.mean)
  })
})

describe('quantiles', () => {
  it('are interpolated linearly between neighboring values', () => {
    expect(sortedQuantiles([1, 2, 4, 8], [0, 0.25, 0.5, 0.75, 1])).toEqual([1, 1.75, 3, 5, 8])
    expect(sortedQuantiles([5], [0.25, 0.75])).toEqual([5, 5])
    expect(medianOf(Float64Array.of(9, 1, 4, 2))).toBe(3)
  })
})

describe('the robust scale', () => {
  const robust = (values: readonly number[]) =>
    medianAndRange({ count: values.length, inputs: Float64Array.from(values) }, 1, 1)

  it('keeps an outlier of 20 deviations finite and does not depend on its size', () => {
    const near = Array.from({ length: 1000 }, (_, index) => index / 1000)
    const [small, large] = [10, 1e6].map((outlier) => robust([...near, outlier]))
    expect(large).toEqual(small)
    const samples: Samples = {
      count: 1001,
      inputs: Float64Array.from([...near, 10]),
      labels: new Uint8Array(1001),
    }
    const array = new Float32Array(1001)
    const all = Uint32Array.from({ length: 1001 }, (_, row) => row)
    createStandardizer(samples, [1], 'robust').fill(samples, all, { array, offset: 0, stride: 1 })
    expect(array.every(Number.isFinite)).toBe(true)
    expect(array[1000]).toBeCloseTo((10 - 0.5) / 0.5, 6)
  })

  it('divides by the deviation if the range is 0, and by 1 if all values are equal', () => {
    expect([...robust([0, 0, 0, 0, 0, 0, 0, 0, 0, 10]).deviation]).toEqual([3])
    expect([...robust([7, 7, 7]).deviation]).toEqual([1])
  })

  it('divides by the deviation if a value would leave float32', () => {
    const { deviation } = robust([0, 1e-30, 2e-30, 3e-30, 1e20])
    expect(deviation[0]).toBeCloseTo(4e19, -10)
  })
})
