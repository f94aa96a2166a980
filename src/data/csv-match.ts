/** Matches the columns of a new table to the encoding of the table that a network was trained on. */
import { IsobathError } from '../support/errors.ts'
import { suggestion } from '../support/nearest.ts'
import { quoteCell } from './csv-cells.ts'
import { type Columns, type CsvColumn, isHeader, listed, namesOf, shorten } from './csv-columns.ts'
import { type EncodedColumn, isInput, type TableEncoding } from './csv-encoding.ts'
import type { CsvOptions } from './options.ts'

const isTarget = ({ role }: EncodedColumn): boolean => role === 'target'

/**
 * Matches the columns of a table to the columns of an encoding. If both tables have column names, columns are matched
 * by name, in any order. If one of the two tables has no column names, columns are matched by position. Columns that
 * the encoding lacks are left out and listed in `notes`. With the option `unlabeled`, the label columns may be missing.
 *
 * Throws a `data` error if a required column is missing or the number of columns is wrong. Throws an `option` error if
 * the options contradict the encoding.
 */
export function matchColumns(
  source: string,
  rows: readonly (readonly string[])[],
  options: CsvOptions,
  encoding: TableEncoding,
): Columns {
  checkAgreement(options, encoding)
  const hasHeader = options.header === undefined ? hasNames(source, rows, encoding) : options.header === 'yes'
  const names = namesOf(source, rows[0], hasHeader)
  const isByName = encoding.named && hasHeader
  const places = isByName
    ? placesByName(source, names, options, encoding)
    : placesByOrder(source, names, options, encoding)
  const known = new Map<number, CsvColumn>()
  const inputs: CsvColumn[] = []
  const targets: CsvColumn[] = []
  for (const [index, column] of places) {
    const { name, role } = column
    const found = { index, name, role, ...(column.role === 'category' ? { words: column.words } : {}) }
    known.set(index, found)
    if (role === 'target') targets.push(found)
    else if (role !== 'ignored') inputs.push(found)
  }
  const all = names.map((name, index) => known.get(index) ?? { index, name, role: 'ignored' as const })
  const kept = new Set(encoding.columns.map(({ name }) => name))
  const extra = isByName ? names.filter((name) => !kept.has(name)) : []
  const notes = extra.length === 0 ? [] : [`columns left out because the training table lacks them: ${shorten(extra)}`]
  if (encoding.named && !hasHeader)
    notes.push('the table has no header, so its columns are matched to the training table by position')
  return { hasHeader, all, inputs, targets, notes }
}

/**
 * Returns whether the first row is a header. A row is a header if the row has the names of all inputs, or has words
 * above columns of numbers.
 */
function hasNames(source: string, rows: readonly (readonly string[])[], { named, columns }: TableEncoding): boolean {
  const cells = new Set(rows[0].map((cell) => cell.trim()))
  const inputs = columns.filter(isInput)
  if (named && inputs.every(({ name }) => cells.has(name))) return true
  return isHeader(source, rows, named ? inputs.flatMap(({ name }) => (cells.has(name) ? [name] : [])) : [])
}

/** Matched columns of a table in the order of the encoding. */
type Places = readonly (readonly [index: number, column: EncodedColumn])[]

function placesByName(
  source: string,
  names: readonly string[],
  { unlabeled }: CsvOptions,
  { columns }: TableEncoding,
): Places {
  const indices = new Map(names.map((name, index) => [name, index]))
  const isMissing = ({ name }: EncodedColumn): boolean => !indices.has(name)
  const missing = columns.filter(
    (column) => isMissing(column) && (isInput(column) || (isTarget(column) && unlabeled !== true)),
  )
  if (missing.length > 0) {
    const lost = missing.map(({ name }) => name)
    const [expected, remedy] = lost.length === 1 ? ['a column', 'column'] : ['columns', 'columns']
    const aim = lost.length === 1 ? suggestion(lost[0], names) : ''
    throw new IsobathError(
      'data',
      `${source}: expected ${expected} ${shorten(lost.map(quoteCell))}, as in the training table, got ${shorten(names)}. ` +
        `${aim}Add the ${remedy}, or rename the columns as in the training table.`,
    )
  }
  // If one label column is missing, all label columns are left out.
  const withTargets = !columns.some((column) => isTarget(column) && isMissing(column))
  return columns.flatMap((column) => {
    const index = indices.get(column.name)
    return index === undefined || (isTarget(column) && !withTargets) ? [] : [[index, column] as const]
  })
}

function placesByOrder(
  source: string,
  { length }: readonly string[],
  { unlabeled }: CsvOptions,
  { columns, named }: TableEncoding,
): Places {
  const unlabeledColumns = columns.filter((column) => !isTarget(column))
  const withoutLabel = unlabeled === true ? unlabeledColumns.length : columns.length
  if (length === columns.length) return columns.map((column, index) => [index, column])
  if (length === withoutLabel) return unlabeledColumns.map((column, index) => [index, column])
  const or = withoutLabel === columns.length ? '' : ` (or ${withoutLabel}, without the label)`
  const remedy = named ? ', or add a header with the column names of the training table' : ''
  throw new IsobathError(
    'data',
    `${source}: expected ${columns.length} columns${or}, as in the training table, got ${length}. ` +
      `Give the table the same columns in the same order${remedy}.`,
  )
}

/** Throws an `option` error if a given option contradicts the encoding of the training table. */
function checkAgreement({ label, categorical, ignore, target }: CsvOptions, encoding: TableEncoding): void {
  const { columns } = encoding
  const named = new Map(columns.map((column) => [column.name, column]))
  const check = (option: string, texts: readonly string[], isRight: (column: EncodedColumn | undefined) => boolean) => {
    for (const text of texts.flatMap((given) => (named.has(given) ? [given] : listed(given)))) {
      const column = named.get(text) ?? (/^\d+$/.test(text) ? columns[Number(text) - 1] : undefined)
      if (!isRight(column))
        throw contradiction(option, column ? describeColumn(column) : `no column ${quoteCell(text)}`)
    }
  }
  const aside = encoding.target === 'autoencode' ? 'ignored' : 'target'
  check('label', label === undefined ? [] : [label], (column) => column?.role === aside)
  check('categorical', categorical ?? [], (column) => column?.role === 'category')
  check('ignore', ignore ?? [], (column) => column === undefined || column.role === 'ignored')
  if (target !== undefined && target !== encoding.target) {
    throw contradiction(
      'target',
      { classes: 'classes as targets', values: 'values as targets', autoencode: 'its inputs as targets' }[
        encoding.target
      ],
    )
  }
}

function describeColumn({ name, role }: EncodedColumn): string {
  const what = { number: 'as numbers', category: 'as words', target: 'as a label', ignored: 'left out' }[role]
  return `column ${quoteCell(name)} ${what}`
}

function contradiction(option: string, found: string): IsobathError {
  return new IsobathError(
    'option',
    (name) =>
      `${name(option)}: the run was trained with ${found} and must read other tables in the same way. Leave the option out.`,
  )
}
