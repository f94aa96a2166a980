/**
 * A folder of trials: a file that says what they are for, `trials.jsonl` with a line for each that has ended, `result.json`
 * with what came out. Node only.
 */
import { join } from 'node:path'
import { type GrowingFile, isFile, openGrowing, readWhole, removeQuietly, writeWhole } from '../support/files.ts'
import type { Lock } from './run-lock.ts'
import {
  beginWork,
  refuseWork,
  removePartial,
  resultFile,
  type WorkKind,
  workKinds,
  writeResult,
} from './work-folder.ts'

/** The command's, which the library doesn't write. */
const reportFile = 'report.html'
const trialsFile = 'trials.jsonl'

/** How trials are written, a line each, and told apart. */
export interface LineCodec<Line> {
  /** With its line end. */
  encode(line: Line): string
  /** Undefined where it can't be read. */
  decode(text: string): Line | undefined
  keyOf(line: Line): string
}

export interface TrialsFolder<Line> {
  /** Writes the first files, or those of work that goes on; `description`: what is in the file that says what the work is. */
  begin(description: string): void
  get(key: string): Line | undefined
  /** Adds a line, and waits until it is on the disk. `make` may write what the line speaks of. */
  save(make: () => Line): void
  /** Adds what came out, where it had begun and there is no result yet. */
  finish(result: object): void
  /** Lets go of the folder, however the work ended. */
  close(): void
}

/**
 * Nothing is written before `begin`. Throws a `run` error where there is work already; its functions throw a `disk` error
 * where nothing can be written, a `run` error where another process is at work there.
 */
export function createTrialsFolder<Line>(folder: string, kind: WorkKind, codec: LineCodec<Line>): TrialsFolder<Line> {
  refuseWork(folder, kind)
  const file = createLines(folder, codec, [])
  const descriptionFile = workKinds[kind].file
  let lock: Lock | undefined
  return {
    ...writing(folder, file, () => lock),
    begin: (description) => {
      lock = beginWork(folder, {
        kind,
        files: [trialsFile, descriptionFile],
        write: () => {
          file.open()
          writeWhole(join(folder, descriptionFile), description)
        },
      })
    },
  }
}

export interface TrialsToResume {
  readonly folder: string
  readonly kind: WorkKind
  /** Of the folder; `close` releases it. */
  readonly lock: Lock
  /** It has come to its end, and nothing but its answer is asked for: its result stays. */
  readonly isOver: boolean
  /** Folders of other files, whose half-written ones are removed too. */
  readonly within?: readonly string[]
}

/**
 * Work that goes on; nothing is changed before `begin`. `lines`: those that are there. `notes`: what was broken, a sentence
 * each; its trials are made again.
 */
export function resumeTrialsFolder<Line>(
  { folder, kind, lock, isOver, within = [] }: TrialsToResume,
  codec: LineCodec<Line>,
): { readonly store: TrialsFolder<Line>; readonly lines: readonly Line[]; readonly notes: readonly string[] } {
  const file = join(folder, trialsFile)
  const texts = textOf(file).split('\n').slice(0, -1)
  const decoded = texts.map((text) => codec.decode(text))
  const lines = decoded.filter((line) => line !== undefined)
  const notes = decoded.flatMap((line, index) =>
    line === undefined ? [`${file}: line ${index + 1} can't be read: its training is made again.`] : [],
  )
  const stored = createLines(folder, codec, lines)
  const own = writing(folder, stored, () => lock)
  const store: TrialsFolder<Line> = {
    ...own,
    begin: (description) => {
      if (!isOver) for (const name of [resultFile, reportFile]) removeQuietly(join(folder, name))
      writeWhole(join(folder, workKinds[kind].file), description)
      for (const place of [folder, ...within]) removePartial(place)
      stored.open()
    },
    finish: (result) => {
      if (!isOver) own.finish(result)
    },
  }
  return { store, lines, notes }
}

/** What is the same for new work and for work that goes on. */
function writing<Line>(
  folder: string,
  file: Lines<Line>,
  lockNow: () => Lock | undefined,
): Omit<TrialsFolder<Line>, 'begin'> {
  // A line may be torn then, to which no other must be added.
  let failure: { readonly error: unknown } | undefined
  return {
    get: (key) => file.get(key),
    save: (make) => {
      if (failure) throw failure.error
      try {
        lockNow()?.check()
        file.put(make())
      } catch (error) {
        failure = { error }
        throw error
      }
    },
    finish: (result) => {
      if (!file.isOpen()) return
      lockNow()?.check()
      writeResult(folder, result)
    },
    close: () => {
      try {
        file.close()
      } finally {
        lockNow()?.release()
      }
    },
  }
}

interface Lines<Line> {
  /** Writes the known lines, where the file has others. */
  open(): void
  isOpen(): boolean
  get(key: string): Line | undefined
  put(line: Line): void
  close(): void
}

function createLines<Line>(
  folder: string,
  { encode, keyOf }: Pick<LineCodec<Line>, 'encode' | 'keyOf'>,
  known: readonly Line[],
): Lines<Line> {
  const file = join(folder, trialsFile)
  const lines = new Map(known.map((line) => [keyOf(line), line]))
  let growing: GrowingFile | undefined
  const open = (): void => {
    const text = [...lines.values()].map(encode).join('')
    if (!isFile(file) || textOf(file) !== text) writeWhole(file, text)
    growing = openGrowing(file, new TextEncoder().encode(text).length)
  }
  return {
    open,
    isOpen: () => growing !== undefined,
    get: (key) => lines.get(key),
    put: (line) => {
      const isNew = !lines.has(keyOf(line))
      lines.set(keyOf(line), line)
      if (isNew) {
        growing?.append(encode(line))
        growing?.sync()
        return
      }
      // Of a trial that was made again.
      growing?.close()
      growing = undefined
      open()
    },
    close: () => growing?.close(),
  }
}

/** None where there is no file; what is there instead of one is found when it is written. */
const textOf = (file: string): string => (isFile(file) ? new TextDecoder().decode(readWhole(file)) : '')
