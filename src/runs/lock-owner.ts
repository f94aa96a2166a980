/** Who holds the lock of a folder, and whether the process is still at work. Node only. */
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { z } from 'zod'

const ownerSchema = z.object({
  pid: z.number().int().positive(),
  host: z.string(),
  /**
   * The PID namespace, as Linux names it. Two containers of one host name have one each, and a process of one has no number
   * in the other. Absent in locks of older versions; null where the system has no namespaces.
   */
  namespace: z.string().nullable().optional(),
  /** When the lock was taken, for people. */
  since: z.string(),
  /**
   * Tells apart two processes that had the same number, also before and after a restart of the machine; null where the
   * system doesn't say.
   */
  process: z.string().nullable(),
  /** Names this one lock. Absent in locks of older versions, which give no sign of life either. */
  token: z.string().optional(),
})

export type Owner = z.infer<typeof ownerSchema>

/** Seconds between two signs of life of an owner. */
export const secondsBetweenSigns = 5
/** After so many seconds without a sign, an owner that can't be looked at counts as gone. */
const mostSecondsWithoutSign = 120

/** This process as the owner of a new lock. */
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

/** Undefined for a text that isn't one of a lock. */
export function parseOwner(text: string): Owner | undefined {
  try {
    return ownerSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Whether the owner's number means something here: the same host, and the same PID namespace. */
function isVisible({ host, namespace }: Owner): boolean {
  return host === hostname() && (namespace === undefined || namespace === namespaceHere())
}

/**
 * Whether the owner is at work. An owner that can't be looked at (on another machine, in another container) is judged by
 * the seconds since its last sign of life; owners of older versions give no signs, and count as being there.
 */
export function isAtWork(owner: Owner, secondsWithoutSign: number): boolean {
  if (!isVisible(owner)) return owner.token === undefined || secondsWithoutSign < mostSecondsWithoutSign
  const { pid, process: mark } = owner
  try {
    process.kill(pid, 0)
  } catch (error) {
    // Any other error means that it is there and belongs to somebody else.
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
  }
  // A process that has ended takes signals until its parent reaps it, which some parents never do.
  if (/^[ZXx]$/.test(processFields(pid)?.[0] ?? '')) return false
  const current = processMark(pid)
  return mark === null || current === null || mark === current
}

/** Whether the owner can be seen to end: not this process, which is waiting, nor one that can't be looked at. */
export function mayEnd(owner: Owner): boolean {
  return isVisible(owner) && owner.pid !== process.pid
}

/** Who the owner is, and what to do about it, for an error. */
export function describeOwner(owner: Owner, secondsWithoutSign: number, file: string): string {
  const { pid, host, since } = owner
  if (isVisible(owner)) {
    return `process ${pid} is at work in this folder, since ${since}. Wait until it ends, or stop it.`
  }
  const place = host === hostname() ? `in another container of ${host}` : `on ${host}`
  const start = `process ${pid} ${place} is at work in this folder, since ${since}.`
  if (owner.token === undefined) return `${start} Wait until it ends; if it is gone, remove ${file}.`
  const ago = Math.max(0, Math.round(secondsWithoutSign))
  return `${start} Its last sign of life came ${ago} s ago. Wait until it ends; the folder is free ${mostSecondsWithoutSign} s after the last sign.`
}

function namespaceHere(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return null
  }
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
