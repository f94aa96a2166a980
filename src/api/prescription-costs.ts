/** Measures what a step of each candidate of a prescription costs. */
import type { Precision } from '../backends/backend.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Candidate } from '../prescription/candidates.ts'
import type { RaceCosts } from '../prescription/plan.ts'
import { type TrainingTimes, timeTraining } from '../trials/time-training.ts'
import type { Workers } from '../trials/workers.ts'

/** Shortest and longest measurement of a candidate after its first steps, in seconds. */
const [shortest, longest] = [0.1, 0.5]
/** Fraction of the budget for the measurement of one candidate. */
const measuring = 1 / 600
/** Ratio of two durations up to which the durations count as equal, because measurements differ by this much. */
const equalRatio = 1.3

/**
 * Measures the duration of a step of each candidate, side by side as in the race. A candidate whose steps take at most 30%
 * longer than those of the network counts as equally fast.
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
  const times = new Map<string, TrainingTimes>()
  const jobs = candidates.map(
    ({ name, network, settings }) =>
      async (worker: Parameters<Parameters<Workers['run']>[0][0]>[0]) => {
        if (abort?.aborted) return
        const backend = await worker.backend(precision)
        times.set(name, await timeTraining({ network, data, settings }, backend, timedSeconds, abort))
      },
  )
  await workers.run(jobs)
  const none = { secondsPerStep: 0, fastestStep: 0, secondsToStart: 0 }
  const { fastestStep, ...own } = times.get(candidates[0].name) ?? none
  const costOf = (name: string): number => {
    const ratio = (times.get(name)?.fastestStep ?? 0) / fastestStep
    return ratio > equalRatio && Number.isFinite(ratio) ? Number(ratio.toFixed(1)) : 1
  }
  return { ...own, steps: Object.fromEntries(candidates.map(({ name }) => [name, costOf(name)])) }
}
