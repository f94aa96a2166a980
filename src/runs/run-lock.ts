/**
 * Keeps two processes off one run's folder: a file `lock` that names the process that is at work there. One whose
 * process is gone, after a crash or `kill -9`, is taken over. Node only.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { IsobathError } from '../support/errors.ts'
import { reasonOf, removeQuietly } from '../support/files.ts'

export interface Lock {
  release(): void
}

const ownerSchema = z.object({
  pid: z.number().int().positive(),
  host: z.string(),
  /** When it was taken, for people. */
  since: z.string(),
  /**
   * Tells apart two processes that had the same number, also before and after a restart of the machine; null where the
   * system doesn't say.
   */
  process: z.string().nullable(),
})

type Owner = z.infer<typeof ownerSchema>

const lockName = 'lock'

/** Milliseconds to wait for a process that is ending: after a kill, one with much memory needs a part of a second. */
const patience = 1000

/** Takes the lock of a folder that exists. Throws a `run` error where another has it, a `disk` error where it can't be made. */
export function takeLock(folder: string): Lock {
  const file = join(folder, lockName)
  const owner: Owner = {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    process: processMark(process.pid),
  }
  const text = `${JSON.stringify(owner)}\n`
  const refuseAt = performance.now() + patience
  while (!createFile(file, text)) removeStale(folder, file, refuseAt)
  // Ended by a second Ctrl-C or an error that nobody caught: the folder is free all the same.
  let isHeld = true
  const release = (): void => {
    // Once alone: the next lock there may be another's.
    if (!isHeld) return
    isHeld = false
    process.off('exit', release)
    removeQuietly(file)
  }
  process.on('exit', release)
  return { release }
}

/** False where the file is there already. */
function createFile(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: 'wx' })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    // On a full disk the file may be there, empty.
    if (codeOf(error) === 'ENOSPC') removeQuietly(file)
    throw new IsobathError(
      'disk',
      `${file}: can't be written (${reasonOf(error)}). Free some space or choose another place.`,
    )
  }
}

/**
 * Removes the lock of a process that is gone. Where the process is at work, waits a little for its end; from `refuseAt` on
 * (as performance.now() counts) throws a `run` error.
 */
function removeStale(folder: string, file: string, refuseAt: number): void {
  const found = readPatiently(file)
  if (found === undefined) return
  const owner = parseOwner(found)
  if (owner !== undefined && isAtWork(owner)) {
    if (!mayEnd(owner) || performance.now() >= refuseAt) throw refusal(folder, file, owner)
    pause(20)
    return
  }
  // Renamed first: of several processes that want it, one gets it.
  const aside = `${file}.${process.pid}.partial`
  try {
    renameSync(file, aside)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw new IsobathError('disk', `${file}: can't be removed (${reasonOf(error)}). Remove it by hand.`)
  }
  const moved = readText(aside) ?? ''
  // Another process has taken the lock since it was read: it gets it back.
  if (moved !== found) createFile(file, moved)
  removeQuietly(aside)
}

/** Between making its lock and writing to it a process needs microseconds; one that was killed there left it empty. */
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
    throw new IsobathError('disk', `${file}: can't be read (${reasonOf(error)}). Remove it by hand.`)
  }
}

function parseOwner(text: string): Owner | undefined {
  try {
    return ownerSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Whether it can be seen to end: not this process, which is waiting, nor one of another machine. */
function mayEnd({ pid, host }: Owner): boolean {
  return host === hostname() && pid !== process.pid
}

/** Of another machine's processes nothing is known: then it counts as being there. */
function isAtWork({ pid, host, process: mark }: Owner): boolean {
  if (host !== hostname()) return true
  try {
    process.kill(pid, 0)
  } catch (error) {
    // Any other error means that it is there and belongs to somebody else.
    if (codeOf(error) === 'ESRCH') return false
  }
  // A process that has ended takes signals until its parent reaps it, which some parents never do.
  if (/^[ZXx]$/.test(processFields(pid)?.[0] ?? '')) return false
  const current = processMark(pid)
  return mark === null || current === null || mark === current
}

/** The machine's start and the process's own, where /proc tells them (proc(5): field 22 of stat). */
function processMark(pid: number): string | null {
  const started = processFields(pid)?.[19]
  if (started === undefined) return null
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${started}`
  } catch {
    return null
  }
}

/** What /proc tells of a process, from its state on (proc(5): field 3 of stat). */
function processFields(pid: number): string[] | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The program's name, in parentheses, may have spaces in it; the field after it is the third.
    return status.slice(status.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

function refusal(folder: string, file: string, { pid, host, since }: Owner): IsobathError {
  const elsewhere = host !== hostname()
  const remedy = elsewhere ? `Wait until it ends; if it is gone, remove ${file}.` : 'Wait until it ends, or stop it.'
  const owner = elsewhere ? `process ${pid} on ${host}` : `process ${pid}`
  return new IsobathError('run', `${folder}: ${owner} is at work in this folder, since ${since}. ${remedy}`)
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
