/** How work is timed: warmed up first, in turns, with rests. */
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises'
import type { WasmBackend } from '../backends/wasm/backend.ts'

export type Work = () => unknown

/** How much is measured. */
export interface Effort {
  /** Turns that each side has; a ratio is the median of the rounds' ratios. */
  readonly rounds: number
  /** Steps of a turn; their median is the turn's figure. */
  readonly steps: number
  /** V8 moves a function to its optimizing compiler after some calls: steps before that don't count. */
  readonly warmUpSteps: number
  readonly warmUpMilliseconds: number
  /** Slow steps call each kernel often: after so long a time no further one is needed. */
  readonly longestWarmUp: number
}

const longestWarmUp = 5000
export const usualEffort: Effort = { rounds: 5, steps: 7, warmUpSteps: 10, warmUpMilliseconds: 2000, longestWarmUp }
export const quickEffort: Effort = { rounds: 1, steps: 2, warmUpSteps: 2, warmUpMilliseconds: 0, longestWarmUp }

/** A short round shows that all runs. */
export const isQuick = ({ warmUpMilliseconds }: Effort): boolean => warmUpMilliseconds === 0

export interface Bench {
  readonly backend: WasmBackend
  readonly threads: number
  readonly exact: boolean
  readonly winograd: boolean
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
const stepTimer = ({ threads }: Bench): typeof milliseconds => (threads === 1 ? processorMilliseconds : milliseconds)

/** Lets signals through, which a program in the calling thread would hold up. Throws when the bench is stopped. */
export async function yieldToEventLoop(abort: AbortSignal): Promise<void> {
  await immediate()
  abort.throwIfAborted()
}

/** Rests so that threads of the other side, which poll for a while after their work, have gone to sleep. */
export async function settle({ abort, effort }: Bench): Promise<void> {
  await sleep(isQuick(effort) ? 0 : 150)
  abort.throwIfAborted()
}

/** Gives the milliseconds of the last step. */
export async function warmUp({ abort, effort }: Bench, work: Work): Promise<number> {
  const { warmUpSteps, warmUpMilliseconds } = effort
  const start = performance.now()
  const spent = (): number => performance.now() - start
  let last = 0
  for (let step = 0; (step < warmUpSteps || spent() < warmUpMilliseconds) && spent() < effort.longestWarmUp; step++) {
    last = await milliseconds(work)
    await yieldToEventLoop(abort)
  }
  return last
}

export interface TurnSize {
  /** Steps before those that count. */
  readonly before: number
  readonly steps: number
}

/** Steps that take longer than this are timed fewer times in a turn: all turns together still have seven. */
const slow = 500
const fewestSteps = 7
/** Caches and threads that rested make no difference to a step as long as this: it counts from the first on. */
const verySlow = 2000

/** The turn for steps that take about so long. */
export function turnSize({ rounds, steps }: Effort, milliseconds = 0): TurnSize {
  if (milliseconds <= slow) return { before: 1, steps }
  return { before: milliseconds > verySlow ? 0 : 1, steps: Math.min(steps, Math.ceil(fewestSteps / rounds)) }
}

/** The median of a turn's steps. */
export async function timeRound(bench: Bench, work: Work, size: TurnSize = turnSize(bench.effort)): Promise<number> {
  const timer = stepTimer(bench)
  for (let step = 0; step < size.before; step++) await work()
  const times: number[] = []
  for (let step = 0; step < size.steps; step++) {
    times.push(await timer(work))
    await yieldToEventLoop(bench.abort)
  }
  return median(times)
}
