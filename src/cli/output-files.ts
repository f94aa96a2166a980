/** Files that commands write: nothing that the user needs is lost to one. */
import { closeSync, existsSync, openSync, readSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { IsobathError } from '../index.ts'
import { checkWritable, isFile, namesIn } from '../support/files.ts'

/** What an earlier file of the same kind begins with. */
const beginnings = {
  HTML: /^\s*<(!doctype html|html)\b/i,
  SVG: /^\s*<(\?xml|svg)\b/i,
  'a table of predictions': /^sample,/,
  JSON: /^\s*\{/,
} as const satisfies Readonly<Record<string, RegExp>>

export interface OutputFile {
  /** As its user typed it: `--report`. */
  readonly option: string
  readonly file: string
  readonly kind: keyof typeof beginnings
  /** Names, folders and files that the command reads, as the user gave them. */
  readonly inputs: readonly unknown[]
  /** Other files that the command writes. */
  readonly outputs?: readonly (string | undefined)[]
  /** The folder that the command keeps its work in, whether the folder is there already or not. */
  readonly folder?: string
}

/**
 * Before long work. Throws an `option` error where the file is one that the command reads, one of a run, or of another kind
 * than what will be written; and as `checkWritable` does.
 */
export function checkOutput({ option, file, kind, inputs, outputs = [], folder }: OutputFile): void {
  const place = placeOf(file)
  if (outputs.some((other) => other !== undefined && placeOf(other) === place)) {
    throw refusal(option, `${file} is to be written by another option as well`)
  }
  checkNotRead(option, file, inputs)
  if (isOfRun(file, folder)) throw refusal(option, `${file} belongs to the run in its folder`)
  if (isFile(file) && !isOfKind(file, kind)) {
    throw refusal(option, `expected a new file, or ${kind} to write over, got ${file}, which is something else`)
  }
  checkWritable(file)
}

/** Throws an `option` error where the file is one that the command reads. */
export function checkNotRead(option: string, file: string, inputs: readonly unknown[]): void {
  const isSame = (input: unknown): boolean =>
    typeof input === 'string' && isFile(input) && placeOf(input) === placeOf(file)
  if (inputs.flat().some(isSame)) throw refusal(option, `${file} is read by this command`)
}

const refusal = (option: string, problem: string): IsobathError =>
  new IsobathError('option', `${option}: ${problem}. Choose another file.`)

/** Where a file is, or would be: without links, as far as its folders are there. */
function placeOf(file: string): string {
  if (existsSync(file)) return realpathSync(file)
  const full = resolve(file)
  const parent = dirname(full)
  return parent === full ? full : join(placeOf(parent), basename(full))
}

/** What run, diagnosis and comparison folders keep, whether the file is there already or not. */
const ownNames = /^((run|diagnosis|comparison|result)\.json|(metrics|trials)\.jsonl|lock|checkpoint-\d+\.safetensors)$/
const marks = ['run.json', 'diagnosis.json', 'comparison.json']

function isOfRun(file: string, folder: string | undefined): boolean {
  const place = placeOf(file)
  if (!ownNames.test(basename(place))) return false
  const names = namesIn(dirname(place))
  const isOwn = folder !== undefined && placeOf(folder) === dirname(place)
  return isOwn || marks.some((mark) => names.includes(mark))
}

/** An empty file is of every kind. */
function isOfKind(file: string, kind: OutputFile['kind']): boolean {
  const beginning = new Uint8Array(64)
  let count = 0
  try {
    const descriptor = openSync(file, 'r')
    try {
      count = readSync(descriptor, beginning)
    } finally {
      closeSync(descriptor)
    }
  } catch {
    // That it can't be read is no reason: whether it can be written is found out next.
    return true
  }
  return count === 0 || beginnings[kind].test(new TextDecoder().decode(beginning.subarray(0, count)))
}

/** Before long work. Throws an `option` error where the name isn't one of an SVG file, and as `checkOutput` does. */
export function checkFigure(
  file: string,
  inputs: readonly unknown[],
  outputs: readonly (string | undefined)[] = [],
): void {
  const isDevice = existsSync(file) && !isFile(file)
  if (file !== '' && !isDevice && !isSvg(file)) {
    throw new IsobathError('option', `--figure: expected a file ending in .svg, got ${file}. The picture is SVG.`)
  }
  checkOutput({ option: '--figure', file, kind: 'SVG', inputs, outputs })
}

/** The same for a picture of several parts, of these names: one SVG file for all, or a folder with a file for each. */
export function checkFigures(
  option: string,
  place: string,
  names: readonly string[],
  inputs: readonly unknown[],
  outputs: readonly (string | undefined)[] = [],
): void {
  if (place === '') throw new IsobathError('option', `${option}: expected an SVG file or a folder, got an empty name.`)
  const files = isSvg(place) ? [place] : names.map((name) => join(place, `${name}.svg`))
  for (const file of files) checkOutput({ option, file, kind: 'SVG', inputs, outputs })
}

/** Whether a name is one of an SVG file. */
export const isSvg = (file: string): boolean => /\.svg$/i.test(file)
