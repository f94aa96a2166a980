/** The owner of a folder's lock, and the check of whether its process still runs. Node only. */
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { z } from 'zod'

const ownerSchema = z.object({
  pid: z.number().int().positive(),
  host: z.string(),
  /**
   * Name of the PID namespace in Linux. Two containers with the same host name have different namespaces, and a process
   * of one namespace has no process number in the other namespace. The name is absent in locks of older versions, and
   * null if the system has no namespaces.
   */
  namespace: z.string().nullable().optional(),
  /** Time at which the lock was taken, for messages. */
  since: z.string(),
  /**
   * Text that distinguishes two processes with the same process number, even if the machine was restarted between them.
   * Null if the system doesn't tell when a process started.
   */
  process: z.string().nullable(),
  /** Unique name of the lock; absent in locks of older versions, whose owners give no signs of life. */
  token: z.string().optional(),
})

export type Owner = z.infer<typeof ownerSchema>

/** Seconds between two signs of life of a lock's owner. */
export const secondsBetweenSigns = 5
/** Seconds without a sign of life after which an owner on another machine or in another container counts as gone. */
const mostSecondsWithoutSign = 120

/** Describes this process as the owner of a new lock. */
export function newOwner(): Owner {
  return {
    pid: process.pid,
    host: hostname(),
    namespace: namespaceHere(),
    since: new Date().toISOString(),
    process: processMark(process.pid),
    token: crypto.randomUUID(),
  }
}

/** Parses the text of a lock. Returns undefined if the text isn't that of a lock. */
export function parseOwner(text: string): Owner | undefined {
  try {
    return ownerSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Whether this process can check the owner's process, which needs the same host and the same PID namespace. */
function isVisible({ host, namespace }: Owner): boolean {
  return host === hostname() && (namespace === undefined || namespace === namespaceHere())
}

/**
 * Whether the owner's process still runs. An owner on another machine or in another container is judged by the seconds
 * since its last sign of life. An owner of an older version gives no signs of life, and always counts as running.
 */
export function isAtWork(owner: Owner, secondsWithoutSign: number): boolean {
  if (!isVisible(owner)) return owner.token === undefined || secondsWithoutSign < mostSecondsWithoutSign
  const { pid, process: mark } = owner
  try {
    process.kill(pid, 0)
  } catch (error) {
    // An error code other than ESRCH means that the process exists and belongs to another user.
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
  }
  // A process that has ended accepts signals until its parent reaps it. Some parents never reap their children.
  if (/^[ZXx]$/.test(processFields(pid)?.[0] ?? '')) return false
  const current = processMark(pid)
  return mark === null || current === null || mark === current
}

/**
 * Whether this process can wait until the process of the lock's owner ends. A process can't wait for itself, or for a
 * process on another machine or in another container.
 */
export function mayEnd(owner: Owner): boolean {
  return isVisible(owner) && owner.pid !== process.pid
}

/** Returns the part of an error message that describes the owner of a lock and says what the user can do. */
export function describeOwner(owner: Owner, secondsWithoutSign: number, file: string): string {
  const { pid, host, since } = owner
  if (isVisible(owner)) {
    return `process ${pid} has been working in this folder since ${since}. Wait until the process ends, or stop it.`
  }
  const place = host === hostname() ? `in another container of ${host}` : `on ${host}`
  const start = `process ${pid} ${place} has been working in this folder since ${since}.`
  if (owner.token === undefined) {
    return `${start} Wait until the process ends. If the process no longer exists, remove ${file}.`
  }
  const ago = Math.max(0, Math.round(secondsWithoutSign))
  return `${start} The last sign of life of the process came ${ago} s ago. Wait until the process ends. The folder is free ${mostSecondsWithoutSign} s after the last sign of life.`
}

function namespaceHere(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return null
  }
}

/**
 * Returns a text that identifies a process by the boot of the machine and the start time of the process (proc(5): field
 * 22 of stat). Returns null if the system has no /proc.
 */
function processMark(pid: number): string | null {
  const started = processFields(pid)?.[19]
  if (started === undefined) return null
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${started}`
  } catch {
    return null
  }
}

/** Reads the fields of /proc/PID/stat, from the process state on (proc(5): field 3 of stat). */
function processFields(pid: number): string[] | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field of /proc/PID/stat is the program's name in parentheses, which may contain spaces. The third
    // field of /proc/PID/stat follows the last closing parenthesis.
    return status.slice(status.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
