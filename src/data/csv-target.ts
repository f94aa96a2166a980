/** Decides whether a label column holds classes or values, and makes the targets. */
import { grouped } from '../format/words.ts'
import { IsobathError, nameInCode } from '../support/errors.ts'
import { quoteCell } from './csv-cells.ts'
import type { TableEncoding } from './csv-encoding.ts'
import { type CsvTable, MOST_CLASSES, type TargetColumn } from './csv-table.ts'
import type { CsvOptions } from './options.ts'

/**
 * Largest number of different whole numbers that count as classes. A label column with more than 20 different whole
 * numbers holds values to predict.
 */
const MOST_WHOLE_CLASSES = 20

/** The targets of all rows. If the label is unknown in any row, `labels` is empty and all values are NaN. */
export type ColumnTargets =
  | { readonly kind: 'classes'; readonly names: readonly string[]; readonly labels: Uint8Array | Uint16Array }
  | { readonly kind: 'values'; readonly names: readonly string[]; readonly columns: readonly Float64Array[] }
  | { readonly kind: 'inputs' }

/**
 * Returns the targets of all rows and a sentence that describes the targets. Labels that are words are classes. Labels
 * that are whole numbers are classes if there are at most 20 different numbers. Labels that are any other numbers are
 * values to predict.
 *
 * Throws a `data` error if a label column holds neither classes nor values, or has the same label in every row. Throws
 * an `option` error if the label column can't be read as the option `target` requests.
 */
export function decideTargets(source: string, table: CsvTable, options: CsvOptions): [ColumnTargets, string] {
  const { targets } = table
  if (options.target === 'autoencode') {
    const aside = options.label === undefined ? `; ${nameInCode('label', 'COLUMN')} leaves a column out` : ''
    return [{ kind: 'inputs' }, `the network reproduces every row (autoencoding)${aside}`]
  }
  const areValues = options.target === 'values' || (options.target === undefined && targets.length > 1)
  if (targets.length > 1 && !areValues) {
    throw new IsobathError(
      'option',
      (option) =>
        `${option('label')}: expected one column of classes, got ${targets.length}. Name one column, or predict values with ${option('target', 'values')}.`,
    )
  }
  if (areValues) return valuesOf(source, targets, '')
  const [target] = targets
  const { column, words, wordCount } = target
  const distinct = words?.words.length ?? Number.POSITIVE_INFINITY
  if (options.target === 'classes') return classesOf(source, target, '')
  const count = target.numbers.values.length
  if (wordCount === 0) {
    const areWhole = words?.words.every((word) => Number.isInteger(Number(word))) === true
    if (areWhole && distinct <= MOST_WHOLE_CLASSES) {
      const why = `a label of at most ${MOST_WHOLE_CLASSES} different whole numbers counts as classes`
      return classesOf(source, target, `; ${why} (${nameInCode('target', 'values')} predicts the numbers)`)
    }
    return valuesOf(source, targets, ` (${nameInCode('target', 'classes')} predicts classes)`)
  }
  // In a label column of many different numbers, a few words are most likely typing errors.
  if (distinct > MOST_WHOLE_CLASSES && wordCount < count / 2) {
    throw notAValue(target, `, or treat all labels of ${quoteCell(column.name)} as class names with`)
  }
  return classesOf(source, target, '')
}

/** Returns the targets of a table that was read with an encoding, and a sentence about unknown labels. */
export function knownTargets(encoding: TableEncoding, { targets, counts }: CsvTable): [ColumnTargets, string[]] {
  if (encoding.target === 'autoencode') return [{ kind: 'inputs' }, []]
  const rows = counts.reduce((sum, count) => sum + count, 0)
  const wanted = encoding.columns.filter(({ role }) => role === 'target').map(({ name }) => name)
  const classes = encoding.classes ?? []
  const isUnknown = (code: number): boolean =>
    encoding.target === 'values' ? Number.isNaN(code) : code >= classes.length
  const given = targets.map(({ numbers, words }) => (encoding.target === 'values' ? numbers : words?.numbers)?.values)
  const unknown = given.reduce((most, codes) => Math.max(most, codes?.filter(isUnknown).length ?? 0), 0)
  const isKnown = given.length > 0 && unknown === 0
  const [labels, verb] = wanted.length > 1 ? ['labels', 'are'] : ['label', 'is']
  const why = given.length === 0 ? 'not in the table' : `unknown in ${unknown === 1 ? '1 row' : `${unknown} rows`}`
  const notes = isKnown ? [] : [`the ${labels} ${wanted.join(', ')} ${verb} ${why}, so the predictions are not scored`]
  if (encoding.target === 'values') {
    const nothing = new Float64Array(rows).fill(Number.NaN)
    return [{ kind: 'values', names: wanted, columns: wanted.map((_, at) => (isKnown && given[at]) || nothing) }, notes]
  }
  const codes = (isKnown && given[0]) || []
  const numbers = classes.length <= 256 ? new Uint8Array(codes) : new Uint16Array(codes)
  return [{ kind: 'classes', names: classes, labels: numbers }, notes]
}

function valuesOf(source: string, targets: readonly TargetColumn[], why: string): [ColumnTargets, string] {
  for (const target of targets) {
    if (target.wordCount > 0) throw notAValue(target)
    const values = target.numbers.values
    if (values.some((value) => value !== values[0])) continue
    throw new IsobathError(
      'data',
      (option) =>
        `${source}: expected different values in the column ${quoteCell(target.column.name)}, got ${values[0]} in every ` +
        `row. Choose another label with ${option('label')}.`,
    )
  }
  const names = targets.map(({ column }) => column.name)
  const [label, are] = names.length === 1 ? ['the label', 'is a value'] : ['the labels', 'are values']
  const columns = targets.map(({ numbers }) => numbers.values)
  return [{ kind: 'values', names, columns }, `${label} ${names.join(', ')} ${are} to predict${why}`]
}

/**
 * Creates the error for a label that is no number. `otherwise` is an additional remedy, which suggests reading the
 * labels as classes.
 */
function notAValue({ firstWord, column }: TargetColumn, otherwise?: string): IsobathError {
  const { source, line, cell } = firstWord ?? { source: '', line: 0, cell: '' }
  return new IsobathError(
    'data',
    (option) =>
      `${source}, line ${line}, column ${quoteCell(column.name)}: expected a number, like the other labels, got ` +
      `${quoteCell(cell)}. Correct the cell${otherwise === undefined ? '' : `${otherwise} ${option('target', 'classes')}`}.`,
  )
}

function classesOf(source: string, { column, words }: TargetColumn, why: string): [ColumnTargets, string] {
  const name = quoteCell(column.name)
  if (words === undefined) {
    throw new IsobathError(
      'data',
      (option) =>
        `${source}: expected at most ${MOST_CLASSES} different labels in the column ${name}, got more. ` +
        `Choose another label with ${option('label')}.`,
    )
  }
  const found = words.words
  if (found.length === 1) {
    throw new IsobathError(
      'data',
      (option) =>
        `${source}: expected at least two classes in the column ${name}, got ${quoteCell(found[0])} in every row. ` +
        `Choose another label with ${option('label')}.`,
    )
  }
  const names = sortWords(found)
  const places = new Map(names.map((word, place) => [word, place]))
  const placeOf = found.map((word) => places.get(word) ?? 0)
  const codes = words.numbers.values
  const labels = names.length <= 256 ? new Uint8Array(codes.length) : new Uint16Array(codes.length)
  for (let row = 0; row < codes.length; row++) labels[row] = placeOf[codes[row]]
  const shown = names.length > 8 ? `${names.slice(0, 8).join(', ')} ...` : names.join(', ')
  return [
    { kind: 'classes', names, labels },
    `the label ${column.name} has ${grouped(names.length)} classes (${shown})${why}`,
  ]
}

/**
 * Sorts words by value if all words are numbers, and by character codes if not. The order of the words doesn't depend
 * on the machine's language.
 */
export function sortWords(words: readonly string[]): string[] {
  if (words.every((word) => word !== '' && Number.isFinite(Number(word)))) {
    return [...words].sort((one, other) => Number(one) - Number(other) || (one < other ? -1 : 1))
  }
  return [...words].sort((one, other) => (one < other ? -1 : one > other ? 1 : 0))
}
