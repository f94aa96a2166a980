/** What commands print: one JSON document, or text; files that they write. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { IsobathError } from '../index.ts'

/** One JSON document on stdout; JSON.stringify makes null of Infinity and NaN. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

export function printText(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Writes a text file, its folder included. Throws a `disk` error. */
export function writeText(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new IsobathError('disk', `${file}: can't be written (${reason}). Choose another place.`)
  }
}

/** `98.31%` */
export function percent(fraction: number | null): string {
  return fraction === null ? '-' : `${(100 * fraction).toFixed(2)}%`
}

/** Four significant digits. */
export function number(value: number | null): string {
  return value === null ? '-' : value === 0 ? '0' : value.toPrecision(4)
}
