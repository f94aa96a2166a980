/** Resolves the data and the weights that a spec names but does not contain. */
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

/** Provides the data and the weights that a spec names, in the process that trains. */
export interface TrialResolver {
  data(reference: DataReference): Dataset | Promise<Dataset>
  /**
   * Returns the initial values of all parameters, for a spec whose initial weights are given and not drawn from the
   * seed.
   */
  start?(spec: TrialSpec, blueprint: Blueprint): Weights
}

/** A trial with the blueprint, data, settings and weights that the training needs. */
export interface ResolvedTrial {
  readonly trial: Trial
  readonly blueprint: Blueprint
  readonly data: Dataset
  readonly settings: TrainingSettings
  /** Returns the initial weights, which are drawn on demand because the weights of all trials together can be large. */
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

/** Trains a trial on a backend, and returns undefined if the training was stopped. */
export type TrainTrial = (
  resolved: ResolvedTrial,
  backend: Backend,
  observer: TrialObserver,
) => Promise<TrialResult | undefined>
