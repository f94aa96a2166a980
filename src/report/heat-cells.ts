/** The cells of a heat map: binned to a drawable number, mapped to color levels, and joined into rectangles. */
import { LEVELS } from './heat-colors.ts'
import type { Domain } from './ticks.ts'

/** The values of a heat map, indexed by column, then by row. A missing value is null. */
export type Grid = readonly (readonly (number | null)[])[]

/** The color level of a cell without a value. */
export const NO_LEVEL = -1

/**
 * A rectangle of cells with the same color level. The rectangle ends before the column `right` and before the row
 * `bottom`.
 */
export interface Patch {
  readonly level: number
  readonly left: number
  readonly right: number
  readonly top: number
  bottom: number
}

/** Returns the number of neighboring items in one bin, so that `count` items fit into at most `most` bins. */
export function binSize(count: number, most: number): number {
  return Math.max(1, Math.ceil(count / most))
}

/** Replaces each block of `columns` by `rows` cells of the grid by the median of the finite values in the block. */
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

/** Returns the index of the first item of each bin, for `count` items in bins of `size`. */
export function starts(count: number, size: number): number[] {
  return Array.from({ length: Math.ceil(count / size) }, (_, index) => index * size)
}

/**
 * Returns the median of the finite cells in a bin of `size` cells, or null if fewer than half of the cells are finite.
 */
function median(cells: readonly (number | null)[], size: number): number | null {
  const present = Float64Array.from(cells.filter((cell) => cell !== null).filter(Number.isFinite)).sort()
  // A bin of mostly missing values is drawn as missing, because its few values would misrepresent the bin.
  if (present.length === 0 || present.length * 2 < size) return null
  const [low, high] = [Math.floor, Math.ceil].map((round) => present[round((present.length - 1) / 2)])
  return low + (high - low) / 2
}

/**
 * Returns the color level of a value, from 0 to LEVELS - 1. A value outside the domain takes the color level of the
 * nearest end of the domain. On a log scale, the value 0 takes the lowest color level.
 */
export function levelOf(value: number | null, scale: 'linear' | 'log', [low, high]: Domain): number {
  if (value === null || !Number.isFinite(value) || (scale === 'log' && value < 0)) return NO_LEVEL
  if (value <= low) return 0
  if (value >= high) return LEVELS - 1
  const map = scale === 'log' ? Math.log10 : (number: number) => number
  const part = (map(value) - map(low)) / (map(high) - map(low))
  return Math.min(LEVELS - 1, Math.floor(part * LEVELS))
}

/**
 * Joins neighboring cells of a row that have the same level into one patch, and equal patches below each other into one
 * patch. The table `levels` is indexed by column, then by row.
 */
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
