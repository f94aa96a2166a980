/** Numbers in the sentences of facts. */
import { grouped, number } from '../format/words.ts'
import type { ColumnFigures } from './columns.ts'

/** A number with three significant digits, and with commas from a thousand to ten million. */
export function shown(value: number): string {
  const size = Math.abs(value)
  if (!(size >= 1e3 && size < 1e7)) return number(value)
  const digits = grouped(Number(size.toPrecision(3)))
  return value < 0 ? `-${digits}` : digits
}

/** A value of a table, without the digits that float32 adds. */
export const shortest = (value: number): string => String(Number(value.toPrecision(7)))

/** A fraction as a percentage with three significant digits, such as `73.1%`. */
export const share = (fraction: number): string => `${Number((100 * fraction).toPrecision(3))}%`

/** The range of a column in words. */
export const spanOf = ({ least, most }: ColumnFigures, column: number): string =>
  `from ${shown(least[column])} to ${shown(most[column])}`
