/** Checks the files that commands write, so that no command overwrites a file that the user needs. */
import { closeSync, existsSync, openSync, readSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { IsobathError } from '../index.ts'
import { checkWritable, isFile, namesIn } from '../support/files.ts'

/**
 * Patterns for the beginning of a file of each kind. A command may overwrite an existing file only if the beginning of
 * the file matches the pattern for the command's output.
 */
const beginnings = {
  HTML: /^\s*<(!doctype html|html)\b/i,
  SVG: /^\s*<(\?xml|svg)\b/i,
  // Kept columns of the predicted table may precede the number of the sample.
  'a table of predictions': /^(?:sample,|[^\r\n]*,sample,(?:expected|predicted))/,
  JSON: /^\s*\{/,
} as const satisfies Readonly<Record<string, RegExp>>

export interface OutputFile {
  /** The option as the user typed it, such as `--report`. */
  readonly option: string
  readonly file: string
  readonly kind: keyof typeof beginnings
  /** Names, folders and files that the command reads, as the user wrote them. */
  readonly inputs: readonly unknown[]
  /** Other files that the command writes. */
  readonly outputs?: readonly (string | undefined)[]
  /** Folder in which the command stores its work; the folder need not exist yet. */
  readonly folder?: string
}

/**
 * Checks a file that a command will write, before the long work of the command. Throws an `option` error if the command
 * reads the file, if the file belongs to a run, or if an existing file is of another kind than the new one. Throws the
 * errors of `checkWritable`.
 */
export function checkOutput({ option, file, kind, inputs, outputs = [], folder }: OutputFile): void {
  const place = placeOf(file)
  if (outputs.some((other) => other !== undefined && placeOf(other) === place)) {
    throw refusal(option, `another option writes ${file} as well`)
  }
  checkNotRead(option, file, inputs)
  if (isOfRun(file, folder)) throw refusal(option, `${file} belongs to a stored run`)
  if (isFile(file) && !isOfKind(file, kind)) {
    throw refusal(
      option,
      `expected a new file, or ${kind} to overwrite, got the existing file ${file} with other contents`,
    )
  }
  checkWritable(file)
}

/** Throws an `option` error if the command reads the file that it would write. */
export function checkNotRead(option: string, file: string, inputs: readonly unknown[]): void {
  const isSame = (input: unknown): boolean =>
    typeof input === 'string' && isFile(input) && placeOf(input) === placeOf(file)
  if (inputs.flat().some(isSame)) throw refusal(option, `this command reads ${file} and must not overwrite the file`)
}

const refusal = (option: string, problem: string): IsobathError =>
  new IsobathError('option', `${option}: ${problem}. Choose another file.`)

/** Absolute path of a file that may not exist yet. Links in the existing part of the path are resolved. */
function placeOf(file: string): string {
  if (existsSync(file)) return realpathSync(file)
  const full = resolve(file)
  const parent = dirname(full)
  return parent === full ? full : join(placeOf(parent), basename(full))
}

/**
 * Names that an output file in the folder of a run, diagnosis, comparison or prescription must not have, because Isobath's own files
 * in the folder have these names.
 */
const ownNames =
  /^((run|diagnosis|comparison|prescription|result)\.json|(metrics|trials)\.jsonl|lock|checkpoint-\d+\.safetensors)$/
const marks = ['run.json', 'diagnosis.json', 'comparison.json', 'prescription.json']

function isOfRun(file: string, folder: string | undefined): boolean {
  const place = placeOf(file)
  if (!ownNames.test(basename(place))) return false
  const names = namesIn(dirname(place))
  const isOwn = folder !== undefined && placeOf(folder) === dirname(place)
  return isOwn || marks.some((mark) => names.includes(mark))
}

/** Bytes of a file that show its kind. The first line of a table may have many kept columns. */
const longestBeginning = 16_384

/** Whether an existing file begins like a file of this kind. An empty file counts as a file of every kind. */
function isOfKind(file: string, kind: OutputFile['kind']): boolean {
  const beginning = new Uint8Array(longestBeginning)
  let count = 0
  try {
    const descriptor = openSync(file, 'r')
    try {
      count = readSync(descriptor, beginning)
    } finally {
      closeSync(descriptor)
    }
  } catch {
    // A file that can't be read passes this check of its kind. `checkWritable` finds out whether the file can be
    // written.
    return true
  }
  return count === 0 || beginnings[kind].test(new TextDecoder().decode(beginning.subarray(0, count)))
}

/**
 * Checks the file of --figure, before the long work of the command. Throws an `option` error if the name doesn't end in
 * .svg. Throws the errors of `checkOutput`.
 */
export function checkFigure(
  file: string,
  inputs: readonly unknown[],
  outputs: readonly (string | undefined)[] = [],
): void {
  const isDevice = existsSync(file) && !isFile(file)
  if (file !== '' && !isDevice && !isSvg(file)) {
    throw new IsobathError(
      'option',
      `--figure: expected a file name that ends in .svg, got ${file}. Pictures are SVG files, so choose such a name.`,
    )
  }
  checkOutput({ option: '--figure', file, kind: 'SVG', inputs, outputs })
}

/**
 * Checks the path for several pictures, before the long work of the command. The path is that of one SVG file, or of a
 * folder with one file for each of the names. Throws an `option` error if the path is an empty text. Throws the errors
 * of `checkOutput`.
 */
export function checkFigures(
  option: string,
  place: string,
  names: readonly string[],
  inputs: readonly unknown[],
  outputs: readonly (string | undefined)[] = [],
): void {
  if (place === '')
    throw new IsobathError('option', `${option}: expected an SVG file or a folder, got an empty name. Give a name.`)
  const files = isSvg(place) ? [place] : names.map((name) => join(place, `${name}.svg`))
  for (const file of files) checkOutput({ option, file, kind: 'SVG', inputs, outputs })
}

/** Whether the name of a file ends in .svg. */
export const isSvg = (file: string): boolean => /\.svg$/i.test(file)
