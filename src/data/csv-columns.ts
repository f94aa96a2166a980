/** Finds the columns of a table and decides which columns are inputs, which are targets and which are left out. */
import { IsobathError } from '../support/errors.ts'
import { suggestion } from '../support/nearest.ts'
import { isMissing, numberIn, quoteCell } from './csv-cells.ts'
import type { CsvOptions } from './options.ts'

export type Role = 'number' | 'category' | 'target' | 'ignored'

export interface CsvColumn {
  readonly index: number
  readonly name: string
  readonly role: Role
  /** The words of a categorical column, if the words are known before the table is read. */
  readonly words?: readonly string[]
}

export interface Columns {
  readonly hasHeader: boolean
  readonly all: readonly CsvColumn[]
  /** The input columns, in the order of the network's inputs. */
  readonly inputs: readonly CsvColumn[]
  readonly targets: readonly CsvColumn[]
  /** Notes for the user about the choice of columns. */
  readonly notes: readonly string[]
}

/**
 * Largest number of columns of a table. A table with more than 65,536 columns was most likely split at the wrong
 * separator.
 */
const MOST_COLUMNS = 2 ** 16

/**
 * Finds the columns of a table from its first rows. Throws a `data` error for duplicate column names and for a first
 * line that could be either a header or a row of data. Throws an `option` error if an option names a column that the
 * table lacks. Throws a `data` error if no column is left as an input.
 */
export function findColumns(source: string, rows: readonly (readonly string[])[], options: CsvOptions): Columns {
  const named = [...listed(options.label), ...(options.categorical ?? []), ...(options.ignore ?? [])]
  const hasHeader = options.header === undefined ? isHeader(source, rows, named) : options.header === 'yes'
  const names = namesOf(source, rows[0], hasHeader)
  const find = (option: string, text: string): number => findColumn(source, names, option, text)
  const findAll = (option: string, texts: readonly string[] = []): Set<number> =>
    new Set(texts.flatMap((text) => (names.includes(text) ? [text] : listed(text))).map((text) => find(option, text)))
  const ignored = findAll('ignore', options.ignore)
  const categories = findAll('categorical', options.categorical)
  const targets = targetColumns(options, names, ignored, find)
  for (const index of targets) {
    if (!ignored.has(index) && !categories.has(index)) continue
    const option = ignored.has(index) ? 'ignore' : 'categorical'
    throw new IsobathError(
      'option',
      (name) =>
        `${name(option)}: expected columns other than the label, got column ${quoteCell(names[index])} of ${source}. Choose another label with ${name('label')}.`,
    )
  }
  const all = names.map((name, index): CsvColumn => {
    if (ignored.has(index)) return { index, name, role: 'ignored' }
    if (targets.has(index)) return { index, name, role: options.target === 'autoencode' ? 'ignored' : 'target' }
    return { index, name, role: categories.has(index) ? 'category' : 'number' }
  })
  if (all.every(({ role }) => role === 'target' || role === 'ignored')) {
    throw new IsobathError(
      'data',
      (option) =>
        `${source}: expected at least one column beside the label, got ${names.length === 1 ? 'one column in total' : 'none'}. ` +
        `Check ${option('separator')}, ${option('label')} and ${option('ignore')}.`,
    )
  }
  const inputs = all.filter(({ role }) => role === 'number' || role === 'category')
  return { hasHeader, all, inputs, targets: all.filter(({ role }) => role === 'target'), notes: [] }
}

/**
 * Returns the names of the columns. A column without a name is named by its number. Throws a `data` error for too many
 * columns and for a duplicate column name.
 */
export function namesOf(source: string, first: readonly string[], hasHeader: boolean): string[] {
  if (first.length > MOST_COLUMNS) {
    throw new IsobathError('data', `${source}: expected at most ${MOST_COLUMNS} columns, got ${first.length}.`)
  }
  const names = first.map((cell, index) => (hasHeader && cell.trim()) || `column ${index + 1}`)
  checkDifferent(source, names)
  return names
}

/**
 * Returns the indices of the label's columns. If no label is named, the label is the last column that isn't left out.
 * An autoencoder without a named label has no label column.
 */
function targetColumns(
  { label, target }: CsvOptions,
  names: readonly string[],
  ignored: ReadonlySet<number>,
  find: (option: string, text: string) => number,
): Set<number> {
  if (label !== undefined) {
    return new Set((names.includes(label) ? [label] : listed(label)).map((text) => find('label', text)))
  }
  if (target === 'autoencode') return new Set()
  const last = names.findLastIndex((_, index) => !ignored.has(index))
  return new Set(last < 0 ? [] : [last])
}

export function listed(text: string | undefined): string[] {
  return (text ?? '').split(',').flatMap((part) => part.trim() || [])
}

/** Returns the index of the column that an option names. Throws an `option` error if the table lacks the column. */
export function findColumn(source: string, names: readonly string[], option: string, text: string): number {
  const index = names.indexOf(text)
  if (index >= 0) return index
  if (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= names.length) return Number(text) - 1
  throw new IsobathError(
    'option',
    (name) =>
      `${name(option)}: expected a column of ${source}, got ${quoteCell(text)}. ${suggestion(text, names)}The columns are ${shorten(names)}.`,
  )
}

/**
 * Joins the names with commas. If there are more than 12 names, lists the first 12 names and the number of the
 * remaining names.
 */
export function shorten(names: readonly string[]): string {
  return names.length > 12 ? `${names.slice(0, 12).join(', ')} and ${names.length - 12} more` : names.join(', ')
}

function checkDifferent(source: string, names: readonly string[]): void {
  const places = new Map<string, number>()
  for (const [index, name] of names.entries()) {
    const other = places.get(name)
    places.set(name, index)
    if (other === undefined) continue
    throw new IsobathError(
      'data',
      (option) =>
        `${source}, line 1: expected different column names, got ${quoteCell(name)} for columns ${other + 1} and ${index + 1}. ` +
        `Rename column ${other + 1} or ${index + 1}. If the first line is no header, use ${option('header', 'no')}.`,
    )
  }
}

/**
 * Returns whether the first row is a header. A header has words above columns of numbers, or has column names that the
 * options mention.
 */
export function isHeader(
  source: string,
  [first, ...others]: readonly (readonly string[])[],
  named: readonly string[],
): boolean {
  const cells = first.map((cell) => cell.trim())
  if (named.some((name) => cells.includes(name) && !/^\d+$/.test(name))) return true
  const isNumber = (cell: string | undefined): boolean => numberIn((cell ?? '').trim()) !== undefined
  const numbers = cells.filter(isNumber)
  if (others.length === 0) return numbers.length === 0
  const titles = cells.filter((cell, column) => {
    const below = others.map((row) => (row[column] ?? '').trim()).filter((value) => !isMissing(value))
    return !isNumber(cell) && !isMissing(cell) && below.length > 0 && below.every(isNumber)
  })
  if (titles.length === 0 || numbers.length === 0) return titles.length > 0
  throw new IsobathError(
    'data',
    (option) =>
      `${source}, line 1: expected a header or a row of data, got both a word above a column of numbers ` +
      `(${quoteCell(titles[0])}) and a number (${quoteCell(numbers[0])}). Choose ${option('header', 'yes')} or ${option('header', 'no')}.`,
  )
}
