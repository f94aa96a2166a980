/** The cells of a heat map: few enough to draw, as levels of color, and equal neighbors joined to rectangles. */

import { LEVELS } from './heat-colors.ts'
import type { Domain } from './ticks.ts'

/** Values by column, then by row; null where there is none. */
export type Grid = readonly (readonly (number | null)[])[]

/** The level of a cell without a value. */
export const NO_LEVEL = -1

/** Neighboring cells of one level: columns left to right (exclusive), rows top to bottom (exclusive). */
export interface Patch {
  readonly level: number
  readonly left: number
  readonly right: number
  readonly top: number
  bottom: number
}

/** How many neighbors share one of at most `most` places. */
export function binSize(count: number, most: number): number {
  return Math.max(1, Math.ceil(count / most))
}

/** The grid with each `columns` by `rows` cells replaced by the median of their finite values. */
export function binned(grid: Grid, rowCount: number, columns: number, rows: number): (number | null)[][] {
  return starts(grid.length, columns).map((column) => {
    const together = grid.slice(column, column + columns)
    return starts(rowCount, rows).map((row) => {
      const size = together.length * Math.min(rows, rowCount - row)
      return median(
        together.flatMap((values) => values.slice(row, row + rows)),
        size,
      )
    })
  })
}

/** Where the bins of `count` items begin. */
export function starts(count: number, size: number): number[] {
  return Array.from({ length: Math.ceil(count / size) }, (_, index) => index * size)
}

/** The median of the finite cells, of `size` that there could be. */
function median(cells: readonly (number | null)[], size: number): number | null {
  const present = Float64Array.from(cells.filter((cell) => cell !== null).filter(Number.isFinite)).sort()
  // A bin that is mostly without values would be shown as something most of it isn't.
  if (present.length === 0 || present.length * 2 < size) return null
  const [low, high] = [Math.floor, Math.ceil].map((round) => present[round((present.length - 1) / 2)])
  return low + (high - low) / 2
}

/** Which of the LEVELS colors a value has; values beyond the domain have that of its end, and so has 0 on a log scale. */
export function levelOf(value: number | null, scale: 'linear' | 'log', [low, high]: Domain): number {
  if (value === null || !Number.isFinite(value) || (scale === 'log' && value < 0)) return NO_LEVEL
  if (value <= low) return 0
  if (value >= high) return LEVELS - 1
  const map = scale === 'log' ? Math.log10 : (number: number) => number
  const part = (map(value) - map(low)) / (map(high) - map(low))
  return Math.min(LEVELS - 1, Math.floor(part * LEVELS))
}

/** Equal neighbors of a row as one patch, and equal patches below each other as one. `levels` by column, then by row. */
export function patches(levels: readonly (readonly number[])[], rowCount: number): Patch[] {
  const done: Patch[] = []
  let above = new Map<string, Patch>()
  for (let row = 0; row < rowCount; row++) {
    const current = new Map<string, Patch>()
    let left = 0
    while (left < levels.length) {
      const level = levels[left][row]
      let right = left + 1
      while (right < levels.length && levels[right][row] === level) right++
      const key = `${left} ${right} ${level}`
      const continued = above.get(key)
      const patch = continued ?? { level, left, right, top: row, bottom: row }
      if (continued === undefined) done.push(patch)
      patch.bottom = row + 1
      current.set(key, patch)
      left = right
    }
    above = current
  }
  return done
}
