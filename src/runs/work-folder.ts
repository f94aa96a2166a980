/**
 * Rules for the folders of all kinds of work. A folder holds one kind of work, and only one process at a time works in
 * the folder. The files of a folder are always complete, and a result is written at the end of the work. Node only.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { IsobathError } from '../support/errors.ts'
import { makeFolder, namesIn, removeQuietly, writeWhole } from '../support/files.ts'
import { readJson } from './checked-json.ts'
import { type Lock, takeLock } from './run-lock.ts'

export type WorkKind = 'run' | 'diagnosis' | 'comparison' | 'prescription'

interface WorkRow {
  /** Name of the file that describes the work. If a folder has this file, the work in the folder can be resumed. */
  readonly file: string
  /** Name of the command that begins the work and, with --resume, resumes the work. */
  readonly command: string
  /** Name of the library function that resumes the work. */
  readonly verb: string
  /** Name of the part of the work that comes right after the description file is written, for error messages. */
  readonly first: string
  /**
   * Pattern for the names of files that are written before the description file. If a folder has such a file but no
   * description file, the work ended too early to be resumed.
   */
  readonly earlier: RegExp
}

export const workKinds = {
  run: {
    file: 'run.json',
    command: 'train',
    verb: 'resume',
    first: 'first step',
    earlier: /^checkpoint-0\.safetensors/,
  },
  diagnosis: {
    file: 'diagnosis.json',
    command: 'diagnose',
    verb: 'resumeDiagnosis',
    first: 'first training',
    earlier: /^$/,
  },
  comparison: {
    file: 'comparison.json',
    command: 'compare',
    verb: 'resumeComparison',
    first: 'first training',
    earlier: /^$/,
  },
  prescription: {
    file: 'prescription.json',
    command: 'prescribe',
    verb: 'resumePrescription',
    first: 'first training',
    earlier: /^$/,
  },
} as const satisfies Readonly<Record<WorkKind, WorkRow>>

const kindNames = Object.keys(workKinds).filter((name): name is WorkKind => Object.hasOwn(workKinds, name))

/** Name of the file that holds the result of the work and says whether the work was interrupted. */
export const resultFile = 'result.json'

/**
 * Throws a `run` error if the folder already holds work of any kind. `isBegun` returns, for the name of a file, whether
 * the file also shows that work has begun.
 */
export function refuseWork(folder: string, kind: WorkKind, isBegun: (name: string) => boolean = () => false): void {
  const names = namesIn(folder)
  const there = kindNames.find((one) => names.includes(workKinds[one].file))
  const found = there ?? (names.some(isBegun) ? kind : undefined)
  if (found === undefined) return
  const remedy = there === kind ? `, or resume the ${kind} with ${resumers(kind)}` : ''
  throw new IsobathError('run', `${folder}: this folder already holds a ${found}. Choose another folder${remedy}.`)
}

/** Returns words that name the command and the function that resume a kind of work. */
const resumers = (kind: WorkKind): string =>
  `${workKinds[kind].command} --resume, or with ${workKinds[kind].verb} in a program`

export interface Beginning {
  readonly kind: WorkKind
  readonly isBegun?: (name: string) => boolean
  /** Names of the files that `write` writes. */
  readonly files: readonly string[]
  readonly write: (lock: Lock) => void
}

/**
 * Makes the folder, takes its lock and writes the first files. Throws a `run` error if another process has begun work
 * in the folder, and a `disk` error if a file can't be written. After an error, the folder holds no file that would
 * count as begun work.
 */
export function beginWork(folder: string, { kind, isBegun, files, write }: Beginning): Lock {
  makeFolder(folder)
  const lock = takeLock(folder)
  try {
    // The folder was first checked before this process had the lock, so the folder is checked again.
    refuseWork(folder, kind, isBegun)
    try {
      write(lock)
    } catch (error) {
      for (const name of files) removeQuietly(join(folder, name))
      throw error
    }
  } catch (error) {
    lock.release()
    throw error
  }
  return lock
}

/** Removes the partial files that an interrupted write has left in a folder. */
export function removePartial(folder: string): void {
  for (const name of namesIn(folder)) if (name.endsWith('.partial')) removeQuietly(join(folder, name))
}

/** Writes the result of the work to result.json. Throws a `disk` error if the file can't be written. */
export function writeResult(folder: string, result: object): void {
  writeWhole(join(folder, resultFile), `${JSON.stringify(result, null, 2)}\n`)
}

const endSchema = z.object({ interrupted: z.boolean(), seconds: z.number() })

/**
 * Reads whether the work was interrupted, and its duration in seconds. Returns undefined if the work has no result yet.
 * Throws a `run` error if result.json is broken.
 */
export function readEnd(folder: string): z.infer<typeof endSchema> | undefined {
  const file = join(folder, resultFile)
  return existsSync(file) ? readJson(file, endSchema) : undefined
}

/** Builds the error for a folder without the file that describes the work. */
export function noWork(folder: string, kind: WorkKind): IsobathError {
  const { file, command, first, earlier } = workKinds[kind]
  const names = namesIn(folder)
  const other = kindNames.find((one) => names.includes(workKinds[one].file))
  const isEarly = (name: string): boolean =>
    name === 'lock' || earlier.test(name) || (name.startsWith(`${file}.`) && name.endsWith('.partial'))
  const remedy = other
    ? insteadOf(folder, kind, other)
    : names.some(isEarly)
      ? `The ${kind} ended before its ${first}. Start the ${kind} again with the same folder.`
      : `Give a folder that ${command} wrote.`
  return new IsobathError('run', `${folder}: expected the folder of a ${kind}, which contains ${file}. ${remedy}`)
}

function insteadOf(folder: string, asked: WorkKind, there: WorkKind): string {
  if (asked === 'diagnosis' && there === 'run') {
    return `The folder holds a run. To diagnose the network of the run, use diagnose ${folder}.`
  }
  return `The folder holds a ${there}. Resume the ${there} with ${resumers(there)}.`
}
