/** Files as a run needs them: written whole or not at all, every failure an error a user can act on. Node only. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import { grouped } from '../format/words.ts'
import { type ErrorCode, IsobathError } from './errors.ts'

/** What the operating system said, without the error's code and path: `no space left on device`. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return /^E[A-Z]+: ([^,]+)/.exec(text)?.[1] ?? text
}

/** Space helps where there is none, and nowhere else. */
export function remedyFor(error: unknown): string {
  const isFull = error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
  return isFull ? 'Free some space or choose another place.' : 'Choose another place.'
}

function orDiskError(place: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    throw new IsobathError('disk', `${place}: can't be written (${reasonOf(error)}). ${remedyFor(error)}`)
  }
}

/** Whether a file is there; not where its name can't be looked at. */
export function isFile(path: string): boolean {
  return statusOf(path)?.isFile() === true
}

/** Whether a folder is there; not where its name can't be looked at. */
export function isFolder(path: string): boolean {
  return statusOf(path)?.isDirectory() === true
}

/** The names in a folder; none where it is no folder or can't be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Undefined for every reason: no entry, a file for a folder on the way, a name too long, no permission. */
function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
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

/**
 * Makes the folder of a file that will be written after long work. Throws a `disk` error where the file couldn't be
 * written: its folder is closed, or there is a folder of its name; an `option` error where it has no name.
 */
export function checkWritable(file: string): void {
  if (file === '') throw new IsobathError('option', 'expected the name of a file to write, got an empty one.')
  makeFolder(dirname(file))
  orDiskError(file, () => {
    const place = placeOf(file)
    if (place.isWhole) tryNewFile(besideOf(place.file))
    else accessSync(place.file, constants.W_OK)
  })
}

/** Permissions don't tell: a file system such as /proc has folders that root may write and that take no file. */
function tryNewFile(file: string): void {
  closeSync(openSync(file, 'wx'))
  rmSync(file)
}

/** A name beside the file that nobody else has or can foresee: a link that waited there would lead elsewhere. */
function besideOf(file: string): string {
  return `${file}.${crypto.randomUUID().slice(0, 8)}.partial`
}

/**
 * Writes a file whole or not at all, also where the power fails. Links stay links: what they lead to is written. Devices
 * and pipes are written into, as nothing may take their place. Pieces are written one after the other, each before the next
 * is asked for. Throws a `disk` error.
 */
export function writeWhole(file: string, content: string | Uint8Array | Iterable<Uint8Array>): void {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  const pieces = bytes instanceof Uint8Array ? [bytes] : bytes
  orDiskError(file, () => {
    const place = placeOf(file)
    if (place.isWhole) replace(place.file, pieces)
    else if (place.descriptor === undefined) writeInto(place.file, pieces)
    else writePieces(place.descriptor, pieces)
  })
}

interface WriteTarget {
  /** What is written in the end, no link to it. */
  readonly file: string
  /** A new file takes its place; else it is written into. */
  readonly isWhole: boolean
  /** What this process has open already, by the name that the system gives it. */
  readonly descriptor?: number
}

/** Throws where there is a folder. */
function placeOf(file: string): WriteTarget {
  const status = statusOf(file)
  if (status?.isDirectory()) throw new Error('it is a folder, not a file')
  if (status !== undefined && !status.isFile()) return { file, isWhole: false }
  if (status === undefined) return { file: throughLinks(file), isWhole: true }
  const [, name, number] = /^\/(?:dev|proc\/self)\/(stdout|stderr|fd\/(\d+))$/.exec(file) ?? []
  if (name === undefined) return { file: realpathSync(file), isWhole: true }
  return { file, isWhole: false, descriptor: Number(number ?? (name === 'stdout' ? 1 : 2)) }
}

/** Where a link leads that leads to nothing yet; anything else as it is. */
function throughLinks(start: string): string {
  let file = start
  // As many as Linux follows.
  for (let links = 0; links < 40; links++) {
    if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return file
    file = resolve(dirname(file), readlinkSync(file))
  }
  throw new Error('too many links')
}

function replace(file: string, content: Iterable<Uint8Array>): void {
  const temporary = besideOf(file)
  // What others may not read stays so.
  const mode = statSync(file, { throwIfNoEntry: false })?.mode
  try {
    const descriptor = openSync(temporary, 'wx', 0o666)
    try {
      if (mode !== undefined) fchmodSync(descriptor, mode & 0o7777)
      writePieces(descriptor, content)
      // Else the name could reach the disk before the content does.
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, file)
    syncFolder(dirname(file))
  } catch (error) {
    removeQuietly(temporary)
    throw error
  }
}

function writeInto(file: string, content: Iterable<Uint8Array>): void {
  const descriptor = openSync(file, 'w')
  try {
    writePieces(descriptor, content)
  } finally {
    closeSync(descriptor)
  }
}

/** Node reads and writes at most 2 GiB at once. */
const pieceBytes = 2 ** 28

function writePieces(descriptor: number, content: Iterable<Uint8Array>): void {
  for (const piece of content) {
    for (let offset = 0; offset < piece.length; ) {
      offset += writeSync(descriptor, piece, offset, Math.min(pieceBytes, piece.length - offset))
    }
  }
}

/** Makes a renaming last. Not every system can do that with a folder, and the files are whole all the same. */
function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r')
    try {
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
  } catch {}
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

export interface FileReading {
  /** The class of the errors. */
  readonly code: ErrorCode
  /** The most bytes the file may have. */
  readonly limit: number
  /** What to do, said at the end of an error. */
  readonly remedy: string
}

/**
 * A file's bytes. Throws an error of the given class where it can't be read, is a folder or a device (which might never
 * end), or is larger than the limit.
 */
export function readLimited(file: string, { code, limit, remedy }: FileReading): Uint8Array<ArrayBuffer> {
  const refuse = (problem: string): IsobathError => new IsobathError(code, `${file}: ${problem}. ${remedy}`)
  let status: Stats
  try {
    status = statSync(file)
  } catch (error) {
    throw refuse(`can't be read (${reasonOf(error)})`)
  }
  if (!status.isFile()) throw refuse(`expected a file, got a ${status.isDirectory() ? 'folder' : 'device or a pipe'}`)
  const size = (bytes: number): string => `${grouped(bytes)} bytes`
  if (status.size > limit) throw refuse(`expected at most ${size(limit)}, got ${size(status.size)}`)
  try {
    return readWhole(file)
  } catch (error) {
    throw refuse(`can't be read (${reasonOf(error)})`)
  }
}

/** Removes a file, if it is there and that can be done. */
export function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {}
}

/** A file that grows at its end. */
export interface GrowingFile {
  /** Throws a `disk` error; part of the text may then be in the file. */
  append(text: string): void
  /** Waits until what was added is on the disk. Throws a `disk` error. */
  sync(): void
  close(): void
}

/** Cuts a file to so many bytes, makes it where there is none, and opens it to add to it. Throws a `disk` error. */
export function openGrowing(file: string, bytes: number): GrowingFile {
  let descriptor = -1
  orDiskError(file, () => {
    descriptor = openSync(file, 'a')
    ftruncateSync(descriptor, bytes)
  })
  return {
    append: (text) => {
      orDiskError(file, () => {
        const content = new TextEncoder().encode(text)
        for (let offset = 0; offset < content.length; ) offset += writeSync(descriptor, content, offset)
      })
    },
    sync: () => orDiskError(file, () => fsyncSync(descriptor)),
    close: () => closeSync(descriptor),
  }
}
