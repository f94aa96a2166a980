/** Fills missing cells of a table: the values to fill with, and the columns after filling. */
import { counted } from '../format/words.ts'
import { IsobathError } from '../support/errors.ts'
import { MISSING_WORD, quoteCell } from './csv-cells.ts'
import type { InputColumn } from './csv-encoding.ts'
import { medianOf } from './quantiles.ts'

/** The value that fills missing cells of a column, and whether an additional input marks the missing cells. */
interface Fill<T> {
  readonly fill: T
  readonly indicator?: true
}

const marked = (isMarked: boolean): { readonly indicator?: true } => (isMarked ? { indicator: true } : {})

/**
 * Returns the median of a number column's cells in the training rows `train`. `values` has NaN for each missing cell.
 * Throws a `data` error if the cells of all training rows are missing.
 */
export function fillOfNumbers(source: string, name: string, values: Float64Array, train: Uint32Array): Fill<number> {
  const known = Float64Array.from(train, (row) => values[row]).filter((value) => !Number.isNaN(value))
  if (known.length === 0) throw nothingKnown(source, name)
  return { fill: medianOf(known), ...marked(known.length < train.length) }
}

/**
 * Returns the most frequent word of a categorical column in the training rows `train`. `codes` has the place of each
 * cell's word in `all`, or `MISSING_WORD`. Of equally frequent words, the first one in `words` is taken. Throws a `data`
 * error if the cells of all training rows are missing.
 */
export function fillOfWords(
  source: string,
  name: string,
  { codes, all, words }: { codes: Float64Array; all: readonly string[]; words: readonly string[] },
  train: Uint32Array,
): Fill<string> {
  if (words.length === 0) throw nothingKnown(source, name)
  const counts = new Map<string, number>()
  let missing = 0
  for (const row of train) {
    if (codes[row] === MISSING_WORD) missing++
    else counts.set(all[codes[row]], (counts.get(all[codes[row]]) ?? 0) + 1)
  }
  const countOf = (word: string): number => counts.get(word) ?? 0
  const fill = words.reduce((best, word) => (countOf(word) > countOf(best) ? word : best))
  return { fill, ...marked(missing > 0) }
}

function nothingKnown(source: string, name: string): IsobathError {
  return new IsobathError(
    'data',
    (option) =>
      `${source}: expected a value in some training row of the column ${quoteCell(name)}, got missing cells in all of them. ` +
      `Leave the column out with ${option('ignore', [name])}.`,
  )
}

/** The cells of a column after filling. `missing` is 1 in the rows whose cell was filled, and undefined if there are none. */
export interface FilledColumn {
  readonly values: Float64Array
  readonly missing?: Float64Array
}

/** Returns the cells of a column with each missing cell replaced by `fill`. */
export function fillCells(
  values: Float64Array,
  isMissing: (value: number) => boolean,
  fill: number | undefined,
): FilledColumn {
  if (fill === undefined || !values.some(isMissing)) return { values }
  return {
    values: values.map((value) => (isMissing(value) ? fill : value)),
    missing: values.map((value) => (isMissing(value) ? 1 : 0)),
  }
}

/** Largest number of columns whose filled cells are described one by one. */
const MOST_DESCRIBED = 8

/** Describes the filled cells of a table, one sentence for each column, for the user. */
export function describeFilled(filled: readonly { readonly column: InputColumn; readonly cells: number }[]): string[] {
  const sentences = filled.slice(0, MOST_DESCRIBED).map(({ column, cells }) => {
    const { name, indicator } = column
    const value =
      column.role === 'number'
        ? `the median ${Number((column.fill ?? 0).toPrecision(7))}`
        : `the most frequent word ${quoteCell(column.fill ?? '')}`
    const rest = indicator ? '; an additional input marks missing cells' : ''
    return `${counted(cells, 'missing cell')} of ${name} filled with ${value} of the training rows${rest}`
  })
  const others = filled.slice(MOST_DESCRIBED)
  if (others.length === 0) return sentences
  const cells = others.reduce((sum, one) => sum + one.cells, 0)
  return [...sentences, `${counted(cells, 'missing cell')} of ${counted(others.length, 'more column')} filled too`]
}
