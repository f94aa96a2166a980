/** Estimates what a step of each candidate of a prescription costs, and measures a step of the network. */
import type { Precision } from '../backends/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Candidate } from '../prescription/candidates.ts'
import type { RaceCosts } from '../prescription/plan.ts'
import { workOf } from '../trials/multiply-adds.ts'
import { type TrainingTimes, timeTraining } from '../trials/time-training.ts'
import type { TrialWorker, Workers } from '../trials/workers.ts'

/** Shortest and longest measurement of the network after its first steps, in seconds. */
const [shortest, longest] = [0.1, 1]
/** Fraction of the budget for the measurement. */
const measuring = 1 / 300
/** Number of measurements on each worker. The lowest counts, because the first one also warms up the program. */
const rounds = 2
/** Ratio of two amounts of work up to which the amounts count as equal. */
const equalRatio = 1.2

/**
 * Measures the duration of a step of the network, on every worker at the same time, because trainings of the race run side
 * by side. The steps of the candidates are compared by their multiply-adds and not by their durations. A duration depends
 * on the other work of the machine, and so would the result of the race. Norms and skip connections add few multiply-adds,
 * and at depth 20 and width 32 their steps take at most 1.3 times as long.
 */
export async function measureCosts(
  candidates: readonly Candidate[],
  data: Dataset,
  workers: Workers,
  precision: Precision,
  budgetSeconds: number,
  abort?: AbortSignal,
): Promise<RaceCosts> {
  const seconds = Math.min(longest, Math.max(shortest, measuring * budgetSeconds))
  const [{ network, settings }] = candidates
  const times: TrainingTimes[] = []
  const job = async (worker: TrialWorker): Promise<void> => {
    if (abort?.aborted) return
    times.push(await timeTraining({ network, data, settings }, await worker.backend(precision), seconds, abort))
  }
  await workers.run(Array.from({ length: rounds * workers.count }, () => job))
  const workOfOne = (one: Candidate): number => {
    return workOf(createBlueprint(one.network, data.shape), { ...one.settings, steps: 1 }, precision)
  }
  const own = workOfOne(candidates[0])
  const costOf = (one: Candidate): number => {
    const ratio = workOfOne(one) / own
    return ratio > equalRatio && Number.isFinite(ratio) ? Number(ratio.toFixed(1)) : 1
  }
  return {
    secondsPerStep: lowest(times.map(({ secondsPerStep }) => secondsPerStep)),
    secondsToStart: lowest(times.map(({ secondsToStart }) => secondsToStart)),
    steps: Object.fromEntries(candidates.map((one) => [one.name, costOf(one)])),
  }
}

/** The lowest value, or 0 if the measurement was stopped before it began. */
const lowest = (values: readonly number[]): number => (values.length === 0 ? 0 : Math.min(...values))
