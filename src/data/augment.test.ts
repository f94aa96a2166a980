import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { refusal } from '../../test/support/refusal.ts'
import { checkAugmentation, createAugmenter } from './augment.ts'
import { createBatches } from './batches.ts'
import type { Samples } from './dataset.ts'
import { createStandardizer } from './standardize.ts'

/** Images whose values are all different, so that a value identifies its sample, channel, line and column. */
function numbered(count: number, shape: readonly number[]): Float64Array {
  const size = shape.reduce((product, extent) => product * extent, 1)
  return Float64Array.from({ length: count * size }, (_, at) => at + 1)
}

/** The crop in a simple form: pad, cut out and flip, with a look-up for each value. */
function cropped(image: ArrayLike<number>, [channels, height, width]: readonly number[], move: Move): number[] {
  const values: number[] = []
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const line = y + move.down
        const at = x + move.right
        const column = move.flip ? width - 1 - at : at
        const inside = line >= 0 && line < height && at >= 0 && at < width
        values.push(inside ? image[(channel * height + line) * width + column] : 0)
      }
    }
  }
  return values
}

interface Move {
  readonly down: number
  readonly right: number
  readonly flip: boolean
}

const moves: readonly Move[] = Array.from({ length: 162 }, (_, index) => ({
  down: (Math.floor(index / 2) % 9) - 4,
  right: Math.floor(index / 18) - 4,
  flip: index % 2 === 1,
}))

/** Returns all moves that turn the image into this row. */
function movesOf(image: ArrayLike<number>, shape: readonly number[], row: ArrayLike<number>): Move[] {
  return moves.filter((move) => cropped(image, shape, move).every((value, at) => value === row[at]))
}

/** Returns one epoch of images, varied in batches, without standardizing. */
function varied(count: number, shape: readonly number[], { batch = count, seed = 0, epoch = 0, offset = 0 } = {}) {
  const inputs = Float32Array.from(numbered(count, shape))
  const samples: Samples = { count, inputs, labels: new Uint8Array(count) }
  const standardizer = createStandardizer(samples, shape, 'none')
  const augmenter = createAugmenter('pad-crop-flip', shape, seed)
  const position = { epoch, offset }
  const batches = createBatches(samples, standardizer, { batch, order: 'sequential', seed, position, augmenter })
  const { size } = standardizer
  const rows: number[][] = []
  for (let done = 0; done < count; done += batch) {
    const array = new Float32Array(batch * (size + 3))
    batches.next({ array, offset: 1, stride: size + 3 })
    for (let row = 0; row < batch; row++) {
      const start = 1 + row * (size + 3)
      rows.push([...array.subarray(start, start + size)])
      expect([...array.subarray(start + size, start + size + 2)]).toEqual([0, 0])
    }
  }
  return rows.slice(0, count)
}

const shapes = fc.tuple(
  fc.integer({ min: 1, max: 3 }),
  fc.integer({ min: 1, max: 12 }),
  fc.integer({ min: 1, max: 12 }),
)

test('pad-crop-flip turns every image into one of its 162 crops, flipped or not', () => {
  fc.assert(
    fc.property(shapes, fc.nat(1000), (shape, seed) => {
      const size = shape[0] * shape[1] * shape[2]
      const images = numbered(3, shape)
      for (const [sample, row] of varied(3, shape, { seed }).entries()) {
        const image = images.subarray(sample * size, (sample + 1) * size)
        expect(movesOf(image, shape, row).length).toBeGreaterThan(0)
      }
    }),
    { numRuns: 40 },
  )
})

test('pad-crop-flip draws all moves about equally often', () => {
  const shape = [1, 9, 9]
  const images = numbered(2000, shape)
  const counts = { down: new Map<number, number>(), right: new Map<number, number>(), flip: new Map<boolean, number>() }
  const add = <K>(map: Map<K, number>, key: K): void => void map.set(key, (map.get(key) ?? 0) + 1)
  for (const [sample, row] of varied(2000, shape).entries()) {
    const [move, ...others] = movesOf(images.subarray(81 * sample, 81 * (sample + 1)), shape, row)
    expect(others).toEqual([])
    add(counts.down, move.down)
    add(counts.right, move.right)
    add(counts.flip, move.flip)
  }
  expect([counts.down.size, counts.right.size, counts.flip.size]).toEqual([9, 9, 2])
  // The limits are five standard deviations of a binomial distribution with 2000 / 9 and 2000 / 2 expected draws.
  for (const map of [counts.down, counts.right])
    for (const count of map.values()) expect(Math.abs(count - 222)).toBeLessThan(71)
  for (const count of counts.flip.values()) expect(Math.abs(count - 1000)).toBeLessThan(112)
})

describe('the variation of an image', () => {
  const shape = [3, 8, 8]

  test('changes with the seed and the epoch', () => {
    const first = varied(40, shape, { seed: 3, epoch: 5 })
    expect(varied(40, shape, { seed: 3, epoch: 5 })).toEqual(first)
    for (const other of [
      { seed: 4, epoch: 5 },
      { seed: 3, epoch: 6 },
    ]) {
      const changed = varied(40, shape, other).filter((row, sample) => row.join() !== first[sample].join())
      expect(changed.length).toBeGreaterThan(35)
    }
  })

  test('does not depend on the batches or on the position at which the stream begins', () => {
    const whole = varied(40, shape, { epoch: 2 })
    expect(varied(40, shape, { epoch: 2, batch: 7 })).toEqual(whole)
    // The stream begins within the epoch, so the next epoch begins within a batch.
    const next = varied(40, shape, { epoch: 3 })
    const entered = varied(40, shape, { epoch: 2, offset: 24, batch: 20 })
    expect(entered).toEqual([...whole.slice(24), ...next.slice(0, 24)])
  })
})

test('augmentation varies images only', () => {
  expect(createAugmenter('none', [3, 8, 8], 0)).toBeUndefined()
  checkAugmentation('none', { name: 'moons', shape: [2] })
  checkAugmentation('pad-crop-flip', { name: 'glyphs', shape: [1, 28, 28] })
  expect(refusal(() => checkAugmentation('pad-crop-flip', { name: 'moons', shape: [2] }))).toMatchInlineSnapshot(
    `"IsobathError: augment: expected images (channels, height and width) for pad-crop-flip, got moons, whose samples have the shape [2]. Set the option to none."`,
  )
})
