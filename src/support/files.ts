/** Files as a run needs them: written whole or not at all, every failure an error a user can act on. Node only. */
import {
  accessSync,
  appendFileSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { IsobathError } from './errors.ts'

/** What the operating system said, without the error's code and path: `no space left on device`. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return /^E[A-Z]+: ([^,]+)/.exec(text)?.[1] ?? text
}

function orDiskError(place: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    throw new IsobathError(
      'disk',
      `${place}: can't be written (${reasonOf(error)}). Free some space or choose another place.`,
    )
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

/** Makes a folder and those around it. Throws a `disk` error. */
export function makeFolder(folder: string): void {
  orDiskError(folder, () => makeMissing(folder))
}

/** Not mkdirSync's `recursive`: it never returns where a file system such as /proc denies that a folder can be made. */
function makeMissing(folder: string): void {
  if (isFolder(folder)) return
  if (existsSync(folder)) throw new Error('it is a file, not a folder')
  if (dirname(folder) !== folder) makeMissing(dirname(folder))
  try {
    mkdirSync(folder)
  } catch (error) {
    // Another process may have made it in between.
    if (!isFolder(folder)) throw error
  }
}

/** Throws a `disk` error where files can't be written into a folder. */
export function checkFolder(folder: string): void {
  orDiskError(folder, () => accessSync(folder, constants.W_OK))
}

/** Writes a file whole or not at all. Throws a `disk` error. */
export function writeWhole(file: string, content: string | Uint8Array): void {
  const temporary = `${file}.partial`
  orDiskError(file, () => {
    try {
      writeInPieces(temporary, typeof content === 'string' ? new TextEncoder().encode(content) : content)
      renameSync(temporary, file)
    } catch (error) {
      removeQuietly(temporary)
      throw error
    }
  })
}

/** Node reads and writes at most 2 GiB at once. */
const pieceBytes = 2 ** 28

function writeInPieces(file: string, content: Uint8Array): void {
  const descriptor = openSync(file, 'w')
  try {
    for (let offset = 0; offset < content.length; ) {
      offset += writeSync(descriptor, content, offset, Math.min(pieceBytes, content.length - offset))
    }
  } finally {
    closeSync(descriptor)
  }
}

/** A file's bytes, however large it is. Throws what Node throws. */
export function readWhole(file: string): Uint8Array<ArrayBuffer> {
  const descriptor = openSync(file, 'r')
  try {
    const content = new Uint8Array(fstatSync(descriptor).size)
    let offset = 0
    while (offset < content.length) {
      const count = readSync(descriptor, content, offset, Math.min(pieceBytes, content.length - offset), offset)
      if (count === 0) break
      offset += count
    }
    return content.subarray(0, offset)
  } finally {
    closeSync(descriptor)
  }
}

/** The first failure is the one to report. */
function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {}
}

/** Adds text to the end of a file. Throws a `disk` error. */
export function appendText(file: string, text: string): void {
  orDiskError(file, () => appendFileSync(file, text))
}
