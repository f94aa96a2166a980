/** What commands print: one JSON document, or text; files that they write. */
import { dirname } from 'node:path'
import { checkFolder, makeFolder, writeWhole } from '../support/files.ts'

/** One JSON document on stdout; JSON.stringify makes null of Infinity and NaN. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

export function printText(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Makes the folder of a file that will be written after long work. Throws a `disk` error where that won't do. */
export function checkWritable(file: string): void {
  makeFolder(dirname(file))
  checkFolder(dirname(file))
}

/** Writes a text file, its folder included. Throws a `disk` error. */
export function writeText(file: string, text: string): void {
  makeFolder(dirname(file))
  writeWhole(file, text)
}

/** `98.31%`; null is what isn't finite. */
export function percent(fraction: number | null): string {
  return fraction === null ? 'unknown' : `${(100 * fraction).toFixed(2)}%`
}

/** Four significant digits. */
export function number(value: number | null): string {
  return value === null ? 'not finite' : value === 0 ? '0' : value.toPrecision(4)
}

/** `12,000` */
export function whole(value: number): string {
  return value.toLocaleString('en-US')
}

/** `1 step`, `50 steps` */
export function counted(value: number, unit: string): string {
  return `${whole(value)} ${unit}${value === 1 ? '' : 's'}`
}

/** The scores of both sets, a line each. */
export function scoreLines(
  { train, test }: Record<'train' | 'test', { readonly loss: number | null; readonly error: number | null }>,
  data: Record<'train' | 'test', { readonly count: number }>,
): string[] {
  return (['train', 'test'] as const).map((set) => {
    const { loss, error } = set === 'train' ? train : test
    return `${set.padEnd(6)} loss ${number(loss)}, error ${percent(error)} of ${counted(data[set].count, 'sample')}`
  })
}
