/** The task of a diagnosis: the network, the data, the settings and the resources. */
import type { Blueprint } from '../blueprint/blueprint.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Network } from '../network/network.ts'
import type { TrainingSettings } from '../settings/options.ts'
import type { Weights } from '../training/evaluator.ts'
import type { DataReference } from '../trials/spec.ts'
import type { FinishedTraining } from '../trials/trial.ts'
import type { Workers } from '../trials/workers.ts'
import type { DiagnosisEvent } from './events.ts'
import type { DiagnosisStore } from './trial-store.ts'

export interface DiagnosisTask {
  readonly network: Network
  readonly data: Dataset
  /** Reference that specs use for the data set. */
  readonly reference: DataReference
  /** Training settings. The diagnosis ignores the seed and the evaluations in the settings. */
  readonly settings: TrainingSettings
  /** Whether the budget determines the number of steps: always, never, or if the steps of the settings are too many. */
  readonly choosesSteps: boolean | 'where too long'
  /** Finished training of the network with the first seed and the steps of the settings, if such a training exists. */
  readonly finished?: FinishedTraining
  /** At least one seed, and at least three seeds for intervals. Pictures show the training with the first seed. */
  readonly seeds: readonly number[]
  readonly budgetSeconds: number
  /** Whether the diagnosis was already finished. Then no network is trained. */
  readonly isOver?: boolean
  /** Comparison network, instead of the same network with a fifth of its layers. */
  readonly twin?: Network
  /** Source of the first weights, instead of the initializers of the network. */
  readonly start?: StartOf
  /** Workers that run trainings and measurements. The caller disposes of the workers. */
  readonly workers: Workers
  /** Number of controls between two judgments. The default is the number of workers. */
  readonly together?: number
  /** Notes for the reader of the answer. */
  readonly notes?: readonly string[]
  readonly abort?: AbortSignal
  readonly onEvent?: (event: DiagnosisEvent) => void
  /** Store with the results of earlier sessions of the same diagnosis, which also stores new results. */
  readonly store?: DiagnosisStore
}

/** Returns the first values of all parameters of a network for a seed. */
export type StartOf = (blueprint: Blueprint, seed: number) => Weights
