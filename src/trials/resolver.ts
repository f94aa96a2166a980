/** What a spec names and doesn't hold. */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import type { Dataset } from '../data/dataset.ts'
import type { TrainingSettings } from '../settings/options.ts'
import type { Weights } from '../training/evaluator.ts'
import type { LossRecord } from '../training/state.ts'
import { checkWeights } from '../training/weights.ts'
import type { TrialResult } from './result.ts'
import type { DataReference, TrialSpec } from './spec.ts'
import type { Trial } from './trial.ts'

/** Is asked where the training runs. */
export interface TrialResolver {
  data(reference: DataReference): Dataset | Promise<Dataset>
  /** The first values of all parameters, where the spec says that they are those of an object. */
  start?(spec: TrialSpec, blueprint: Blueprint): Weights
}

/** A trial with all that it takes to train it. */
export interface ResolvedTrial {
  readonly trial: Trial
  readonly blueprint: Blueprint
  readonly data: Dataset
  readonly settings: TrainingSettings
  /** Drawn when it is asked for: the first weights of all trials together may be large. */
  readonly start: () => Weights
}

export async function resolveTrial(trial: Trial, resolver: TrialResolver): Promise<ResolvedTrial> {
  const data = await resolver.data(trial.data)
  const blueprint = createBlueprint(trial.network, data.shape)
  const start = (): Weights => {
    if (trial.start.kind === 'seed') return initialize(blueprint, trial.seed)
    const weights: Weights = resolver.start?.(trial, blueprint) ?? new Map()
    checkWeights(blueprint, weights)
    return weights
  }
  return { trial, blueprint, data, settings: { ...trial.settings, seed: trial.seed }, start }
}

export interface TrialObserver {
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, losses: readonly LossRecord[]) => void
}

/** Trains it on a backend; undefined where it was stopped. */
export type TrainTrial = (
  resolved: ResolvedTrial,
  backend: Backend,
  observer: TrialObserver,
) => Promise<TrialResult | undefined>
