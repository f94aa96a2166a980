/** How work is timed: warmed up first, in turns, with rests. */
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises'
import type { Backend } from '../backends/backend.ts'

export type Work = () => unknown

/** How much is measured. */
export interface Effort {
  /** Turns that each side has; a ratio is the median of the rounds' ratios. */
  readonly rounds: number
  /** Steps of a turn; their median is the turn's figure. */
  readonly steps: number
  /** V8 moves a function to its optimising compiler after some calls: steps before that don't count. */
  readonly warmUpSteps: number
  readonly warmUpMilliseconds: number
}

export const usualEffort: Effort = { rounds: 5, steps: 7, warmUpSteps: 10, warmUpMilliseconds: 2000 }
export const quickEffort: Effort = { rounds: 1, steps: 2, warmUpSteps: 2, warmUpMilliseconds: 0 }

export interface Bench {
  readonly backend: Backend
  readonly threads: number
  readonly exact: boolean
  readonly effort: Effort
  readonly seed: number
  readonly abort: AbortSignal
  /** So many rounds of a row are done. */
  readonly onProgress: (row: string, done: number) => void
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

export async function milliseconds(work: Work): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Of work on this thread: what else the machine runs doesn't count. */
export async function processorMilliseconds(work: Work): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e3
}

/** With one thread, by the processor's time. */
export const stepTimer = ({ threads }: Bench): typeof milliseconds =>
  threads === 1 ? processorMilliseconds : milliseconds

/** Lets signals through, which a program in the calling thread would hold up. Throws when the bench is stopped. */
export async function breathe(abort: AbortSignal): Promise<void> {
  await immediate()
  abort.throwIfAborted()
}

/** Rests so that threads of the other side, which poll for a while after their work, have gone to sleep. */
export async function settle({ abort, effort }: Bench): Promise<void> {
  await sleep(effort.warmUpMilliseconds > 0 ? 150 : 0)
  abort.throwIfAborted()
}

export async function warmUp({ abort, effort }: Bench, work: Work): Promise<void> {
  const start = performance.now()
  for (let step = 0; step < effort.warmUpSteps || performance.now() - start < effort.warmUpMilliseconds; step++) {
    await work()
    await breathe(abort)
  }
}

/** The median of a turn's steps, after one that doesn't count. */
export async function turn(bench: Bench, work: Work): Promise<number> {
  const timer = stepTimer(bench)
  await work()
  const times: number[] = []
  for (let step = 0; step < bench.effort.steps; step++) {
    times.push(await timer(work))
    await breathe(bench.abort)
  }
  return median(times)
}
