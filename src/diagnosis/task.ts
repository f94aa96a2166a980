/** What is to be diagnosed, and with what. */
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
  /** The data set as specs name it. */
  readonly reference: DataReference
  /** Its seed and what it says of evaluations are of no use here. */
  readonly settings: TrainingSettings
  /** Where nobody said how long to train, the budget does; or where the steps of the settings are too many for it. */
  readonly choosesSteps: boolean | 'where too long'
  /** The network's training with the first seed, of as many steps as the settings say, where it was done before. */
  readonly finished?: FinishedTraining
  /** At least one; three or more for intervals. The first one's training is the one that pictures show. */
  readonly seeds: readonly number[]
  readonly budgetSeconds: number
  /** Whether it came to its end before: nothing is trained any more. */
  readonly isOver?: boolean
  /** What the network is measured against, instead of the same network with a fifth of its layers. */
  readonly twin?: Network
  /** How weights start, where that isn't as the network's initializers say. */
  readonly start?: StartOf
  /** Its caller disposes of them. */
  readonly workers: Workers
  /** Controls between two judgments; as many as there are workers by default. */
  readonly together?: number
  /** What a reader of the answer should know. */
  readonly notes?: readonly string[]
  readonly abort?: AbortSignal
  readonly onEvent?: (event: DiagnosisEvent) => void
  /** What was done before, in the same diagnosis, and where to keep what is done now. */
  readonly store?: DiagnosisStore
}

/** The first values of all parameters of a network with a seed. */
export type StartOf = (blueprint: Blueprint, seed: number) => Weights
