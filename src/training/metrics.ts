/** `metrics.jsonl`: a line `{"step":0,"loss":2.3}` for each logged step, in order. Node only. */
import { existsSync } from 'node:fs'
import { type GrowingFile, openGrowing, readWhole } from '../support/files.ts'
import { isLogged } from './logged-steps.ts'
import type { TrainingSettings } from './options.ts'
import type { LossRecord } from './train.ts'

export interface KeptLosses {
  readonly losses: readonly LossRecord[]
  /** Of the file: what they take. */
  readonly bytes: number
}

/**
 * The losses of the steps before `step`. Undefined where a line of one of them is missing, broken or out of order; what
 * comes after is of no interest: these steps are made again.
 */
export function readLosses(
  file: string,
  step: number,
  settings: Pick<TrainingSettings, 'logEvery' | 'steps'>,
): KeptLosses | undefined {
  const content = existsSync(file) ? readWhole(file) : new Uint8Array()
  const decoder = new TextDecoder()
  const losses: LossRecord[] = []
  let bytes = 0
  for (let expected = 0; expected < step; expected++) {
    if (!isLogged(expected, settings)) continue
    const end = content.indexOf(lineEnd, bytes)
    if (end < 0) return undefined
    const record = parseLine(decoder.decode(content.subarray(bytes, end)))
    if (record?.step !== expected) return undefined
    losses.push(record)
    bytes = end + 1
  }
  return { losses, bytes }
}

const lineEnd = 0x0a

function parseLine(line: string): LossRecord | undefined {
  try {
    const record: unknown = JSON.parse(line)
    if (typeof record !== 'object' || record === null || !('step' in record && 'loss' in record)) return undefined
    const { step, loss } = record
    return typeof step === 'number' && typeof loss === 'number' ? { step, loss } : undefined
  } catch {
    return undefined
  }
}

export interface MetricsFile {
  /** Throws a `disk` error. */
  add(records: readonly LossRecord[]): void
  /** Returns when all of it is on the disk. Throws a `disk` error. */
  save(): void
  close(): void
}

/** Milliseconds for which lines are collected: a write for each of many short steps would slow them down. */
const collecting = 100

/** Opens the file to add to it, cut to so many bytes. Throws a `disk` error. */
export function openMetrics(path: string, bytes: number): MetricsFile {
  const file: GrowingFile = openGrowing(path, bytes)
  let waiting = ''
  let writtenAt = performance.now()
  const write = (): void => {
    const text = waiting
    // Taken out first: after a failed write part of it may be there, and a second attempt would double it.
    waiting = ''
    writtenAt = performance.now()
    if (text) file.append(text)
  }
  return {
    add: (records) => {
      for (const { step, loss } of records) waiting += `${JSON.stringify({ step, loss })}\n`
      if (performance.now() - writtenAt >= collecting) write()
    },
    save: () => {
      write()
      file.sync()
    },
    close: () => {
      try {
        write()
      } finally {
        file.close()
      }
    },
  }
}
