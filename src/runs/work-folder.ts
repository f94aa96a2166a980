/**
 * What the folders of all kinds of work share: one kind of work in a folder, one process at work there, files that are whole,
 * and a result at the end. Node only.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { IsobathError } from '../support/errors.ts'
import { makeFolder, namesIn, removeQuietly, writeWhole } from '../support/files.ts'
import { readJson } from './checked-json.ts'
import { type Lock, takeLock } from './run-lock.ts'

export type WorkKind = 'run' | 'diagnosis' | 'comparison'

interface WorkRow {
  /** Says what the work is: where it is, the work can go on. */
  readonly file: string
  /** The command that makes such folders, and goes on with them by --resume. */
  readonly command: string
  /** The library's function that goes on with them. */
  readonly verb: string
  /** What comes after the file is there. */
  readonly first: string
  /** Other names of files that are there before it, which say that the work was ended too early to go on. */
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
} as const satisfies Readonly<Record<WorkKind, WorkRow>>

const kindNames = Object.keys(workKinds).filter((name): name is WorkKind => Object.hasOwn(workKinds, name))

/** What came out, and whether there is more to do. */
export const resultFile = 'result.json'

/** Throws a `run` error where there is work of any kind. `isBegun`: what else counts as work. */
export function refuseWork(folder: string, kind: WorkKind, isBegun: (name: string) => boolean = () => false): void {
  const names = namesIn(folder)
  const there = kindNames.find((one) => names.includes(workKinds[one].file))
  const found = there ?? (names.some(isBegun) ? kind : undefined)
  if (found === undefined) return
  const remedy = there === kind ? `, or go on with this one: ${goingOn(kind)}` : ''
  throw new IsobathError('run', `${folder}: there is a ${found} in this folder already. Choose another one${remedy}.`)
}

/** On the command line, and in a program. */
const goingOn = (kind: WorkKind): string =>
  `${workKinds[kind].command} --resume, or ${workKinds[kind].verb} in a program`

export interface Beginning {
  readonly kind: WorkKind
  readonly isBegun?: (name: string) => boolean
  /** Files that `write` makes. */
  readonly files: readonly string[]
  readonly write: (lock: Lock) => void
}

/**
 * Makes the folder, takes its lock and writes the first files. Throws a `run` error where another process has begun here
 * meanwhile, and a `disk` error; then no file is left that would look as if the work had begun.
 */
export function beginWork(folder: string, { kind, isBegun, files, write }: Beginning): Lock {
  makeFolder(folder)
  const lock = takeLock(folder)
  try {
    // Once more: it was looked at before the lock was there.
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

/** What was left in the middle of being written. */
export function removePartial(folder: string): void {
  for (const name of namesIn(folder)) if (name.endsWith('.partial')) removeQuietly(join(folder, name))
}

/** Throws a `disk` error. */
export function writeResult(folder: string, result: object): void {
  writeWhole(join(folder, resultFile), `${JSON.stringify(result, null, 2)}\n`)
}

const endSchema = z.object({ interrupted: z.boolean(), seconds: z.number() })

/**
 * Whether there is more to do, and what it took; undefined where the work has neither come to its end nor been stopped.
 * Throws a `run` error where the file is broken.
 */
export function readEnd(folder: string): z.infer<typeof endSchema> | undefined {
  const file = join(folder, resultFile)
  return existsSync(file) ? readJson(file, endSchema) : undefined
}

/** Of a folder without the file that says what the work is. */
export function noWork(folder: string, kind: WorkKind): IsobathError {
  const { file, command, first, earlier } = workKinds[kind]
  const names = namesIn(folder)
  const other = kindNames.find((one) => names.includes(workKinds[one].file))
  const isEarly = (name: string): boolean =>
    name === 'lock' || earlier.test(name) || (name.startsWith(`${file}.`) && name.endsWith('.partial'))
  const remedy = other
    ? insteadOf(folder, kind, other)
    : names.some(isEarly)
      ? `The ${kind} was ended before its ${first}: start it again, with the same folder.`
      : `Give the folder that ${command} named.`
  return new IsobathError('run', `${folder}: expected a ${kind}'s folder with ${file} in it. ${remedy}`)
}

function insteadOf(folder: string, asked: WorkKind, there: WorkKind): string {
  if (asked === 'diagnosis' && there === 'run') {
    return `It has a run: diagnose ${folder} says what is wrong with its network.`
  }
  return `It has a ${there}, which goes on with ${goingOn(there)}.`
}
