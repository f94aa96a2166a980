/** Prints the results of commands as JSON or as text, and writes text files. */
import { dirname } from 'node:path'
import { formatNumber, formatPercent } from '../format/text.ts'
import { makeFolder, writeWhole } from '../support/files.ts'
import { printable } from './printable.ts'

/** Prints one JSON document on stdout. JSON.stringify writes Infinity and NaN as null. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2).replace(shortLists, (list) => list.replace(/\s+/g, ' '))}\n`)
}

/**
 * Lists of at most 60 numbers, which are written on one line each, so that people can read a confusion matrix. A text in
 * the document can't match, because JSON writes no line breaks inside of texts.
 */
const shortLists = /\[\n\s*(?:(?:-?\d[\d.e+-]*|null)(?:,\n\s*)?){1,60}\n\s*\]/g

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

/** Space around a picture that is a file of its own, in pixels. A page has its own space around its pictures. */
const margin = 16

/** Writes a picture as an SVG file, with a margin. Throws a `disk` error if the file can't be written. */
export function writePicture(file: string, svg: string): void {
  const size = /viewBox="0 0 ([\d.]+) ([\d.]+)" width="[\d.]+" height="[\d.]+"/
  const framed = svg.replace(size, (_, ...sides: string[]) => {
    const [width, height] = sides.slice(0, 2).map((side) => Number(side) + 2 * margin)
    return `viewBox="${-margin} ${-margin} ${width} ${height}" width="${width}" height="${height}"`
  })
  writeText(file, framed)
}

/**
 * Formats a fraction as a percentage, such as `98.31%`. Null, which stands for a value that isn't finite, becomes
 * `unknown`.
 */
export function percent(fraction: number | null): string {
  return fraction === null ? 'unknown' : formatPercent(fraction, 2)
}

/** Formats a number with four significant digits and commas. Null becomes `not finite`. */
export function number(value: number | null): string {
  return value === null ? 'not finite' : formatNumber(value, 4)
}
