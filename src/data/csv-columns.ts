/** Which columns a table has, and which are inputs, targets or left out. */
import { IsobathError } from '../support/errors.ts'
import { suggestion } from '../support/nearest.ts'
import { isMissing, numberIn, quoteCell } from './csv-cells.ts'
import type { TableEncoding } from './csv-encoding.ts'

/** How a table is to be read. Columns are named by their header, or by their number from 1. */
export interface CsvOptions {
  /** Column of the label, the last by default; several, with commas between them, where each is a value to predict. */
  readonly label?: string
  /** classes: labels name classes; values: they are numbers to predict; autoencode: inputs are to be given back. */
  readonly target?: 'classes' | 'values' | 'autoencode'
  /** Whether the first line holds the columns' names; found out by default. */
  readonly header?: 'yes' | 'no'
  /** The character between cells; found out by default: comma, semicolon or tab. */
  readonly separator?: string
  /** What to do about a missing cell (empty, NA, NaN, null, ?): error by default, or leave the row out. */
  readonly missing?: 'error' | 'drop'
  /** Columns of words (or of numbers that are names): each of their words becomes an input that is 1 or 0. */
  readonly categorical?: readonly string[]
  /** Columns to leave out. */
  readonly ignore?: readonly string[]
  /** The fraction of a single file's rows that is kept for testing, 0.2 by default. */
  readonly testFraction?: number
  /** Chooses those rows. */
  readonly seed?: number
  /**
   * That of another table, such as a run keeps: columns, words and classes are those that it names. Label, target,
   * categorical and ignore need not be said again, and must not contradict it.
   */
  readonly encoding?: TableEncoding
  /** With an encoding, a single file isn't split: its rows, in their order, are the training set and the test set. */
  readonly whole?: boolean
  /** With an encoding, labels of a table of test rows (or of a whole one) may be missing or unknown: to predict them. */
  readonly unlabelled?: boolean
}

export type Role = 'number' | 'category' | 'target' | 'ignored'

export interface Column {
  readonly index: number
  readonly name: string
  readonly role: Role
  /** A category's, where they are known before the table is read. */
  readonly words?: readonly string[]
}

export interface Columns {
  readonly hasHeader: boolean
  readonly all: readonly Column[]
  /** In the order of the network's inputs. */
  readonly inputs: readonly Column[]
  readonly targets: readonly Column[]
  /** What a user may want to know of the choice. */
  readonly notes: readonly string[]
}

/** More columns than this are a mistaken separator. */
const MOST_COLUMNS = 2 ** 16

/**
 * The columns of a table that begins with these rows. Throws a `data` error on names that come twice and on a first line
 * that may or may not be a header, an `option` error where an option names no column or leaves no input.
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
      `--${option}: column ${quoteCell(names[index])} of ${source} is the label. Name another one with --label.`,
    )
  }
  const all = names.map((name, index): Column => {
    if (ignored.has(index)) return { index, name, role: 'ignored' }
    if (targets.has(index)) return { index, name, role: options.target === 'autoencode' ? 'ignored' : 'target' }
    return { index, name, role: categories.has(index) ? 'category' : 'number' }
  })
  if (all.every(({ role }) => role === 'target' || role === 'ignored')) {
    throw new IsobathError(
      'data',
      `${source}: expected at least one column beside the label, got ${names.length === 1 ? 'one column in all' : 'none'}. ` +
        'Check the separator (--separator), the label and what is ignored.',
    )
  }
  const inputs = all.filter(({ role }) => role === 'number' || role === 'category')
  return { hasHeader, all, inputs, targets: all.filter(({ role }) => role === 'target'), notes: [] }
}

/** The columns' names, those without one by their number. Throws a `data` error on too many, and on a name that comes twice. */
export function namesOf(source: string, first: readonly string[], hasHeader: boolean): string[] {
  if (first.length > MOST_COLUMNS) {
    throw new IsobathError('data', `${source}: expected at most ${MOST_COLUMNS} columns, got ${first.length}.`)
  }
  const names = first.map((cell, index) => (hasHeader && cell.trim()) || `column ${index + 1}`)
  checkDifferent(source, names)
  return names
}

/** The label's columns; the last that isn't left out where none is named, and none where inputs are to be given back. */
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

function findColumn(source: string, names: readonly string[], option: string, text: string): number {
  const index = names.indexOf(text)
  if (index >= 0) return index
  if (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= names.length) return Number(text) - 1
  throw new IsobathError(
    'option',
    `--${option}: ${source} has no column ${quoteCell(text)}. ${suggestion(text, names)}It has ${shorten(names)}.`,
  )
}

/** The first dozen. */
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
      `${source}, line 1: columns ${other + 1} and ${index + 1} are both called ${quoteCell(name)}. ` +
        'Rename one; or, if the first line is no header, say --header no.',
    )
  }
}

/** A header has words above columns of numbers, or the names that options ask for. */
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
    `${source}, line 1: expected a header or a row, got words above numbers (${quoteCell(titles[0])}) beside numbers ` +
      `(${quoteCell(numbers[0])}). Say which it is: --header yes or --header no.`,
  )
}
