/** Measures how long the steps of a training take, in a short training. */
import type { Backend } from '../backends/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import type { Dataset } from '../data/dataset.ts'
import { createStandardizer } from '../data/standardize.ts'
import type { Network } from '../network/network.ts'
import { settingsFor, type TrainingSettings } from '../settings/options.ts'
import { runTrainingLoop } from '../training/loop.ts'

export interface TimedTraining {
  readonly network: Network
  readonly data: Dataset
  readonly settings: TrainingSettings
}

export interface TrainingTimes {
  readonly secondsPerStep: number
  /** Seconds before the first steps, mostly for compiling. */
  readonly secondsToStart: number
}

/** Number of steps of the timed training, which its time ends earlier. */
const manySteps = 10_000

/**
 * Trains for about `seconds` seconds after the first steps, and returns the duration of a step. An aborted measurement
 * returns the duration so far.
 */
export async function timeTraining(
  { network, data, settings: given }: TimedTraining,
  backend: Backend,
  seconds: number,
  abort?: AbortSignal,
): Promise<TrainingTimes> {
  const blueprint = createBlueprint(network, data.shape)
  const settings = settingsFor(blueprint, { ...given, steps: manySteps, logEvery: manySteps, evaluateEvery: undefined })
  const enough = new AbortController()
  const begun = { done: 0, at: performance.now() }
  let [first, last] = [begun, begun]
  await runTrainingLoop({
    blueprint,
    data,
    settings,
    standardizer: createStandardizer(data.train, data.shape, settings),
    backend,
    weights: initialize(blueprint, settings.seed),
    abort: abort ? AbortSignal.any([abort, enough.signal]) : enough.signal,
    onProgress: (done) => {
      last = { done, at: performance.now() }
      if (first.done === 0) first = last
      if (last.at - first.at > 1000 * seconds) enough.abort()
    },
  })
  // If only one group of steps finished, its time includes compiling. Too long is better than no estimate.
  const from = last.done > first.done ? first : begun
  const until = last.done > 0 ? last.at : performance.now()
  const secondsPerStep = (until - from.at) / 1000 / Math.max(1, last.done - from.done)
  const toFirst = (first.at - begun.at) / 1000 - first.done * secondsPerStep
  return { secondsPerStep, secondsToStart: Math.max(0, toFirst) }
}
