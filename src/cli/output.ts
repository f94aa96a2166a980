/** What commands print: one JSON document, or text; files that they write. */
import { dirname } from 'node:path'
import { formatPercent } from '../format/text.ts'
import { counted } from '../format/words.ts'
import { makeFolder, writeWhole } from '../support/files.ts'
import { printable } from './printable.ts'

/** One JSON document on stdout; JSON.stringify makes null of Infinity and NaN. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

/** Classes, columns and labels come out of files, which may hold what a terminal would obey. */
export function printText(text: string): void {
  process.stdout.write(`${printable(text)}\n`)
}

/** A table for other programs, as it is; for a terminal without what that would obey. */
export function printTable(text: string): void {
  process.stdout.write(process.stdout.isTTY ? printable(text) : text)
}

/** Writes a text file, its folder included. Throws a `disk` error. */
export function writeText(file: string, text: string): void {
  makeFolder(dirname(file))
  writeWhole(file, text)
}

/** `98.31%`; null is what isn't finite. */
export function percent(fraction: number | null): string {
  return fraction === null ? 'unknown' : formatPercent(fraction, 2)
}

/** Four significant digits. */
export function number(value: number | null): string {
  return value === null ? 'not finite' : value === 0 ? '0' : value.toPrecision(4)
}

type SetName = 'train' | 'validation' | 'test'

/** A set's scores, as `train` and `evaluate` give them. */
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
 * The scores of all sets, a line each. Where values are predicted, the error is the part of the variance that isn't
 * explained, and the root of the mean square is in the values' own units.
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
