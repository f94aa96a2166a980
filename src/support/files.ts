/**
 * Reads and writes files of runs. A file is written whole or not at all. Every failure is an error that a user can act
 * on. Node only.
 */
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

/** The reason that the operating system gave, without the error's code and path, such as `no space left on device`. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return /^E[A-Z]+: ([^,]+)/.exec(text)?.[1] ?? text
}

/** The remedy for a failed write. The remedy mentions disk space only if the disk is full. */
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

/** Whether the path is an existing file. The result is false if the path can't be read. */
export function isFile(path: string): boolean {
  return statusOf(path)?.isFile() === true
}

/** Whether the path is an existing folder. The result is false if the path can't be read. */
export function isFolder(path: string): boolean {
  return statusOf(path)?.isDirectory() === true
}

/** The names of the files and folders in a folder. The list is empty if the path is no folder or can't be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/**
 * The status of a path. Returns undefined for any failure, such as a missing file, a name that is too long, or no
 * permission.
 */
function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}

/** Makes a folder and its missing parent folders. Throws a `disk` error if a folder can't be made. */
export function makeFolder(folder: string): void {
  orDiskError(folder, () => makeMissing(folder))
}

/**
 * Makes a folder and its missing parents one by one. The function doesn't use mkdirSync's option `recursive`, which
 * never returns if a file system such as /proc refuses a new folder.
 */
function makeMissing(folder: string): void {
  if (isFolder(folder)) return
  if (existsSync(folder)) throw new Error('it is a file, not a folder')
  if (dirname(folder) !== folder) makeMissing(dirname(folder))
  try {
    mkdirSync(folder)
  } catch (error) {
    // Another process may have made the folder in the meantime.
    if (!isFolder(folder)) throw error
  }
}

/**
 * Checks before long work that the result can be written to a file, and makes the file's folder. Throws a `disk` error
 * if the folder accepts no new file, or if the path is a folder. Throws an `option` error if the file's name is empty.
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

/**
 * Creates and removes a file to check that a folder accepts files. Checking permissions isn't enough: in a file system
 * such as /proc, root may write to folders that accept no file.
 */
function tryNewFile(file: string): void {
  closeSync(openSync(file, 'wx'))
  rmSync(file)
}

/**
 * The path of a temporary file in the folder of `file`. The name of the temporary file is random, so that nobody can
 * place a link to another file at its path in advance.
 */
function besideOf(file: string): string {
  return `${file}.${crypto.randomUUID().slice(0, 8)}.partial`
}

/**
 * Writes a file whole or not at all, even if the power fails. If the path is a link, the link's target is written and
 * the link itself is not replaced. Devices and pipes are written to and not replaced. Each piece of the content is
 * written before the next piece is requested. Throws a `disk` error if the file can't be written.
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
  /** Path of the file to write, with links resolved. */
  readonly file: string
  /** Whether a new file replaces the old file. The value is false if the content is written into a device or a pipe. */
  readonly isWhole: boolean
  /**
   * Descriptor of a file that this process already has open, if the path names such a descriptor, as /dev/stdout does.
   */
  readonly descriptor?: number
}

/** The target of a write to the path. Throws an error if the path is a folder. */
function placeOf(file: string): WriteTarget {
  const status = statusOf(file)
  if (status?.isDirectory()) throw new Error('it is a folder, not a file')
  if (status !== undefined && !status.isFile()) return { file, isWhole: false }
  if (status === undefined) return { file: throughLinks(file), isWhole: true }
  const [, name, number] = /^\/(?:dev|proc\/self)\/(stdout|stderr|fd\/(\d+))$/.exec(file) ?? []
  if (name === undefined) return { file: realpathSync(file), isWhole: true }
  return { file, isWhole: false, descriptor: Number(number ?? (name === 'stdout' ? 1 : 2)) }
}

/** The path to which a link to a missing file leads. A path that is no link to a missing file stays unchanged. */
function throughLinks(start: string): string {
  let file = start
  // The limit is 40 links, because Linux also follows at most 40 links in a path.
  for (let links = 0; links < 40; links++) {
    if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return file
    file = resolve(dirname(file), readlinkSync(file))
  }
  throw new Error('too many links')
}

function replace(file: string, content: Iterable<Uint8Array>): void {
  const temporary = besideOf(file)
  // The new file gets the permissions of the old file, so that private files stay private.
  const mode = statSync(file, { throwIfNoEntry: false })?.mode
  try {
    const descriptor = openSync(temporary, 'wx', 0o666)
    try {
      if (mode !== undefined) fchmodSync(descriptor, mode & 0o7777)
      writePieces(descriptor, content)
      // Without fsync, the new name of the file could reach the disk before the content of the file does.
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

/** Number of bytes that one call of a read or write function transfers. Node allows at most 2 GiB in one call. */
const pieceBytes = 2 ** 28

function writePieces(descriptor: number, content: Iterable<Uint8Array>): void {
  for (const piece of content) {
    for (let offset = 0; offset < piece.length; ) {
      offset += writeSync(descriptor, piece, offset, Math.min(pieceBytes, piece.length - offset))
    }
  }
}

/**
 * Makes sure that the new name of a renamed file is on the disk. Not every operating system can sync a folder, so
 * failures are ignored. Files are written whole even without the sync of the folder.
 */
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

/** The bytes of a file of any size. Throws Node's error if the file can't be read. */
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
  /** Code of the errors that are thrown if the file can't be read. */
  readonly code: ErrorCode
  /** Largest size of the file, in bytes. */
  readonly limit: number
  /** Remedy at the end of an error message. */
  readonly remedy: string
}

/**
 * The bytes of a file of limited size. Throws an error with the given code if the file can't be read, or if the file is
 * larger than the limit. Throws the same error if the path is a folder or a device, because reading a device might
 * never end.
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

/** Removes a file if possible. A missing file and any failure are ignored. */
export function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {}
}

/** A file to which text is appended. */
export interface GrowingFile {
  /**
   * Appends a text. Throws a `disk` error if writing fails. If writing fails, a part of the text may be in the file.
   */
  append(text: string): void
  /**
   * Waits until all appended text is on the disk. Throws a `disk` error if the operating system can't write the text to
   * the disk.
   */
  sync(): void
  close(): void
}

/**
 * Opens a file so that text is appended after its first `bytes` bytes. A missing file is created. Throws a `disk` error
 * if the file can't be opened.
 */
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
