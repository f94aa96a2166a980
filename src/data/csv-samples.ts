/** Turns rows of a table into samples. */
import { grouped } from '../format/words.ts'
import { IsobathError } from '../support/errors.ts'
import { fitsFloat32, MISSING_WORD } from './csv-cells.ts'
import type { CsvColumn } from './csv-columns.ts'
import { type EncodedColumn, type InputColumn, isInput, type TableEncoding } from './csv-encoding.ts'
import { fillCells, fillOfNumbers, fillOfWords } from './csv-fill.ts'
import { type CsvTable, MOST_VALUES } from './csv-table.ts'
import { type ColumnTargets, sortWords } from './csv-target.ts'
import type { KeptColumn, Samples } from './dataset.ts'

interface EncodingOptions {
  /** Numbers of the training rows. */
  readonly train: Uint32Array
  /** Whether the encoding has the values with which missing cells are filled. */
  readonly fills: boolean
}

/**
 * Returns the encoding of a table. The words of a categorical column are the words that occur in training rows. Throws
 * a `data` error if missing cells are to be filled and a column has missing cells alone.
 */
export function encodingOf(
  source: string,
  { columns, numbers, categories }: CsvTable,
  targets: ColumnTargets,
  { train, fills }: EncodingOptions,
): TableEncoding {
  const encoded = columns.all.map((column): EncodedColumn => {
    const { name, role } = column
    if (role === 'number') {
      const values = numbers.get(column)?.values
      return { name, role, ...(fills && values ? fillOfNumbers(source, name, values, train) : {}) }
    }
    if (role !== 'category') return { name, role }
    const category = categories.get(column)
    const codes = category?.numbers.values ?? new Float64Array(0)
    const all = category?.words ?? []
    const seen = new Set<string>()
    for (const row of train) if (codes[row] !== MISSING_WORD) seen.add(all[codes[row]])
    const words = sortWords([...seen])
    return { name, role, words, ...(fills ? fillOfWords(source, name, { codes, all, words }, train) : {}) }
  })
  const known = { named: columns.hasHeader, columns: encoded }
  if (targets.kind === 'classes') return { ...known, target: 'classes', classes: targets.names }
  return { ...known, target: targets.kind === 'values' ? 'values' : 'autoencode' }
}

/**
 * Position of a column among the inputs. For a categorical column, `places` maps each word to its input, or to -1 if
 * the word has no input.
 */
interface Encoded {
  readonly name: string
  readonly first: number
  readonly width: number
  readonly values: Float64Array
  readonly places?: readonly number[]
}

export interface Encoder {
  /** Number of inputs of a sample. */
  readonly size: number
  samples(rows: Uint32Array): Samples
  /** Describes each categorical column: its number of inputs, and the number of given rows whose word has no input. */
  categories(rows: Uint32Array): { readonly name: string; readonly inputs: number; readonly unknown: number }[]
  /** Lists the columns in which cells were filled, with the number of filled cells in all rows. */
  readonly filled: readonly { readonly column: InputColumn; readonly cells: number }[]
}

/**
 * Creates the encoder that turns rows of a table into samples. Throws a `data` error if the samples would have too many
 * values.
 */
export function createEncoder(
  source: string,
  table: CsvTable,
  encoding: TableEncoding,
  targets: ColumnTargets,
): Encoder {
  const encoded: Encoded[] = []
  const filled: { readonly column: InputColumn; readonly cells: number }[] = []
  let size = 0
  const add = (column: Omit<Encoded, 'first'>): void => {
    encoded.push({ ...column, first: size })
    size += column.width
  }
  const described = encoding.columns.filter(isInput)
  for (const [index, column] of table.columns.inputs.entries()) {
    const how = described[index]
    const { name } = how
    const cells = how.role === 'number' ? numbersOf(table, column, how) : wordsOf(table, column, how)
    add({ name, ...cells })
    const { missing } = cells
    if (how.indicator) add({ name, width: 1, values: missing ?? new Float64Array(cells.values.length) })
    if (missing) filled.push({ column: how, cells: missing.reduce((sum, flag) => sum + flag, 0) })
  }
  const count = table.counts.reduce((sum, rows) => sum + rows, 0)
  if (count * size > MOST_VALUES) {
    throw new IsobathError(
      'data',
      (option) =>
        `${source}: expected at most ${grouped(MOST_VALUES)} values, got ${count} rows of ${size} values. ` +
        `Use ${option('ignore')} to leave out columns with many different words.`,
    )
  }
  const isNarrow = encoded.every(({ values, places }) => places !== undefined || fitsFloat32(values))
  const inputs = (chosen: Uint32Array): Float32Array | Float64Array => {
    const result = floats(chosen.length * size, isNarrow)
    for (const { first, values, places } of encoded) {
      for (let row = 0, at = first; row < chosen.length; row++, at += size) {
        const value = values[chosen[row]]
        if (places === undefined) result[at] = value
        else if (places[value] >= 0) result[at + places[value]] = 1
      }
    }
    return result
  }
  return {
    size,
    samples: (rows) => ({
      count: rows.length,
      inputs: inputs(rows),
      ...targetsOf(targets, rows),
      ...keptIn(table, rows),
    }),
    filled,
    categories: (rows) =>
      encoded.flatMap(({ name, width, values, places }) =>
        places ? [{ name, inputs: width, unknown: rows.filter((row) => !(places[values[row]] >= 0)).length }] : [],
      ),
  }
}

type Cells = Omit<Encoded, 'first' | 'name'> & { readonly missing?: Float64Array }

/** Returns the numbers of a column, with missing cells filled. */
function numbersOf({ numbers }: CsvTable, column: CsvColumn, { fill }: InputColumn & { role: 'number' }): Cells {
  const values = numbers.get(column)?.values ?? new Float64Array(0)
  return { width: 1, ...fillCells(values, Number.isNaN, fill) }
}

/** Returns the words of a column as numbers, with missing cells filled. */
function wordsOf(
  { categories }: CsvTable,
  column: CsvColumn,
  { words, fill }: InputColumn & { role: 'category' },
): Cells {
  const own = categories.get(column)
  const all = own?.words ?? []
  const order = new Map(words.map((word, place) => [word, place]))
  const code = fill === undefined ? undefined : all.indexOf(fill)
  return {
    width: order.size,
    places: all.map((word) => order.get(word) ?? -1),
    ...fillCells(own?.numbers.values ?? new Float64Array(0), (number) => number === MISSING_WORD, code),
  }
}

/** Returns the kept columns of the given rows. An id is kept only if the cells of the rows are all different. */
function keptIn({ kept }: CsvTable, rows: Uint32Array): { readonly kept?: readonly KeptColumn[] } {
  if (kept.length === 0) return {}
  const columns = kept.map(({ name, cells, isId }) => ({ name, isId, cells: Array.from(rows, (row) => cells[row]) }))
  const found = columns.filter(({ cells, isId }) => !isId || new Set(cells).size === cells.length)
  return { kept: found.map(({ name, cells }) => ({ name, cells })) }
}

/**
 * Creates a float32 array if float32 is precise enough, and a float64 array if not. Standardizing a float64 array
 * subtracts the mean before any value is rounded to float32.
 */
function floats(length: number, isNarrow: boolean): Float32Array | Float64Array {
  return isNarrow ? new Float32Array(length) : new Float64Array(length)
}

function targetsOf(targets: ColumnTargets, rows: Uint32Array): Pick<Samples, 'labels' | 'targets'> {
  if (targets.kind === 'inputs') return { labels: new Uint8Array(0), targets: 'inputs' }
  if (targets.kind === 'classes') {
    const labels = targets.labels.slice(0, rows.length)
    for (let row = 0; row < labels.length; row++) labels[row] = targets.labels[rows[row]]
    return { labels }
  }
  const { columns } = targets
  const values = floats(rows.length * columns.length, columns.every(fitsFloat32))
  for (const [place, column] of columns.entries()) {
    for (let row = 0; row < rows.length; row++) values[row * columns.length + place] = column[rows[row]]
  }
  return { labels: new Uint8Array(0), targets: values }
}
