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

/** Returns the next sample numbers of the order `balanced`, drawn in batches of the given sizes. */
function drawBalanced(labels: readonly number[], seed: number, batches: readonly number[], position?: Position) {
  const balanced = createSampleOrder(labels.length, { order: 'balanced', seed, position }, labels)
  return batches.flatMap((batch) => {
    const indices = new Uint32Array(batch)
    balanced.next(indices)
    return [...indices]
  })
}

describe('the balanced order', () => {
  const labels = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 40 })

  test('draws each class once in each round of draws', () => {
    fc.assert(
      fc.property(labels, fc.integer(), (labels, seed) => {
        const classes = [...new Set(labels)].sort()
        const drawn = drawBalanced(labels, seed, [7 * classes.length]).map((sample) => labels[sample])
        for (let start = 0; start < drawn.length; start += classes.length) {
          expect(drawn.slice(start, start + classes.length).sort()).toEqual(classes)
        }
      }),
    )
  })

  test('uses all samples of a class before a sample repeats, and counts the earlier draws of a sample', () => {
    fc.assert(
      fc.property(labels, fc.integer(), (labels, seed) => {
        const count = 3 * labels.length
        const stream = createSampleOrder(labels.length, { order: 'balanced', seed }, labels)
        const [indices, passes] = [new Uint32Array(count), new Uint32Array(count)]
        stream.next(indices, passes)
        const uses = labels.map(() => 0)
        indices.forEach((sample, draw) => {
          const same = uses.filter((_, other) => labels[other] === labels[sample])
          expect(uses[sample]).toBe(Math.min(...same))
          expect(passes[draw]).toBe(uses[sample])
          uses[sample]++
        })
      }),
    )
  })

  test('continues from a saved position as without a break, for all batch sizes', () => {
    fc.assert(
      fc.property(labels, fc.integer(), sizes, sizes, (labels, seed, before, after) => {
        const unbroken = drawBalanced(labels, seed, [...before, ...after])
        const used = before.reduce((sum, batch) => sum + batch, 0)
        const position = { epoch: Math.floor(used / labels.length), offset: used % labels.length }
        const rest = after.reduce((sum, batch) => sum + batch, 0)
        expect(drawBalanced(labels, seed, [rest], position)).toEqual(unbroken.slice(used))
      }),
    )
  })

  test('differs between seeds, and never changes for a given seed', () => {
    const uneven = [0, 0, 0, 0, 0, 0, 1, 1]
    expect(drawBalanced(uneven, 1, [16])).not.toEqual(drawBalanced(uneven, 2, [16]))
    expect(drawBalanced(uneven, 42, [16]).join(' ')).toMatchInlineSnapshot(`"1 7 6 2 7 0 3 6 5 6 4 7 2 6 7 5"`)
  })
})
