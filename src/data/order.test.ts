import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSampleOrder, type OrderOptions, type Position } from './order.ts'

/** Returns the next sample numbers, drawn in batches of the given sizes. */
function draw(count: number, options: OrderOptions, batches: readonly number[]): number[] {
  const order = createSampleOrder(count, options)
  return batches.flatMap((batch) => {
    const indices = new Uint32Array(batch)
    order.next(indices)
    return [...indices]
  })
}

const counts = fc.integer({ min: 1, max: 40 })
const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 12 })
const order = fc.constantFrom('shuffled', 'sequential') satisfies fc.Arbitrary<OrderOptions['order']>

describe('the stream of samples', () => {
  test('contains each sample once in each epoch', () => {
    fc.assert(
      fc.property(counts, fc.integer(), order, (count, seed, order) => {
        const drawn = draw(count, { seed, order }, [3 * count])
        for (let epoch = 0; epoch < 3; epoch++) {
          const numbers = drawn.slice(epoch * count, (epoch + 1) * count).sort((a, b) => a - b)
          expect(numbers).toEqual(Array.from({ length: count }, (_, index) => index))
        }
      }),
    )
  })

  test('contains the same samples for all batch sizes', () => {
    fc.assert(
      fc.property(counts, fc.integer(), order, sizes, (count, seed, order, batches) => {
        const total = batches.reduce((sum, batch) => sum + batch, 0)
        expect(draw(count, { seed, order }, batches)).toEqual(draw(count, { seed, order }, [total]))
      }),
    )
  })

  test('continues from a saved position as without a break', () => {
    fc.assert(
      fc.property(counts, fc.integer(), order, sizes, sizes, (count, seed, order, before, after) => {
        const unbroken = draw(count, { seed, order }, [...before, ...after])
        const first = createSampleOrder(count, { seed, order })
        for (const batch of before) first.next(new Uint32Array(batch))
        const position: Position = JSON.parse(JSON.stringify(first.position))
        const resumed = draw(count, { seed, order, position }, after)
        expect(unbroken.slice(-resumed.length)).toEqual(resumed)
        const moved = createSampleOrder(count, { seed, order })
        moved.next(new Uint32Array(3))
        moved.seek(position)
        const indices = new Uint32Array(resumed.length)
        moved.next(indices)
        expect([...indices]).toEqual(resumed)
      }),
    )
  })

  test('has a new random order for each epoch and seed, or repeats the order of the data set', () => {
    const shuffled = draw(20, { seed: 1 }, [40])
    expect(shuffled.slice(20)).not.toEqual(shuffled.slice(0, 20))
    expect(draw(20, { seed: 2 }, [40])).not.toEqual(shuffled)
    expect(draw(3, { order: 'sequential' }, [2, 2, 4])).toEqual([0, 1, 2, 0, 1, 2, 0, 1])
  })

  test('never changes its order for a given seed', () => {
    expect(draw(8, { seed: 42 }, [16]).join(' ')).toMatchInlineSnapshot(`"0 1 6 7 4 5 2 3 7 0 3 4 1 2 5 6"`)
  })
})

test('createSampleOrder refuses a position outside the stream', () => {
  expect(() => createSampleOrder(10, { position: { epoch: 0, offset: 10 } })).toThrowErrorMatchingInlineSnapshot(
    `[IsobathError: position in the data: expected a whole number of epochs and an offset from 0 to 9, got epoch 0, offset 10. Resume with the data and the samples that the run started with.]`,
  )
  expect(() => createSampleOrder(10).seek({ epoch: -1, offset: 0 })).toThrow('got epoch -1, offset 0')
  expect(() => createSampleOrder(10).seek({ epoch: 0.5, offset: 0 })).toThrow('got epoch 0.5')
})
