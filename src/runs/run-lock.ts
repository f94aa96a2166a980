/**
 * Prevents two processes from working in the same folder. The file `lock` names the process that works in the folder.
 * If the named process is gone, after a crash or `kill -9`, another process takes over the lock. Node only.
 *
 * A lock is written completely under another name and then gets the name `lock` by link(2), which fails if the folder
 * has a lock already. No process ever reads half a lock, because link(2) makes the complete file visible at once. A
 * take-over replaces the lock of an ended process by rename(2), so that the folder always has a lock. During a
 * take-over, a guard file prevents other processes from replacing the lock at the same time.
 */
import { closeSync, linkSync, openSync, readFileSync, renameSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { IsobathError } from '../support/errors.ts'
import { reasonOf, remedyFor, removeQuietly } from '../support/files.ts'
import { describeOwner, isAtWork, mayEnd, newOwner, parseOwner, secondsBetweenSigns } from './lock-owner.ts'

export interface Lock {
  /**
   * Throws a `run` error if another process has taken over the lock. A process loses its lock if it was suspended or
   * cut off from the file system for minutes. The owner of a lock must call `check` before the owner replaces a file of
   * the folder.
   */
  check(): void
  release(): void
}

const lockName = 'lock'

/**
 * Time to wait for a process that is ending, in milliseconds. A killed process with much memory needs a fraction of a
 * second to end.
 */
const patience = 1000

/**
 * Takes the lock of an existing folder. Throws a `run` error if another process holds the lock, and a `disk` error if
 * the lock can't be written.
 */
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

/**
 * Calls `work` while this process holds the folder's lock, and releases the lock after success and failure. Throws the
 * errors of `takeLock` and of `work`.
 */
export async function withLock<T>(folder: string, work: (lock: Lock) => Promise<T>): Promise<T> {
  const lock = takeLock(folder)
  try {
    return await work(lock)
  } finally {
    lock.release()
  }
}

/**
 * The release functions of all locks that this process holds. All locks share one exit listener, because Node warns of
 * many listeners.
 */
const held = new Set<() => void>()

function releaseAll(): void {
  for (const release of held) release()
}

/** Holds a lock that this process has taken, and regularly updates the lock file as a sign of life. */
function holdLock(folder: string, file: string, text: string): Lock {
  // The descriptor refers to the lock file of this process, even if another file gets the name `lock` later.
  const descriptor = openSync(file, 'r+')
  const signs = setInterval(() => {
    try {
      // Writing the same bytes to the lock changes only its modification time, which the file system's own clock sets.
      writeSync(descriptor, text, 0)
    } catch {}
  }, 1000 * secondsBetweenSigns)
  signs.unref()
  // `release` also runs when a second Ctrl-C or an uncaught error ends the process, so that the folder is free
  // again.
  let isHeld = true
  const release = (): void => {
    // A second call of `release` does nothing, because the next lock in the folder may belong to another process.
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
      // If the lock is missing, a user removed the lock by hand, and no other process has taken over the folder.
      if (!isHeld || current === text || current === undefined) return
      throw new IsobathError(
        'run',
        `${folder}: another process has taken over this folder, because this process gave no sign of life for minutes. This process writes nothing more to the folder. Resume the work once the other process has ended.`,
      )
    },
    release,
  }
}

/**
 * Writes a temporary file that only this process knows. Throws a `disk` error that names `file`, the later name of the
 * temporary file.
 */
function writeNew(own: string, text: string, file: string): void {
  try {
    writeFileSync(own, text, { flag: 'wx' })
  } catch (error) {
    // A failed write on a full disk may leave an empty file.
    removeQuietly(own)
    throw diskError(file, 'be written', error)
  }
}

/** Error codes of file systems without hard links, such as FAT and some network file systems. */
const withoutLinks: ReadonlySet<unknown> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'])

/** Gives a file a second name by a hard link. Returns false if another file has the name. */
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

/** Copies a file's text to a new file, which is empty for microseconds. Returns false if another file has the name. */
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
 * Replaces a lock whose process is gone by the lock of this process, and returns true if the replacement succeeded. If
 * the owner's process still runs, the function waits for 20 ms and returns false. From `refuseAt` on (in milliseconds,
 * as performance.now() counts) the function throws a `run` error if the owner's process still runs.
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
    // The lock is read again, because from now on the guard file prevents all other processes from replacing the lock.
    if (readText(file) !== found) return false
    renameSync(own, file)
    return true
  })
}

/**
 * Largest age of a guard file in use, in seconds. A take-over of a lock lasts microseconds, so the process of an older
 * guard file was killed.
 */
const oldestGuard = 5

/** Calls `work` while this process owns the guard file. Returns false if another process owns the guard file. */
function guarded(guard: string, own: string, work: () => boolean): boolean {
  if (!link(own, guard)) {
    const before = readText(guard)
    pause(10)
    // A process removes another process's guard file only if the guard is old and unchanged, because a guard in use
    // lasts microseconds.
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

/**
 * Returns the seconds from the last change of `file` to the last change of `other`, by the clock of the file system.
 */
function secondsSince(file: string, other: string): number {
  try {
    return (statSync(other).mtimeMs - statSync(file).mtimeMs) / 1000
  } catch {
    return 0
  }
}

/**
 * Reads a lock, and waits up to 0.2 s while the lock is empty. A lock that is being copied is empty for microseconds.
 * The lock of a process that was killed during the copy stays empty.
 */
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
