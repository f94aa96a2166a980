/** Tests the runs of tiles along a line of an image against a calculation for each single position. */
import { describe, expect, test } from 'vitest'
import type { Seen } from './source.ts'
import { runsOf, type TileRun } from './tiles.ts'

const usual: Seen = { height: 1, width: 1, channels: 1, before: 1, circular: false, size: 6, step: 4 }

/** Lists the positions that each tile reads, with undefined for a position of zeros. */
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
])('runsOf for tiles of $size positions, $step apart,', ({ size, step }) => {
  test.each([false, true])('lists the positions that each tile reads (circular images: %s)', (circular) => {
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

test('runsOf puts all tiles away from the border into one run and lists no position outside the image', () => {
  expect(runsOf(usual, 32, 8)).toEqual([
    { count: 1, anchor: 0, offsets: [undefined, 0, 1, 2, 3, 4] },
    { count: 6, anchor: 3, offsets: [0, 1, 2, 3, 4, 5] },
    { count: 1, anchor: 27, offsets: [0, 1, 2, 3, 4, undefined] },
  ])
})
