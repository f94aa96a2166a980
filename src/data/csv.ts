/** Tables of comma-separated values as data sets. */
import { IsobathError } from '../support/errors.ts'
import { createRandom } from '../support/random.ts'
import type { Column, CsvOptions } from './csv-columns.ts'
import { createCsvParser, detectSeparator } from './csv-parser.ts'
import { type CsvTable, TableReader } from './csv-table.ts'
import { decideTargets, sortWords, type Targets } from './csv-target.ts'
import type { Dataset, Samples } from './dataset.ts'
import { checkFraction } from './generated.ts'

export type { CsvOptions } from './csv-columns.ts'

/** A file's name, for errors, and its bytes, in pieces of any size. */
export interface CsvSource {
  readonly name: string
  readonly bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>
}

/** Values of a data set: 4 GiB of them. */
const MOST_VALUES = 2 ** 30
/** Bytes of a file, unpacked. */
const LARGEST_FILE = 2 ** 33
const SEARCHED = 2 ** 16

/**
 * A table as a data set: bytes of CSV, UTF-8, cells between commas, semicolons or tabs, with a header or without. The
 * last column is the label unless `label` names another. Words are classes, named in `classNames`, and so are at most 20
 * different whole numbers; other numbers are values to predict (`target` says otherwise). All other columns are inputs,
 * in their order: numbers, or one input for each word of the training rows where the column is `categorical`. A word that
 * only test rows have leaves all of these inputs 0. `notes` say what was found out.
 *
 * Without `test`, a fraction of the rows, chosen by the seed, is kept for testing; each part keeps the rows' order.
 *
 * Throws a `data` error that names the file, the line and the column on a missing cell (unless `missing` is drop), a word
 * in a column of numbers, rows of different lengths, names that come twice, too few rows or classes and on what is no
 * CSV at all; an `option` error on a bad option.
 */
export async function readCsv(
  source: Uint8Array | CsvSource,
  options: CsvOptions = {},
  test?: CsvSource,
): Promise<Dataset> {
  checkSeparator(options.separator)
  if (test === undefined) checkFraction('test-fraction', options.testFraction ?? 0.2)
  const training = source instanceof Uint8Array ? { name: 'table', bytes: [source] } : source
  const reader = new TableReader(options)
  const separator = await readTable(training, reader, options.separator)
  if (test !== undefined) await readTable(test, reader, separator)
  const table = reader.finish(separator)
  const [targets, sentence] = decideTargets(training.name, table, options)
  const split = splitRows(training.name, table, options)
  const { inputs, size, notes } = encodeInputs(training.name, table, split)
  const samples = (rows: Uint32Array): Samples => ({
    count: rows.length,
    inputs: inputs(rows),
    ...targetsOf(targets, rows),
  })
  return {
    name: 'csv',
    shape: [size],
    classes: targets.kind === 'classes' ? targets.names.length : 0,
    train: samples(split.train),
    test: samples(split.test),
    ...(targets.kind === 'classes' ? { classNames: targets.names } : {}),
    ...(targets.kind === 'values' ? { targetNames: targets.names } : {}),
    notes: [describeFile(training.name, table), sentence, ...notes, describeSplit(split, test, options)],
  }
}

function checkSeparator(separator: string | undefined): void {
  if (separator === undefined || (separator.length === 1 && !/["\r\n]/.test(separator))) return
  const found = JSON.stringify(separator)
  throw new IsobathError('option', `separator: expected one character, no quote and no line's end, got ${found}.`)
}

/** Reads a file's rows; gives the separator. */
async function readTable({ name, bytes }: CsvSource, reader: TableReader, asked?: string): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const decode = (piece?: Uint8Array): string => {
    try {
      return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true })
    } catch {
      throw new IsobathError('data', `${name}: expected text in UTF-8, got other bytes. Save it as CSV in UTF-8.`)
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

function splitRows(source: string, { counts }: CsvTable, { testFraction = 0.2, seed = 0 }: CsvOptions): Split {
  const [first, second] = counts
  if (second !== undefined) {
    const rows = Uint32Array.from({ length: first + second }, (_, row) => row)
    return { train: rows.subarray(0, first), test: rows.subarray(first) }
  }
  if (first < 2) {
    throw new IsobathError(
      'data',
      `${source}: expected at least two rows, one to train and one to test on, got ${first}.`,
    )
  }
  return splitAtRandom(first, testFraction, createRandom(seed, 'test rows').permutation(first))
}

/** Both parts have at least one row, and their rows in the order of their numbers. */
function splitAtRandom(count: number, fraction: number, permutation: Uint32Array): Split {
  const held = Math.min(count - 1, Math.max(1, Math.round(fraction * count)))
  return { train: permutation.subarray(held).toSorted(), test: permutation.subarray(0, held).toSorted() }
}

function targetsOf(targets: Targets, rows: Uint32Array): Pick<Samples, 'labels' | 'targets'> {
  if (targets.kind === 'inputs') return { labels: new Uint8Array(0), targets: 'inputs' }
  if (targets.kind === 'classes') {
    const labels = targets.labels.slice(0, rows.length)
    for (let row = 0; row < rows.length; row++) labels[row] = targets.labels[rows[row]]
    return { labels }
  }
  const { columns } = targets
  const values = new Float32Array(rows.length * columns.length)
  for (const [place, column] of columns.entries()) {
    for (let row = 0; row < rows.length; row++) values[row * columns.length + place] = column[rows[row]]
  }
  return { labels: new Uint8Array(0), targets: values }
}

/** A column's place among the inputs; `places` has one for each of a category's words, -1 for those without. */
interface Encoded {
  readonly first: number
  readonly values: Float32Array
  readonly places?: readonly number[]
}

function encodeInputs(source: string, table: CsvTable, split: Split) {
  const encoded: Encoded[] = []
  const notes: string[] = []
  let size = 0
  for (const column of table.columns.all) {
    const values = table.numbers.get(column)?.values
    if (values) {
      encoded.push({ first: size, values })
      size++
    }
    const category = table.categories.get(column)
    if (!category) continue
    const codes = category.numbers.values
    const { places, count } = placeWords(category.words, codes, split.train)
    encoded.push({ first: size, values: codes, places })
    size += count
    notes.push(...describeCategory(column, count, split.test.filter((row) => places[codes[row]] < 0).length))
  }
  const rows = table.counts.reduce((sum, count) => sum + count, 0)
  if (rows * size > MOST_VALUES) {
    throw new IsobathError(
      'data',
      `${source}: expected at most ${MOST_VALUES.toLocaleString('en-US')} values, got ${rows} rows of ${size}. ` +
        'Leave out columns that have many words: --ignore.',
    )
  }
  const inputs = (chosen: Uint32Array): Float32Array => {
    const result = new Float32Array(chosen.length * size)
    for (const { first, values, places } of encoded) {
      for (let row = 0, at = first; row < chosen.length; row++, at += size) {
        const value = values[chosen[row]]
        if (places === undefined) result[at] = value
        else if (places[value] >= 0) result[at + places[value]] = 1
      }
    }
    return result
  }
  return { inputs, size, notes }
}

/** One input for each word of the training rows, in the words' order. */
function placeWords(words: readonly string[], codes: Float32Array, train: Uint32Array) {
  const seen = new Set<string>()
  for (const row of train) seen.add(words[codes[row]])
  const order = new Map(sortWords([...seen]).map((word, place) => [word, place]))
  return { places: words.map((word) => order.get(word) ?? -1), count: order.size }
}

function describeCategory({ name }: Column, count: number, unknown: number): string[] {
  const rows = unknown === 1 ? '1 test row has a word' : `${unknown} test rows have a word`
  const rest = unknown === 0 ? '' : `; ${rows} that no training row has, and 0 in all of them`
  return [`${name} is ${count === 1 ? '1 input' : `${count} inputs`}, one for each word${rest}`]
}

const counted = (value: number, unit: string): string =>
  `${value.toLocaleString('en-US')} ${unit}${value === 1 ? '' : 's'}`

const SEPARATORS: Readonly<Record<string, string>> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', ' ': 'blanks' }

function describeFile(source: string, { columns, separator, counts, dropped }: CsvTable): string {
  const rows = counted(
    counts.reduce((sum, count) => sum + count, 0),
    'row',
  )
  const ignored = columns.all.filter(({ role }) => role === 'ignored').length
  const between = SEPARATORS[separator] ?? JSON.stringify(separator)
  const left = dropped === 0 ? '' : `; ${counted(dropped, 'row')} with missing cells left out`
  const header = columns.hasHeader ? 'named by the first line' : 'without a header'
  const without = ignored === 0 ? '' : `, ${ignored} left out`
  return `${source}: ${rows}, ${columns.all.length} columns between ${between}, ${header}${without}${left}`
}

function describeSplit({ train, test }: Split, file: CsvSource | undefined, { seed = 0 }: CsvOptions): string {
  const how = file === undefined ? `chosen by seed ${seed}` : `from ${file.name}`
  return `${counted(train.length, 'training row')}, ${counted(test.length, 'test row')} ${how}`
}
