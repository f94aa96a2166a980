/** A training that is asked for: its spec, and what its caller knows of it. */
import type { LoopOutcome } from '../training/loop.ts'
import type { TrainingState } from '../training/state.ts'
import type { Snapshot } from './result.ts'
import type { TrialSpec } from './spec.ts'

export interface Trial extends TrialSpec {
  /** Multiply-adds of the steps to train, forward: how the times of trials relate. */
  readonly work: number
  /** The training, where it was done before: then it is looked at and scored, and not trained. */
  readonly finished?: FinishedTraining
}

/** A training of the same network with the same settings. */
export interface FinishedTraining extends Pick<LoopOutcome, 'losses' | 'diverged'> {
  readonly interrupted: false
  /** After its last step. */
  readonly state: Pick<TrainingState, 'step' | 'weights'>
  /** On its way; what it was scored on is what it was scored on then. */
  readonly snapshots: readonly Snapshot[]
}
