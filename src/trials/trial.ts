/** A requested training: the spec, and facts that only the caller knows. */
import type { LoopOutcome } from '../training/loop.ts'
import type { TrainingState } from '../training/state.ts'
import type { Snapshot } from './result.ts'
import type { TrialSpec } from './spec.ts'

export interface Trial extends TrialSpec {
  /**
   * Work of the trial: multiply-adds in the forward passes of the steps to train. The duration of a trial is
   * proportional to its work.
   */
  readonly work: number
  /**
   * Finished training of the trial, if such a training exists. The network of a finished training is probed and scored,
   * but not trained again.
   */
  readonly finished?: FinishedTraining
}

/** A finished training of the trial's network with the trial's settings. */
export interface FinishedTraining extends Pick<LoopOutcome, 'losses' | 'diverged'> {
  readonly interrupted: false
  /** Number of finished steps, and weights after the last step. */
  readonly state: Pick<TrainingState, 'step' | 'weights'>
  /** Snapshots during the training, scored on the samples that the training used for its evaluations. */
  readonly snapshots: readonly Snapshot[]
}
