/** Prints the results of commands as JSON or as text, and writes text files. */
import { dirname } from 'node:path'
import { formatNumber, formatPercent } from '../format/text.ts'
import { makeFolder, writeWhole } from '../support/files.ts'
import { printable } from './printable.ts'

/** Prints one JSON document on stdout. JSON.stringify writes Infinity and NaN as null. */
export function printJson(value: unknown): void {
  process.stdout.write(`${jsonText(value)}\n`)
}

/** Largest number of numbers in a list that is written on one line. */
const mostOnLine = 60

/**
 * Formats a value as JSON, with an indent of two spaces. Short lists of numbers stand on one line each, so that people
 * can read a confusion matrix.
 */
export const jsonText = (value: unknown): string => laidOut(JSON.parse(JSON.stringify(value)), '')

function laidOut(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const inner = `${indent}  `
  if (Array.isArray(value)) {
    if (isShort(value)) return `[ ${value.map((one) => JSON.stringify(one)).join(', ')} ]`
    return enclosed(
      '[',
      ']',
      value.map((one) => laidOut(one, inner)),
      indent,
    )
  }
  const fields = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${laidOut(one, inner)}`)
  return enclosed('{', '}', fields, indent)
}

function enclosed(open: string, close: string, parts: readonly string[], indent: string): string {
  if (parts.length === 0) return open + close
  return `${open}\n${parts.map((part) => `${indent}  ${part}`).join(',\n')}\n${indent}${close}`
}

const isShort = (list: readonly unknown[]): boolean =>
  list.length > 0 && list.length <= mostOnLine && list.every((one) => one === null || typeof one === 'number')

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
