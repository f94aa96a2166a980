/** Runs the training of one trial. */
import type { Backend } from '../backends/backend.ts'
import { resolveTrial, type TrainTrial, type TrialObserver, type TrialResolver } from './resolver.ts'
import type { TrialResult } from './result.ts'
import type { TrialScoring } from './spec.ts'
import { trainProbed } from './train-probed.ts'
import { trainWhole } from './train-whole.ts'
import type { Trial } from './trial.ts'

const trainers = { all: trainWhole, part: trainProbed, few: trainProbed } as const satisfies Record<
  TrialScoring,
  TrainTrial
>

/**
 * Runs the training of one trial, and returns undefined if the training was stopped. Throws the same errors as `train`
 * if the network, the data and the memory do not fit together.
 */
export async function runTrial(
  trial: Trial,
  backend: Backend,
  resolver: TrialResolver,
  observer: TrialObserver = {},
): Promise<TrialResult | undefined> {
  return trainers[trial.scoring](await resolveTrial(trial, resolver), backend, observer)
}
