/** Reads tables of comma-separated values as data sets. */
import { counted } from '../format/words.ts'
import { checkOptions } from '../support/check-options.ts'
import { describeValue } from '../support/describe-value.ts'
import { IsobathError } from '../support/errors.ts'
import { type Output, pickOptions, withDefaults } from '../support/fields.ts'
import { createRandom } from '../support/random.ts'
import { canFill, type TableEncoding } from './csv-encoding.ts'
import { describeFilled } from './csv-fill.ts'
import { createCsvParser, detectSeparator } from './csv-parser.ts'
import { createEncoder, type Encoder, encodingOf } from './csv-samples.ts'
import { type CsvTable, TableReader } from './csv-table.ts'
import { type ColumnTargets, decideTargets, knownTargets } from './csv-target.ts'
import type { Dataset, Samples } from './dataset.ts'
import { type CsvOptions, csvOptions } from './options.ts'

export type { EncodedColumn, TableEncoding } from './csv-encoding.ts'
export type { CsvOptions } from './options.ts'

/**
 * A file as a source of a table. `name` is the file's name, for error messages and for the data set. `bytes` holds the
 * file's bytes, in pieces of any size.
 */
export interface CsvSource {
  readonly name: string
  readonly bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>
}

type CsvSettings = Output<typeof csvOptions>

/** Largest size of a file after unpacking, in bytes. */
const LARGEST_FILE = 2 ** 33
/** Number of characters at the beginning of a file that are searched for the separator. */
const SEARCHED = 2 ** 16

/**
 * Reads a table as a data set. The table is CSV in UTF-8, with or without a header. Commas, semicolons or tabs separate
 * the cells.
 *
 * The last column is the label unless `label` names another column. A label column of words holds classes, and
 * `classNames` lists the words. A label column of whole numbers also holds classes if the column has at most 20
 * different numbers. A label column of any other numbers holds values to predict. The option `target` can request
 * classes or values instead.
 *
 * All columns besides the label column are inputs, in the order of the table. A column of numbers is one input. A
 * `categorical` column has one input for each word of the training rows. For a word that only test rows have, all
 * inputs of the categorical column are 0. The data set's `notes` describe the decisions that were made while reading
 * the table.
 *
 * If `test` is not given, a random fraction of the rows, chosen by the seed, is used for testing. If that fraction is 0,
 * the test set is empty. Both the training rows and the test rows keep their order.
 *
 * The data set's `encoding` describes how the table became inputs and targets. The option `encoding` reads a table with
 * the encoding of another table. If both tables have column names, columns are matched by name. If one of the two
 * tables has no column names, columns are matched by position. The options `whole` and `unlabeled` are meant for tables
 * of new rows for which a network makes predictions.
 *
 * With the option `missing` set to fill, missing cells of inputs are filled, and the encoding stores the values to fill
 * with. Rows without a label are left out.
 *
 * Throws a `data` error that names the file, the line and the column of a bad cell. Bad cells are missing cells (unless
 * `missing` is drop or fill) and words in a column of numbers. Throws a `data` error for rows of different lengths, duplicate
 * names, too few rows or classes, and bytes that are no CSV. With an encoding, throws a `data` error for a missing
 * column and for an unknown class. Throws an `option` error for a bad option.
 */
export async function readCsv(
  source: Uint8Array | CsvSource,
  given: CsvOptions = {},
  test?: CsvSource,
): Promise<Dataset> {
  checkOptions('readCsv', given, { code: 'option', known: Object.keys(csvOptions), example: "{ label: 'price' }" })
  if (!(source instanceof Uint8Array) && !isSource(source)) {
    throw new IsobathError(
      'data',
      `readCsv: expected the bytes of a table, or { name, bytes }, got ${describeValue(source)}.`,
    )
  }
  const options = withDefaults(csvOptions, pickOptions(csvOptions, given))
  const training = source instanceof Uint8Array ? { name: 'table', bytes: [source] } : source
  if (options.encoding) {
    const missing = given.missing ?? (canFill(options.encoding) ? 'fill' : options.missing)
    return readEncoded(options.encoding, training, { ...options, missing }, test)
  }
  const reader = new TableReader(options)
  const separator = await readTable(training, reader, options.separator)
  if (test !== undefined) await readTable(test, reader, separator)
  const table = reader.finish(separator)
  const [targets, sentence] = decideTargets(training.name, table, options)
  const split = splitRows(training.name, table, options)
  const encoding = encodingOf(training.name, table, targets, { train: split.train, fills: options.missing === 'fill' })
  const encoder = createEncoder(training.name, table, encoding, targets)
  const categories = encoder.categories(split.test).map(describeCategory)
  return {
    ...describe(training.name, encoding, encoder.size, targets),
    train: encoder.samples(split.train),
    test: encoder.samples(split.test),
    notes: [
      describeFile(training.name, table, options),
      sentence,
      ...categories,
      ...describeFilled(encoder.filled),
      describeSplit(split, test, options),
    ],
  }
}

const isSource = (value: unknown): value is CsvSource =>
  typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string' && 'bytes' in value

function describe(name: string, encoding: TableEncoding, size: number, targets: ColumnTargets) {
  return {
    name,
    shape: [size],
    classes: targets.kind === 'classes' ? targets.names.length : 0,
    ...(targets.kind === 'classes' ? { classNames: targets.names } : {}),
    ...(targets.kind === 'values' ? { targetNames: targets.names } : {}),
    encoding,
  }
}

/** Reads tables with the encoding of another table. The columns of each file are matched to the encoding separately. */
async function readEncoded(
  encoding: TableEncoding,
  training: CsvSource,
  options: CsvSettings,
  test: CsvSource | undefined,
): Promise<Dataset> {
  const { separator, unlabeled, whole, ...others } = options
  if (options.missing === 'fill' && !canFill(encoding)) {
    throw new IsobathError(
      'option',
      (option) =>
        `${option('missing')}: expected error or drop, because the training did not store values to fill missing cells with. Use ${option('missing', 'drop')}, or train with ${option('missing', 'fill')}.`,
    )
  }
  const open = async (file: CsvSource, mayLack: boolean) => {
    const reader = new TableReader({ ...others, unlabeled: mayLack })
    const table = reader.finish(await readTable(file, reader, separator))
    const [targets, notes] = knownTargets(encoding, table)
    const encoder = createEncoder(file.name, table, encoding, targets)
    const all = allRows(table.counts[0])
    const rowNumbers = table.dropped.length === 0 ? {} : { rowNumbers: keptRows(table) }
    const unknown = encoder.categories(all).flatMap(describeUnknown)
    return {
      table,
      facts: describe(file.name, encoding, encoder.size, targets),
      split: encoder.samples,
      samples: (): Samples => ({ ...encoder.samples(all), ...rowNumbers }),
      notes: [
        describeFile(file.name, table, options),
        ...table.columns.notes,
        ...notes,
        ...unknown,
        ...describeFilled(encoder.filled),
      ],
    }
  }
  const isWhole = whole === true && test === undefined
  const { table, facts, split, samples, notes } = await open(training, isWhole && unlabeled === true)
  if (test !== undefined) {
    const held = await open(test, unlabeled === true)
    return { ...facts, train: samples(), test: held.samples(), notes: [...notes, ...held.notes] }
  }
  if (isWhole) {
    const set = samples()
    return { ...facts, train: set, test: set, notes }
  }
  const rows = splitRows(training.name, table, options)
  const sets = { train: split(rows.train), test: split(rows.test) }
  return { ...facts, ...sets, notes: [...notes, describeSplit(rows, undefined, options)] }
}

const allRows = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, row) => row)

/** Returns the numbers of the rows that remain after the rows with a missing cell have been dropped. */
function keptRows({ counts, dropped }: CsvTable): Uint32Array {
  const gone = new Set(dropped)
  return allRows(counts[0] + dropped.length).filter((row) => !gone.has(row))
}

/** Reads the rows of a CSV file and returns the separator between cells. */
async function readTable({ name, bytes }: CsvSource, reader: TableReader, asked?: string): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const decode = (piece?: Uint8Array): string => {
    try {
      return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true })
    } catch {
      throw new IsobathError(
        'data',
        `${name}: expected text in UTF-8, got other bytes. Save the table as CSV in UTF-8.`,
      )
    }
  }
  reader.beginFile(name)
  const onRow = (cells: string[], line: number): void => reader.row(cells, line)
  let separator = asked
  let parser: ReturnType<typeof createCsvParser> | undefined
  let beginning = ''
  let total = 0
  const push = (text: string, isLast: boolean): void => {
    if (parser) {
      parser.push(text)
      return
    }
    beginning += text
    if (beginning.length < SEARCHED && !isLast) return
    separator ??= detectSeparator(beginning)
    parser = createCsvParser(name, separator, onRow)
    parser.push(beginning)
    beginning = ''
  }
  for await (const piece of bytes) {
    total += piece.length
    if (total > LARGEST_FILE) throw new IsobathError('data', `${name}: expected at most 8 GiB of text, got more.`)
    push(decode(piece), false)
  }
  push(decode(), true)
  parser?.end()
  reader.endFile()
  return separator ?? ','
}

interface Split {
  readonly train: Uint32Array
  readonly test: Uint32Array
}

function splitRows(source: string, { counts }: CsvTable, { testFraction, seed }: CsvSettings): Split {
  const [first, second] = counts
  if (second !== undefined) {
    const rows = allRows(first + second)
    return { train: rows.subarray(0, first), test: rows.subarray(first) }
  }
  if (testFraction === 0) return { train: allRows(first), test: new Uint32Array(0) }
  if (first < 2) {
    throw new IsobathError(
      'data',
      (option) =>
        `${source}: expected at least two rows, one for training and one for testing, got ${first}. ` +
        `Add rows, or train on all rows with ${option('testFraction')} 0.`,
    )
  }
  return splitAtRandom(first, testFraction, createRandom(seed, 'test rows').permutation(first))
}

/**
 * Splits the rows at random into training rows and test rows. Each of the two parts has at least one row, and the rows
 * of a part keep their original order.
 */
function splitAtRandom(count: number, fraction: number, permutation: Uint32Array): Split {
  const held = Math.min(count - 1, Math.max(1, Math.round(fraction * count)))
  return { train: permutation.subarray(held).toSorted(), test: permutation.subarray(0, held).toSorted() }
}

function describeCategory({ name, inputs, unknown }: ReturnType<Encoder['categories']>[number]): string {
  const rows = counted(unknown, 'test row')
  const rest = unknown === 0 ? '' : `; all of its inputs are 0 in ${rows} with a word that no training row has`
  return `${name} becomes ${counted(inputs, 'input')}, one for each word${rest}`
}

/** Describes rows with words that no training row has. The network has learned nothing about unknown words. */
function describeUnknown({ name, unknown }: ReturnType<Encoder['categories']>[number]): string[] {
  if (unknown === 0) return []
  return [`the inputs of ${name} are 0 in ${counted(unknown, 'row')} with a word that no training row has`]
}

const SEPARATORS: Readonly<Record<string, string>> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', ' ': 'spaces' }

function describeFile(
  source: string,
  { columns, separator, counts, dropped }: CsvTable,
  { missing }: CsvSettings,
): string {
  const rows = counted(
    counts.reduce((sum, count) => sum + count, 0),
    'row',
  )
  const ignored = columns.all.filter(({ role }) => role === 'ignored').length
  const between = SEPARATORS[separator] ?? JSON.stringify(separator)
  const why = missing === 'fill' ? 'without a label' : 'with missing cells'
  const left = dropped.length === 0 ? '' : `; ${counted(dropped.length, 'row')} ${why} left out`
  const header = columns.hasHeader ? 'with a header' : 'without a header'
  const without = ignored === 0 ? '' : `; ${counted(ignored, 'column')} left out`
  return `${source}: ${rows}, ${counted(columns.all.length, 'column')} separated by ${between}, ${header}${without}${left}`
}

function describeSplit({ train, test }: Split, file: CsvSource | undefined, { seed }: CsvSettings): string {
  if (test.length === 0) return `${counted(train.length, 'training row')}, no test rows`
  const how = file === undefined ? `chosen by seed ${seed}` : `from ${file.name}`
  return `${counted(train.length, 'training row')}, ${counted(test.length, 'test row')} ${how}`
}
