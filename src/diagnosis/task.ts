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
  /** Reference to the data set, as the specs of trials contain it. */
  readonly reference: DataReference
  /** Training settings. The diagnosis ignores the seed and the evaluations in the settings. */
  readonly settings: TrainingSettings
  /**
   * Whether the budget determines the number of steps: always (true), never (false), or only if the settings have too
   * many steps for the budget.
   */
  readonly choosesSteps: boolean | 'where too long'
  /**
   * Finished training of the network with the first seed and the number of steps in the settings, if such a training
   * exists.
   */
  readonly finished?: FinishedTraining
  /**
   * Seeds of the trainings: at least one seed, and at least three seeds for intervals. Pictures show the training with
   * the first seed.
   */
  readonly seeds: readonly number[]
  readonly budgetSeconds: number
  /** Whether the diagnosis was already finished, so that no network is trained again. */
  readonly isOver?: boolean
  /**
   * Comparison network that the user gave. By default, the comparison network is the same network with a fifth of its
   * layers.
   */
  readonly twin?: Network
  /** Source of the initial weights. By default, the initializers of the network draw the initial weights. */
  readonly start?: StartOf
  /** Workers that run trainings and measurements. The caller must dispose of the workers. */
  readonly workers: Workers
  /** Number of control trainings that run before all causes are assessed again, by default the number of workers. */
  readonly together?: number
  /** Notes for the reader of the answer. */
  readonly notes?: readonly string[]
  readonly abort?: AbortSignal
  readonly onEvent?: (event: DiagnosisEvent) => void
  /** Store with the results of earlier sessions of the same diagnosis, which also stores new results. */
  readonly store?: DiagnosisStore
}

/** Returns the initial values of all parameters of a network for a seed. */
export type StartOf = (blueprint: Blueprint, seed: number) => Weights
