import { describe, expect, test } from 'vitest'
import { createBatches } from './batches.ts'
import { glyphs } from './glyphs.ts'
import { createStandardizer } from './standardize.ts'

const { train, shape } = glyphs({ train: 50, test: 1 })
const standardizer = createStandardizer(train, shape, 'none')

/** Memory for a batch, with rows of inputs padded to 800 values. */
function createTarget(batch: number) {
  return {
    inputs: { array: new Float64Array(batch * 800), offset: 0, stride: 800 },
  }
}

describe('createBatches', () => {
  test('fills a batch with the inputs of the named samples', () => {
    const batches = createBatches(train, standardizer, { batch: 16, seed: 3 })
    const { inputs } = createTarget(16)
    for (let step = 0; step < 5; step++) {
      const indices = batches.next(inputs)
      for (const [row, sample] of indices.entries()) {
        const image = [...train.inputs.subarray(sample * 784, (sample + 1) * 784)].map((value) => value / 255)
        expect([...inputs.array.subarray(row * 800, row * 800 + 784)]).toEqual(image)
      }
    }
    expect(batches.position).toEqual({ epoch: 1, offset: 30 })
  })

  test('makes the same batches after a resume as without a break', () => {
    const options = { batch: 7, seed: 5 }
    const unbroken = createBatches(train, standardizer, options)
    const expected = createTarget(7)
    for (let step = 0; step < 10; step++) unbroken.next(expected.inputs)
    const position = unbroken.position
    unbroken.next(expected.inputs)
    const actual = createTarget(7)
    createBatches(train, standardizer, { ...options, position }).next(actual.inputs)
    expect(actual).toEqual(expected)
    unbroken.seek(position)
    const again = createTarget(7)
    unbroken.next(again.inputs)
    expect(again).toEqual(expected)
  })

  test('accepts a batch that is larger than the data set', () => {
    const batches = createBatches(train, standardizer, { batch: 120, order: 'sequential' })
    const { inputs } = createTarget(120)
    expect([...batches.next(inputs)]).toEqual(Array.from({ length: 120 }, (_, index) => index % 50))
  })

  test('refuses a bad batch size', () => {
    expect(() => createBatches(train, standardizer, { batch: 0 })).toThrow(
      'batch: expected a whole number of at least 1, got 0.',
    )
  })
})
