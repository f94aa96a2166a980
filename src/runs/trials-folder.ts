/**
 * A folder of trials. A description file says what the trials are for. `trials.jsonl` has a line for each finished
 * trial. `result.json` holds the result. Node only.
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

/** The report, which only the command line writes. The library removes the report when the work is resumed. */
const reportFile = 'report.html'
const trialsFile = 'trials.jsonl'

/** Functions that encode trials as lines, decode lines, and return the key that identifies a trial. */
export interface LineCodec<Line> {
  /** Encodes a trial as a line, with a line end. */
  encode(line: Line): string
  /** Decodes a line without its line end. Returns undefined if the line can't be read. */
  decode(text: string): Line | undefined
  keyOf(line: Line): string
}

export interface TrialsFolder<Line> {
  /**
   * Writes the first files of new work, or prepares the files of resumed work. `description`: text of the description
   * file.
   */
  begin(description: string): void
  get(key: string): Line | undefined
  /**
   * Adds the line that `make` returns to `trials.jsonl` and waits until the line is on the disk. `make` may first write
   * a file to which the line refers.
   */
  save(make: () => Line): void
  /** Writes the result of the work, if `begin` was called and the folder has no result yet. */
  finish(result: object): void
  /** Closes the files of the folder and releases its lock; called after success, interruption and failure. */
  close(): void
}

/**
 * Prepares a new folder of trials. Nothing is written to the folder before `begin` is called. Throws a `run` error if
 * the folder already holds work. The methods of the returned object throw a `disk` error if the folder can't be
 * written, and a `run` error if another process is working in the folder.
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
  /** Lock of the folder, which `close` releases. */
  readonly lock: Lock
  /**
   * True if the work is complete. If complete work is resumed, its result is not changed and nothing new is trained.
   */
  readonly isOver: boolean
  /** Other folders whose partial files are removed when the work is resumed. */
  readonly within?: readonly string[]
}

/**
 * Opens the folder of work that is resumed. Nothing in the folder changes before `begin` is called. `lines`: the lines
 * of trials.jsonl that can be read. `notes`: a sentence about each broken line, whose trial is repeated.
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
    line === undefined ? [`${file}: line ${index + 1} can't be read, so the training of this line is repeated.`] : [],
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

/** Returns the methods of a trials folder that are the same for new work and for resumed work. */
function writing<Line>(
  folder: string,
  file: Lines<Line>,
  lockNow: () => Lock | undefined,
): Omit<TrialsFolder<Line>, 'begin'> {
  // After a failed write, the last line of the file may be incomplete, so no other line may be added after the
  // incomplete line.
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
  /** Opens the file to add lines. If the file doesn't hold exactly the known lines, the file is rewritten first. */
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
      // If a trial was repeated, the new line replaces the old line of the trial.
      growing?.close()
      growing = undefined
      open()
    },
    close: () => growing?.close(),
  }
}

/**
 * Reads the text of a file, or an empty text if there is no file. If a folder or device has the name of the file, the
 * next write reports the problem.
 */
const textOf = (file: string): string => (isFile(file) ? new TextDecoder().decode(readWhole(file)) : '')
