/**
 * Remedies: changes of a network or of its training that can mend a training that fails. Some remedies remove a single
 * mechanism and leave the rest as it is, so that they can prove a cause. Others are cures that change more.
 */
import type { Dataset } from '../data/dataset.ts'
import type { Network } from '../network/network.ts'
import type { TrainingSettings } from '../settings/options.ts'

/** The training that a remedy changes. */
export interface Treatable {
  readonly network: Network
  readonly data: Dataset
  readonly settings: TrainingSettings
  /** Readings of the network before the first step, if the network was probed. */
  readonly readings?: StartReadings
}

/** Readings before the first step: one value for each stage of `stagesOf`, NaN for a stage without a value. */
export interface StartReadings {
  /** Norm of the gradient with respect to the weights of each stage. */
  readonly gradientNorm: readonly number[]
  /** Mean square of the outputs of each stage. */
  readonly meanSquare: readonly number[]
}

/** A changed training. */
export interface Treatment {
  readonly network: Network
  readonly settings: TrainingSettings
  /**
   * The change as a request without a full stop, such as `add a skip connection around each of the 58 hidden layers,
   * multiplied by 1/58`.
   */
  readonly words: string
}

/**
 * Size of the change, from the smallest to the largest. Of remedies that help equally, the one with the smallest change is
 * the best.
 */
export const remedySizes = [
  'start',
  'rate',
  'step',
  'multiplier',
  'regularization',
  'activation',
  'normalization',
  'skip',
  'depth',
  'width',
] as const

export type RemedySize = (typeof remedySizes)[number]

export interface Remedy {
  readonly size: RemedySize
  /** The part that the remedy changes and the parts that it leaves as they are, in one sentence. */
  readonly about: string
  /** Returns the changed training, or undefined if the remedy does not apply to the network or changes nothing. */
  readonly apply: (task: Treatable) => Treatment | undefined
}
