/** What is to be diagnosed, and with what. */
import type { Backend, Precision } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Network } from '../network/network.ts'
import type { TrainingSettings } from '../settings/options.ts'
import type { Weights } from '../training/evaluate.ts'
import type { LossRecord } from '../training/train.ts'
import type { Measured } from './measured.ts'
import type { FinishedTraining, TrialRecord, TrialSpec } from './trial.ts'
import type { TrialStore } from './trial-store.ts'

export interface DiagnosisTask {
  readonly network: Network
  readonly data: Dataset
  /** Its seed and what it says of evaluations are of no use here. */
  readonly settings: TrainingSettings
  /** Where nobody said how long to train, the budget does; or where the steps of the settings are too many for it. */
  readonly choosesSteps: boolean | 'where too long'
  /** The patient's training with the first seed, of as many steps as the settings say, where it was done before. */
  readonly finished?: FinishedTraining
  /** At least one; three or more for intervals. The first one's training is the one that pictures show. */
  readonly seeds: readonly number[]
  readonly budgetSeconds: number
  /** Whether it came to its end before: nothing is trained any more. */
  readonly isOver?: boolean
  /** What the patient is measured against, instead of the same network with a fifth of its layers. */
  readonly twin?: Network
  /** How weights start, where that isn't as the network's initialisers say. */
  readonly start?: StartOf
  /** Trainings at a time. */
  readonly workers: number
  /** Controls between two judgements; as many as there are workers by default. */
  readonly together?: number
  /** What a reader of the answer should know. */
  readonly notes?: readonly string[]
  /** Of one thread each. */
  readonly createBackend: (precision: Precision) => Promise<Backend>
  readonly abort?: AbortSignal
  readonly observer?: DiagnosisObserver
  /** What was done before, in the same diagnosis, and where to keep what is done now. */
  readonly store?: TrialStore
}

/** The first values of all parameters of a network with a seed. */
export type StartOf = (blueprint: Blueprint, seed: number) => Weights

export interface DiagnosisObserver {
  readonly onPlan?: (steps: number) => void
  /** Told before trials start, a few at a time. */
  readonly onTrials?: (trials: readonly TrialSpec[]) => void
  readonly onProgress?: (trial: TrialSpec, done: number, losses: readonly LossRecord[]) => void
  readonly onFinished?: (trial: TrialSpec, record: TrialRecord | undefined) => void
  readonly onMeasuring?: (what: keyof Measured) => void
}
