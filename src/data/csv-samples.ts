/** Turns rows of a table into samples. */
import { grouped } from '../format/words.ts'
import { IsobathError } from '../support/errors.ts'
import { fitsFloat32 } from './csv-cells.ts'
import type { EncodedColumn, TableEncoding } from './csv-encoding.ts'
import { type CsvTable, MOST_VALUES } from './csv-table.ts'
import { type ColumnTargets, sortWords } from './csv-target.ts'
import type { Samples } from './dataset.ts'

/** Returns the encoding of a table. The words of a categorical column are the words that occur in training rows. */
export function encodingOf(
  { columns, categories }: CsvTable,
  targets: ColumnTargets,
  train: Uint32Array,
): TableEncoding {
  const words = new Map<number, string[]>()
  for (const [{ index }, category] of categories) {
    const codes = category.numbers.values
    const all = category.words
    const seen = new Set<string>()
    for (const row of train) seen.add(all[codes[row]])
    words.set(index, sortWords([...seen]))
  }
  const encoded = columns.all.map(({ index, name, role }): EncodedColumn => {
    return role === 'category' ? { name, role, words: words.get(index) ?? [] } : { name, role }
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
  let size = 0
  const words = encoding.columns.flatMap((column) => (column.role === 'category' ? [column.words] : []))
  let category = 0
  for (const column of table.columns.inputs) {
    const { name } = column
    const values = table.numbers.get(column)?.values
    if (values) encoded.push({ name, first: size++, width: 1, values })
    const own = table.categories.get(column)
    if (!own) continue
    const order = new Map(words[category++].map((word, place) => [word, place]))
    const places = own.words.map((word) => order.get(word) ?? -1)
    encoded.push({ name, first: size, width: order.size, values: own.numbers.values, places })
    size += order.size
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
    samples: (rows) => ({ count: rows.length, inputs: inputs(rows), ...targetsOf(targets, rows) }),
    categories: (rows) =>
      encoded.flatMap(({ name, width, values, places }) =>
        places ? [{ name, inputs: width, unknown: rows.filter((row) => !(places[values[row]] >= 0)).length }] : [],
      ),
  }
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
