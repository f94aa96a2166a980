/**
 * Measures the duration of work by a warm-up and several turns with pauses between the turns. A turn is a group of
 * steps that are timed one after the other.
 */
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises'
import type { WasmBackend } from '../backends/wasm/backend.ts'

export type Work = () => unknown

/** The effort of a measurement: the numbers of rounds and steps, and the length of the warm-up. */
export interface Effort {
  /**
   * Number of rounds. In each round, Isobath and its reference have one turn each. The ratio of a row is the median of
   * the ratios of all rounds.
   */
  readonly rounds: number
  /** Number of timed steps in a turn. The figure of a turn is the median duration of its steps. */
  readonly steps: number
  /** Least number of untimed steps in the warm-up, because V8 optimizes a function only after some calls. */
  readonly warmUpSteps: number
  readonly warmUpMilliseconds: number
  /**
   * Longest warm-up, in milliseconds. A slow training step calls each kernel often, so few steps warm the kernels up.
   */
  readonly longestWarmUp: number
}

const longestWarmUp = 5000
export const usualEffort: Effort = { rounds: 5, steps: 7, warmUpSteps: 10, warmUpMilliseconds: 2000, longestWarmUp }
export const quickEffort: Effort = { rounds: 1, steps: 2, warmUpSteps: 2, warmUpMilliseconds: 0, longestWarmUp }

/** Whether the effort is a quick check that everything runs. */
export const isQuick = ({ warmUpMilliseconds }: Effort): boolean => warmUpMilliseconds === 0

export interface Bench {
  readonly backend: WasmBackend
  readonly threads: number
  readonly exact: boolean
  readonly winograd: boolean
  readonly effort: Effort
  readonly seed: number
  readonly abort: AbortSignal
  /** Called after each round with the name of the row and the number of finished rounds. */
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

/**
 * Measures the processor time of work on this thread, in milliseconds. Other programs on the machine do not add to the
 * processor time.
 */
export async function processorMilliseconds(work: Work): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e3
}

/**
 * Returns the function that times a step: by processor time with one thread, and by wall-clock time with several
 * threads.
 */
const stepTimer = ({ threads }: Bench): typeof milliseconds => (threads === 1 ? processorMilliseconds : milliseconds)

/**
 * Lets the event loop handle pending events, because a WebAssembly program in the calling thread blocks the event loop.
 * Throws if the bench is stopped.
 */
export async function yieldToEventLoop(abort: AbortSignal): Promise<void> {
  await immediate()
  abort.throwIfAborted()
}

/**
 * Waits until the threads of the previous turn sleep, because an idle thread polls for new work for a while before the
 * thread sleeps.
 */
export async function settle({ abort, effort }: Bench): Promise<void> {
  await sleep(isQuick(effort) ? 0 : 150)
  abort.throwIfAborted()
}

/** Runs the warm-up steps of some work, and returns the duration of the last warm-up step, in milliseconds. */
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
  /** Number of untimed steps at the beginning of a turn. */
  readonly before: number
  readonly steps: number
}

/**
 * Longest duration, in milliseconds, of a step that is timed the usual number of times. Slower steps are timed less
 * often.
 */
const slow = 500
/** Number of timed steps in all turns together, if a step takes longer than `slow` milliseconds. */
const fewestSteps = 7
/**
 * Duration of a step, in milliseconds, above which even the first step of a turn is timed. Cold caches and idle threads
 * hardly affect such a slow step.
 */
const verySlow = 2000

/** Returns the numbers of untimed and timed steps in a turn, for steps that take about `milliseconds` each. */
export function turnSize({ rounds, steps }: Effort, milliseconds = 0): TurnSize {
  if (milliseconds <= slow) return { before: 1, steps }
  return { before: milliseconds > verySlow ? 0 : 1, steps: Math.min(steps, Math.ceil(fewestSteps / rounds)) }
}

/** Runs one turn of steps, and returns the median duration of the timed steps, in milliseconds. */
export async function timeTurn(bench: Bench, work: Work, size: TurnSize = turnSize(bench.effort)): Promise<number> {
  const timer = stepTimer(bench)
  for (let step = 0; step < size.before; step++) await work()
  const times: number[] = []
  for (let step = 0; step < size.steps; step++) {
    times.push(await timer(work))
    await yieldToEventLoop(bench.abort)
  }
  return median(times)
}
