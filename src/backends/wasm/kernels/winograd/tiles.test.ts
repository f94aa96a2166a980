/** What tiles see of a line of an image, run by run, against looking at each position. */
import { describe, expect, test } from 'vitest'
import type { Seen } from './source.ts'
import { runsOf, type TileRun } from './tiles.ts'

const usual: Seen = { height: 1, width: 1, channels: 1, before: 1, circular: false, size: 6, step: 4 }

/** The positions that each tile sees; of zeros, none. */
const seenIn = (runs: readonly TileRun[], step: number): (number | undefined)[][] =>
  runs.flatMap(({ count, anchor, offsets }) =>
    Array.from({ length: count }, (_, number) =>
      offsets.map((offset) => (offset === undefined ? undefined : anchor + number * step + offset)),
    ),
  )

describe.each([
  { size: 6, step: 4 },
  { size: 4, step: 2 },
  { size: 4, step: 4 },
])('tiles of $size positions, $step apart', ({ size, step }) => {
  test.each([false, true])('circular: %s', (circular) => {
    for (const before of circular ? [1] : [0, 1, 2]) {
      for (let extent = 1; extent < 20; extent++) {
        const seen = { ...usual, size, step, before, circular }
        const tiles = Math.ceil(extent / step)
        const expected = Array.from({ length: tiles }, (_, tile) =>
          Array.from({ length: size }, (_, number) => {
            const position = tile * step - before + number
            if (position >= 0 && position < extent) return position
            return circular ? (position + 10 * extent) % extent : undefined
          }),
        )
        expect(seenIn(runsOf(seen, extent, tiles), step)).toEqual(expected)
      }
    }
  })
})

test('tiles in the middle are one run, and no position lies before the first one', () => {
  expect(runsOf(usual, 32, 8)).toEqual([
    { count: 1, anchor: 0, offsets: [undefined, 0, 1, 2, 3, 4] },
    { count: 6, anchor: 3, offsets: [0, 1, 2, 3, 4, 5] },
    { count: 1, anchor: 27, offsets: [0, 1, 2, 3, 4, undefined] },
  ])
})
