/**
 * Turns rows of cells into columns of numbers while the rows are read. The text of a whole table is never in memory.
 */
import { counted, grouped } from '../format/words.ts'
import { IsobathError } from '../support/errors.ts'
import { CategoryWords, copyOf, hintFor, isMissing, Numbers, numberIn, quoteCell } from './csv-cells.ts'
import { type Columns, type CsvColumn, findColumn, findColumns, listed, type Role, shorten } from './csv-columns.ts'
import { canFill, type TableEncoding } from './csv-encoding.ts'
import { matchColumns } from './csv-match.ts'
import type { KeptColumn } from './dataset.ts'
import type { CsvOptions } from './options.ts'

/** Number of rows at the beginning of a table from which the kinds of the columns are detected. */
const FIRST_ROWS = 20
/** Largest number of different words in a categorical column. Each word of a categorical column becomes an input. */
const MOST_CATEGORIES = 1000
/** Largest number of different labels in a table. */
export const MOST_CLASSES = 2 ** 16
/**
 * Largest number of values in a table, and in the samples made from a table. Stored as float64, this number of values
 * takes 2 GiB. Without the limit, a packed file of only 13 MB could unpack to 1,500 million values.
 */
export const MOST_VALUES = 2 ** 28

/** A label column's cells, both as words and as numbers, until one of the two kinds is chosen. */
export interface TargetColumn {
  readonly column: CsvColumn
  /** Number in each cell, NaN for a cell that is no number. */
  readonly numbers: Numbers
  /** Words of the cells, or undefined if there are too many different words. */
  words: CategoryWords | undefined
  /** The first cell that is no number, with its file and line. */
  firstWord?: { readonly cell: string; readonly source: string; readonly line: number }
  /** Number of cells that are no numbers. */
  wordCount: number
}

export interface CsvTable {
  readonly columns: Columns
  readonly separator: string
  readonly numbers: ReadonlyMap<CsvColumn, Numbers>
  readonly categories: ReadonlyMap<CsvColumn, CategoryWords>
  readonly targets: readonly TargetColumn[]
  /** Number of rows of each file, in the order of reading. */
  readonly counts: readonly number[]
  /** Numbers of the rows that were left out because of a missing cell, counted from 0 among all rows. */
  readonly dropped: readonly number[]
  /** Cells of the columns that the options ask to keep. */
  readonly kept: readonly (KeptColumn & { readonly isId: boolean })[]
}

/**
 * Collects the rows of a table from one file after the other. All files must have the same columns as the first file. A
 * reader with an encoding accepts only a single file.
 */
export class TableReader {
  #columns: Columns | undefined
  readonly #numbers = new Map<CsvColumn, Numbers>()
  readonly #categories = new Map<CsvColumn, CategoryWords>()
  #targets: TargetColumn[] = []
  /**
   * For each column, the function that stores a cell of the column. Choosing a function for each of millions of cells
   * would be slow.
   */
  #takers: readonly ((cell: string, line: number) => boolean)[] = []
  readonly #counts: number[] = []
  readonly #dropped: number[] = []
  #kept: { readonly index: number; readonly name: string; readonly isId: boolean; readonly cells: string[] }[] = []
  /** Number of rows that were dropped before the current file. */
  #droppedBefore = 0
  #rows = 0
  #source = ''
  /** The first rows of a table, stored until the columns are known. */
  #waiting: { cells: string[]; line: number }[] = []
  #isFirstRow = true

  constructor(private readonly options: CsvOptions) {}

  beginFile(source: string): void {
    this.#source = source
    this.#counts.push(0)
    this.#droppedBefore = this.#dropped.length
    this.#isFirstRow = true
  }

  row(cells: string[], line: number): void {
    if (this.#columns === undefined) {
      this.#waiting.push({ cells, line })
      if (this.#waiting.length > FIRST_ROWS) this.#decide()
      return
    }
    if (this.#isFirstRow && this.#columns.hasHeader) {
      // If an encoding is given, the header has already been matched to the encoding.
      if (!this.options.encoding) this.#checkHeader(cells, line, this.#columns)
    } else this.#take(cells, line, this.#columns.all)
    this.#isFirstRow = false
  }

  /** Ends the rows of the current file. Throws a `data` error if the file has no rows. */
  endFile(): void {
    if (this.#columns === undefined && this.#waiting.length > 0) this.#decide()
    if ((this.#counts.at(-1) ?? 0) > 0) return
    const dropped = this.#dropped.length - this.#droppedBefore
    const found =
      dropped > 0 ? `only rows ${this.#fills ? 'without a label' : 'with missing cells'} (${dropped} left out)` : 'none'
    const header = this.#columns?.hasHeader ? ' below the header' : ''
    throw new IsobathError('data', `${this.#source}: expected rows of cells${header}, got ${found}.`)
  }

  finish(separator: string): CsvTable {
    if (this.#columns === undefined) throw new IsobathError('internal', 'broken invariant: a table has columns')
    const stores = { numbers: this.#numbers, categories: this.#categories, targets: this.#targets }
    return {
      columns: this.#columns,
      separator,
      ...stores,
      counts: this.#counts,
      dropped: this.#dropped,
      kept: this.#kept,
    }
  }

  #decide(): void {
    const rows = this.#waiting.map(({ cells }) => cells)
    const { encoding } = this.options
    const columns = encoding
      ? matchColumns(this.#source, rows, this.options, encoding)
      : findColumns(this.#source, rows, this.options)
    this.#columns = columns
    for (const column of columns.all) {
      if (column.role === 'number') this.#numbers.set(column, new Numbers())
      if (column.role === 'category') this.#categories.set(column, new CategoryWords(column.words))
    }
    this.#targets = columns.targets.map((column) => {
      return { column, numbers: new Numbers(), words: new CategoryWords(encoding?.classes), wordCount: 0 }
    })
    this.#kept = this.#columnsToKeep(columns)
    this.#takers = columns.all.map((column) => this.#takerOf(column))
    for (const { cells, line } of this.#waiting) this.row(cells, line)
    this.#waiting = []
  }

  /**
   * Returns the columns whose cells are stored as texts. Throws an `option` error if the table lacks a column that the
   * option `keep` names.
   */
  #columnsToKeep({ all }: Columns) {
    const { keep = [], keepIds } = this.options
    const names = all.map(({ name }) => name)
    const asked = keep.flatMap((text) => (names.includes(text) ? [text] : listed(text)))
    const indices = new Set(asked.map((text) => findColumn(this.#source, names, 'keep', text)))
    const ids = keepIds === true ? all.filter(({ role, index }) => role === 'ignored' && !indices.has(index)) : []
    const kept = [...Array.from(indices, (index) => all[index]), ...ids]
    return kept.map(({ index, name }) => ({ index, name, isId: !indices.has(index), cells: [] as string[] }))
  }

  #checkHeader(cells: readonly string[], line: number, { all }: Columns): void {
    this.#checkWidth(cells, line, all.length)
    const other = all.find(({ name, index }) => (cells[index].trim() || `column ${index + 1}`) !== name)
    if (other === undefined) return
    throw new IsobathError(
      'data',
      `${this.#source}, line ${line}: expected ${quoteCell(other.name)} as the name of column ${other.index + 1}, as in ` +
        `the training table, got ${quoteCell(cells[other.index])}. Give both tables the same columns.`,
    )
  }

  #checkWidth(cells: readonly string[], line: number, expected: number): void {
    if (cells.length === expected) return
    throw new IsobathError(
      'data',
      `${this.#source}, line ${line}: expected ${expected} cells, as in the first line, got ${cells.length}. ` +
        'Check the line. A cell that contains the separator must be in quotes.',
    )
  }

  #take(cells: readonly string[], line: number, columns: readonly CsvColumn[]): void {
    this.#checkWidth(cells, line, columns.length)
    const values = cells.map((cell) => cell.trim())
    for (const [index, { role }] of columns.entries()) {
      if (!this.#isNeeded(role) || !isMissing(values[index])) continue
      if (this.#fills && role !== 'target') continue
      if (!this.#fills && this.options.missing !== 'drop') throw this.#missing(columns[index], cells[index], line)
      this.#dropped.push(this.#rows + this.#dropped.length)
      return
    }
    for (let index = 0; index < values.length; index++) {
      if (!this.#takers[index](values[index], line)) throw this.#notANumber(values, line)
    }
    for (const { index, cells: stored } of this.#kept) stored.push(copyOf(cells[index]))
    this.#rows++
    this.#counts[this.#counts.length - 1]++
    if (this.#rows * columns.length <= MOST_VALUES) return
    const limit = grouped(MOST_VALUES)
    throw new IsobathError(
      'data',
      `${this.#source}: expected at most ${limit} values, got more. Use a part of the table.`,
    )
  }

  /** Whether missing cells of inputs are filled. A missing cell is stored as NaN, or as `MISSING_WORD`. */
  get #fills(): boolean {
    return this.options.missing === 'fill'
  }

  #isNeeded(role: Role): boolean {
    return role !== 'ignored' && !(role === 'target' && this.options.unlabeled)
  }

  /**
   * Returns the function that stores a column's cells. The function returns false if a cell of a number column is no
   * number.
   */
  #takerOf(column: CsvColumn): (cell: string, line: number) => boolean {
    const numbers = this.#numbers.get(column)
    const isFilled = (cell: string): boolean => this.#fills && isMissing(cell)
    if (numbers) {
      return (cell) => {
        const number = numberIn(cell) ?? (isFilled(cell) ? Number.NaN : undefined)
        if (number !== undefined) numbers.push(number)
        return number !== undefined
      }
    }
    const words = this.#categories.get(column)
    if (words) {
      return (cell, line) => {
        if (isFilled(cell)) words.pushMissing()
        else if (words.push(cell, MOST_CATEGORIES) === undefined) throw this.#tooManyWords(column, line)
        return true
      }
    }
    const target = this.#targets.find((one) => one.column === column)
    if (!target) return () => true
    const { encoding } = this.options
    return (cell, line) => {
      if (encoding) this.#takeKnownTarget(target, cell, line, encoding)
      else this.#takeTarget(target, cell, line)
      return true
    }
  }

  #tooManyWords({ name }: CsvColumn, line: number): IsobathError {
    return new IsobathError(
      'data',
      (option) =>
        `${this.#source}, line ${line}, column ${quoteCell(name)}: expected at most ${MOST_CATEGORIES} different ` +
        `words in a categorical column, got more. Leave the column out with ${option('ignore')}.`,
    )
  }

  #takeTarget(target: TargetColumn, cell: string, line: number): void {
    const number = numberIn(cell)
    target.numbers.push(number ?? Number.NaN)
    if (number === undefined) {
      target.firstWord ??= { cell, source: this.#source, line }
      target.wordCount++
    }
    if (target.words?.push(classOf(cell, number), MOST_CLASSES) === undefined) target.words = undefined
  }

  /**
   * Stores a label of a table that is read with an encoding. If unknown labels are allowed, an unknown class is stored
   * as the number after the last class, and an unknown value as NaN. Throws a `data` error if an unknown label is not
   * allowed.
   */
  #takeKnownTarget(
    { column, numbers, words }: TargetColumn,
    cell: string,
    line: number,
    encoding: TableEncoding,
  ): void {
    const number = numberIn(cell)
    const { target, classes = [] } = encoding
    const isKnown =
      target === 'values'
        ? number !== undefined
        : Number(words?.push(classOf(cell, number), MOST_CLASSES)) < classes.length
    numbers.push(number ?? Number.NaN)
    if (isKnown || this.options.unlabeled) return
    const [expected, remedy] =
      target === 'values'
        ? ['a number', 'Correct the cell.']
        : [
            `a class of the training table (${shorten(classes)})`,
            'Correct the cell, or leave the row out, because the network predicts no other class.',
          ]
    throw new IsobathError(
      'data',
      `${this.#source}, line ${line}, column ${quoteCell(column.name)}: expected ${expected}, got ${quoteCell(cell)}. ${remedy}`,
    )
  }

  #missing({ name, role }: CsvColumn, cell: string, line: number): IsobathError {
    const { encoding } = this.options
    const isFillable = role !== 'target' && (encoding === undefined || canFill(encoding))
    const found = cell.trim() === '' ? 'an empty cell' : quoteCell(cell)
    return new IsobathError(
      'data',
      (option) =>
        `${this.#source}, line ${line}, column ${quoteCell(name)}: expected a value, got ${found}. ` +
        (isFillable
          ? `Use ${option('missing', 'fill')} to fill missing cells with medians and most frequent words, or ${option('missing', 'drop')} to leave out their rows.`
          : `Fill the cell in, or use ${option('missing', 'drop')} to leave out rows with missing cells.`),
    )
  }

  /**
   * Creates the error for a cell that is no number. The error names every column in which the row has no number,
   * because a table with one text column often has several text columns.
   */
  #notANumber(values: readonly string[], line: number): IsobathError {
    const columns = this.#columns?.all.filter(({ role, index }) => {
      return role === 'number' && numberIn(values[index]) === undefined
    })
    const [first, ...others] = columns ?? []
    const cell = values[first.index]
    if (this.options.encoding) {
      throw new IsobathError(
        'data',
        `${this.#source}, line ${line}, column ${quoteCell(first.name)}: expected a number, as in the training table, got ` +
          `${quoteCell(cell)}.${hintFor(cell)} Correct the cell.`,
      )
    }
    const names = [first, ...others].map(({ name }) => name)
    const more = others.length === 0 ? '' : ` (and no number in ${counted(others.length, 'more column')})`
    const shown = names.join().length > 200 ? ['COLUMNS'] : names
    return new IsobathError(
      'data',
      (option) =>
        `${this.#source}, line ${line}, column ${quoteCell(first.name)}: expected a number, got ${quoteCell(cell)}${more}.` +
        `${hintFor(cell)} Correct the cell. For columns of words, use ${option('categorical', shown)} or ${option('ignore', shown)}.`,
    )
  }
}

/**
 * Returns the class name of a label. The labels 3 and 3.0 are the same class, but the labels 7 and 007 are two classes.
 */
function classOf(cell: string, number: number | undefined): string {
  return number === undefined || /^[+-]?0\d/.test(cell) ? cell : String(number)
}
