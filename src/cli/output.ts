/** Prints the results of commands as JSON or as text, and writes text files. */
import { dirname } from 'node:path'
import { formatPercent } from '../format/text.ts'
import { counted } from '../format/words.ts'
import { makeFolder, writeWhole } from '../support/files.ts'
import { printable } from './printable.ts'

/** Prints one JSON document on stdout. JSON.stringify writes Infinity and NaN as null. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

/**
 * Prints text on stdout, with control characters as codes. Names of classes and columns come from files and may hold
 * control characters.
 */
export function printText(text: string): void {
  process.stdout.write(`${printable(text)}\n`)
}

/**
 * Prints a table on stdout. Other programs get the table unchanged, and a terminal gets control characters as codes.
 */
export function printTable(text: string): void {
  process.stdout.write(process.stdout.isTTY ? printable(text) : text)
}

/** Writes a text file, and makes its folder if needed. Throws a `disk` error if the file can't be written. */
export function writeText(file: string, text: string): void {
  makeFolder(dirname(file))
  writeWhole(file, text)
}

/**
 * Formats a fraction as a percentage, such as `98.31%`. Null, which stands for a value that isn't finite, becomes
 * `unknown`.
 */
export function percent(fraction: number | null): string {
  return fraction === null ? 'unknown' : formatPercent(fraction, 2)
}

/** Formats a number with four significant digits. Null becomes `not finite`. */
export function number(value: number | null): string {
  return value === null ? 'not finite' : value === 0 ? '0' : value.toPrecision(4)
}

type SetName = 'train' | 'validation' | 'test'

/** Scores of one set of samples, as in the results of `train` and `evaluate`. */
interface ShownScores {
  readonly loss: number | null
  readonly error: number | null
  readonly rmse?: readonly (number | null)[]
}

interface ShownSet {
  readonly count: number
  readonly targets?: unknown
}

/**
 * Formats the scores of all sets of samples, one line for each set. If the network predicts values, the error is the
 * unexplained fraction of the variance, and the root mean square error is in the units of the values.
 */
export function scoreLines(
  scores: { readonly train?: ShownScores; readonly test: ShownScores; readonly validation?: ShownScores },
  data: {
    readonly train: ShownSet
    readonly test: ShownSet
    readonly validation?: ShownSet
    readonly targetNames?: readonly string[]
  },
): string[] {
  const names: readonly SetName[] = ['train', 'validation', 'test']
  const shown = names.filter((name) => scores[name] !== undefined)
  const width = shown.includes('validation') ? 10 : 6
  const areValues = data.train.targets !== undefined || scores.test.rmse !== undefined
  return shown.flatMap((name) => {
    const [set, samples] = [scores[name], data[name]]
    if (set === undefined) return []
    if (samples?.count === 0) return [`${name.padEnd(width)} no ${name} rows, so no scores`]
    const start = `${name.padEnd(width)} loss ${number(set.loss)}, error ${percent(set.error)}`
    const of = samples === undefined ? '' : `of ${counted(samples.count, 'sample')}`
    if (!areValues) return [`${start} ${of}`.trimEnd()]
    return [`${start} of the variance ${of}${rmseText(set, data.targetNames)}`]
  })
}

function rmseText({ rmse = [] }: ShownScores, names: readonly string[] = []): string {
  const each = rmse.map((value, index) => `${names[index] ?? `output ${index + 1}`} ${number(value)}`)
  return rmse.length === 0 ? '' : `, RMSE: ${each.join(', ')}`
}
