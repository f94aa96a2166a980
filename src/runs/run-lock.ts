/**
 * Keeps two processes off one run's folder: a file `lock` names the process that is at work there. The lock of a process
 * that is gone, after a crash or `kill -9`, is taken over. Node only.
 *
 * A lock is written whole under another name, and then gets its own by link(2), which fails where there is a lock: nobody
 * ever reads half of one. A take-over replaces the stale lock by rename(2) under a guard of its own, so that a folder is
 * never without a lock meanwhile.
 */
import { closeSync, linkSync, openSync, readFileSync, renameSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { IsobathError } from '../support/errors.ts'
import { reasonOf, remedyFor, removeQuietly } from '../support/files.ts'
import { describeOwner, isAtWork, mayEnd, newOwner, parseOwner, secondsBetweenSigns } from './lock-owner.ts'

export interface Lock {
  /**
   * Throws a `run` error where another process has taken the lock: it must be asked before a file of the folder is replaced.
   * That happens to a process that was stopped or cut off for minutes.
   */
  check(): void
  release(): void
}

const lockName = 'lock'

/** Milliseconds to wait for a process that is ending: after a kill, one with much memory needs a part of a second. */
const patience = 1000

/** Takes the lock of a folder that exists. Throws a `run` error where another has it, a `disk` error where it can't be made. */
export function takeLock(folder: string): Lock {
  const file = join(folder, lockName)
  const text = `${JSON.stringify(newOwner())}\n`
  const own = `${file}.${process.pid}.${crypto.randomUUID().slice(0, 8)}.partial`
  writeNew(own, text, file)
  try {
    const refuseAt = performance.now() + patience
    while (!link(own, file) && !takeOver(folder, file, own, refuseAt));
  } finally {
    removeQuietly(own)
  }
  return holdLock(folder, file, text)
}

/** Does the work while this process has the folder's lock, which is released however the work ends. Throws as `takeLock` does. */
export async function withLock<T>(folder: string, work: (lock: Lock) => Promise<T>): Promise<T> {
  const lock = takeLock(folder)
  try {
    return await work(lock)
  } finally {
    lock.release()
  }
}

/** Of all locks of this process. One listener is enough for all: many would look like a leak to Node. */
const held = new Set<() => void>()

function releaseAll(): void {
  for (const release of held) release()
}

/** A lock that is ours, with its signs of life. */
function holdLock(folder: string, file: string, text: string): Lock {
  // The descriptor stays that of our lock, whatever file has its name by then.
  const descriptor = openSync(file, 'r+')
  const signs = setInterval(() => {
    try {
      // The same bytes again: only the time of the change is new, and it is the file system's own.
      writeSync(descriptor, text, 0)
    } catch {}
  }, 1000 * secondsBetweenSigns)
  signs.unref()
  // Ended by a second Ctrl-C or an error that nobody caught: the folder is free all the same.
  let isHeld = true
  const release = (): void => {
    // Once alone: the next lock there may be another's.
    if (!isHeld) return
    isHeld = false
    clearInterval(signs)
    held.delete(release)
    if (held.size === 0) process.off('exit', releaseAll)
    closeSync(descriptor)
    try {
      if (readText(file) === text) removeQuietly(file)
    } catch {}
  }
  if (held.size === 0) process.on('exit', releaseAll)
  held.add(release)
  return {
    check: () => {
      const current = readText(file)
      // A lock that was removed by hand is nobody's.
      if (!isHeld || current === text || current === undefined) return
      throw new IsobathError(
        'run',
        `${folder}: another process has taken over this folder, after this one gave no sign of life for minutes. Nothing more is written here. Go on with the folder once the other process has ended.`,
      )
    },
    release,
  }
}

/** Writes a file that only this process knows. Throws a `disk` error that names `file`, for which it is written. */
function writeNew(own: string, text: string, file: string): void {
  try {
    writeFileSync(own, text, { flag: 'wx' })
  } catch (error) {
    // On a full disk the file may be there, empty.
    removeQuietly(own)
    throw diskError(file, 'be written', error)
  }
}

/** What file systems without hard links say: FAT, and some that are reached over a network. */
const withoutLinks: ReadonlySet<unknown> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'])

/** Gives a file a second name; false where the name is taken. */
function link(file: string, name: string): boolean {
  try {
    linkSync(file, name)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    if (withoutLinks.has(codeOf(error))) return copy(file, name)
    throw diskError(name, 'be written', error)
  }
}

/** Writes a file's text under another name; false where the name is taken. It is empty for microseconds. */
function copy(file: string, name: string): boolean {
  try {
    writeFileSync(name, readText(file) ?? '', { flag: 'wx' })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    if (codeOf(error) === 'ENOSPC') removeQuietly(name)
    throw diskError(name, 'be written', error)
  }
}

/**
 * Puts our lock in the place of one whose process is gone; true where that was done. Where the process is at work, waits a
 * little for its end; from `refuseAt` on (as performance.now() counts) throws a `run` error.
 */
function takeOver(folder: string, file: string, own: string, refuseAt: number): boolean {
  const found = readPatiently(file)
  if (found === undefined) return false
  const owner = parseOwner(found)
  if (owner !== undefined) {
    const silence = secondsSince(file, own)
    if (isAtWork(owner, silence)) {
      if (!mayEnd(owner) || performance.now() >= refuseAt) {
        throw new IsobathError('run', `${folder}: ${describeOwner(owner, silence, file)}`)
      }
      pause(20)
      return false
    }
  }
  return guarded(`${file}.takeover.partial`, own, () => {
    // Once more, now that nobody else replaces it.
    if (readText(file) !== found) return false
    renameSync(own, file)
    return true
  })
}

/** A take-over lasts microseconds: a guard that is older belongs to a process that was killed in between. */
const oldestGuard = 5

/** Does the work while a file of this name is ours; false where another process has it. */
function guarded(guard: string, own: string, work: () => boolean): boolean {
  if (!link(own, guard)) {
    const before = readText(guard)
    pause(10)
    // Removed by the one who has seen it unchanged for long; it is made anew within microseconds of its need.
    if (before !== undefined && secondsSince(guard, own) > oldestGuard && readText(guard) === before)
      removeQuietly(guard)
    return false
  }
  try {
    return work()
  } catch (error) {
    throw diskError(guard, 'be replaced', error)
  } finally {
    removeQuietly(guard)
  }
}

/** Seconds from a file's last change to that of another, by the clock of their file system. */
function secondsSince(file: string, other: string): number {
  try {
    return (statSync(other).mtimeMs - statSync(file).mtimeMs) / 1000
  } catch {
    return 0
  }
}

/** A copied lock is empty for microseconds; a process that was killed there left it empty. */
function readPatiently(file: string): string | undefined {
  for (let attempt = 0; attempt < 20; attempt++) {
    const text = readText(file)
    if (text === undefined || text.endsWith('\n')) return text
    pause(10)
  }
  return readText(file)
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw diskError(file, 'be read', error)
  }
}

function diskError(file: string, what: string, error: unknown): IsobathError {
  return new IsobathError('disk', `${file}: can't ${what} (${reasonOf(error)}). ${remedyFor(error)}`)
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
