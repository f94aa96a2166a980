/** Measures what a step of each candidate of a prescription costs. */
import type { Precision } from '../backends/backend.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Candidate } from '../prescription/candidates.ts'
import type { RaceCosts } from '../prescription/plan.ts'
import { type TrainingTimes, timeTraining } from '../trials/time-training.ts'
import type { TrialWorker, Workers } from '../trials/workers.ts'

/** Shortest and longest measurement of a candidate after its first steps, in seconds. */
const [shortest, longest] = [0.1, 0.5]
/** Fraction of the budget for one measurement of one candidate. */
const measuring = 1 / 600
/** Ratio of two durations up to which the durations count as equal, because measurements differ by this much. */
const equalRatio = 1.3
/** Number of measurements of each candidate. Other work on the machine slows some of them. */
const rounds = 2

/**
 * Measures the duration of a step of each candidate, side by side as in the race. A candidate whose layers differ from the
 * network's only in their numbers, such as the weights' scale, costs as much as the network. So does a candidate whose steps
 * take at most 30% longer.
 */
export async function measureCosts(
  candidates: readonly Candidate[],
  data: Dataset,
  workers: Workers,
  precision: Precision,
  budgetSeconds: number,
  abort?: AbortSignal,
): Promise<RaceCosts> {
  const timedSeconds = Math.min(longest, Math.max(shortest, measuring * budgetSeconds))
  const [network] = candidates
  const work = workText(network)
  const timed = candidates.filter((candidate) => candidate === network || workText(candidate) !== work)
  const times = new Map<string, TrainingTimes[]>(timed.map(({ name }) => [name, []]))
  const jobs = timed.map(({ name, network, settings }) => async (worker: TrialWorker) => {
    if (abort?.aborted) return
    const backend = await worker.backend(precision)
    times.get(name)?.push(await timeTraining({ network, data, settings }, backend, timedSeconds, abort))
  })
  await workers.run(Array.from({ length: rounds }, () => jobs).flat())
  const lowest = (name: string, of: (one: TrainingTimes) => number): number =>
    Math.min(...(times.get(name) ?? []).map(of))
  const fastest = lowest(network.name, ({ fastestStep }) => fastestStep)
  const costOf = (name: string): number => {
    const ratio = lowest(name, ({ fastestStep }) => fastestStep) / fastest
    return ratio > equalRatio && Number.isFinite(ratio) ? Number(ratio.toFixed(1)) : 1
  }
  return {
    secondsPerStep: finite(lowest(network.name, ({ secondsPerStep }) => secondsPerStep)),
    secondsToStart: finite(lowest(network.name, ({ secondsToStart }) => secondsToStart)),
    steps: Object.fromEntries(candidates.map(({ name }) => [name, costOf(name)])),
  }
}

/** A measurement that was stopped before its first step has no duration. */
const finite = (seconds: number): number => (Number.isFinite(seconds) ? seconds : 0)

/** Fields of layers that change the numbers of a step but not its amount of work. */
const ofNumbers: ReadonlySet<string> = new Set(['init', 'function', 'slope', 'multiplier', 'rate', 'factor', 'name'])

/** A text that is equal for candidates whose steps cost the same. */
function workText({ network, settings }: Candidate): string {
  const layers = JSON.stringify(network, (key, value) => (ofNumbers.has(key) ? undefined : value))
  return `${settings.batch} ${settings.optimizer.name} ${settings.augment} ${layers}`
}
