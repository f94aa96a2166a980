import { expect, test } from 'vitest'
import type { Dataset } from '../data/dataset.ts'
import { createStandardizer } from '../data/standardize.ts'
import { targetRange } from './target-range.ts'

const count = 600
const inputs = Float64Array.from({ length: 2 * count }, (_, index) => index % 7)
const values = Float64Array.from({ length: count }, (_, index) => (index === 599 ? 50 : index % 2))
const samples = { count, inputs, labels: new Uint8Array(count) }
const datasetOf = (train: Dataset['train'], classes = 0): Dataset => ({
  name: 'made up',
  shape: [2],
  classes,
  train,
  test: train,
})
const rangeOf = (data: Dataset, mode: 'none' | 'per-channel') =>
  targetRange(data, createStandardizer(data.train, data.shape, mode).statistics)

test('the targets of classes are 0 and 1', () => {
  expect(rangeOf(datasetOf(samples, 3), 'per-channel')).toEqual({ low: 0, high: 1, areClasses: true })
})

test('the targets of a regression are standardized, in all samples', () => {
  const data = datasetOf({ ...samples, targets: values })
  expect(rangeOf(data, 'none')).toEqual({ low: 0, high: 50, areClasses: false })
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count)
  const { low, high } = rangeOf(data, 'per-channel')
  expect(low).toBeCloseTo(-mean / deviation, 12)
  expect(high).toBeCloseTo((50 - mean) / deviation, 12)
})

test('the targets of an autoencoder are its inputs', () => {
  expect(rangeOf(datasetOf({ ...samples, targets: 'inputs' }), 'none')).toEqual({ low: 0, high: 6, areClasses: false })
})
