/** The recorder of a training, and the facts that a training begins or resumes with. */
import type { Standardizer } from '../data/standardize.ts'
import type { BestWeights } from './best-weights.ts'
import type { StepMeasurement } from './measurements.ts'
import type { Signal } from './signal.ts'
import type { StartChange } from './start-change.ts'
import type { LossRecord, TrainingState } from './state.ts'
import type { TimeSpent } from './stopwatch.ts'

/** Facts about the training set and the initial weights that are known before the first training step. */
export interface SessionStart {
  readonly standardizer: Standardizer
  readonly signal: Signal
  /** Changes to the drawn weights, absent if the training starts with its weights as they were drawn or given. */
  readonly startChange?: StartChange
}

/** Stores the parts of a run that must survive an interruption: checkpoints, losses and measurements. */
export interface Recorder {
  /**
   * Called before the first training step. The values of `state` are valid only until the returned promise is settled.
   */
  begin(state: TrainingState, time: TimeSpent, start: SessionStart): Promise<void>
  /**
   * Called after `begin` and before the first training step, if the initial weights were changed in the meantime. The
   * state and the facts replace the state and the facts that `begin` stored.
   */
  adjusted(state: TrainingState, time: TimeSpent, start: SessionStart): Promise<void>
  /** Called when a checkpoint is due, and after the last step. The values of `state` are valid only during the call. */
  checkpoint(state: TrainingState, time: TimeSpent): Promise<void>
  losses(records: readonly LossRecord[]): void
  measured(measured: StepMeasurement): void
  /** Called with new weights of the lowest validation loss. The weights are valid only during the call. */
  best(best: BestWeights): void
}

/** Facts about a run that resumes. */
export interface ResumePoint extends TimeSpent {
  readonly state: TrainingState
  /** Losses of the steps before the resume point. */
  readonly losses: readonly LossRecord[]
  readonly measurements: readonly StepMeasurement[]
  readonly signal: Signal
  /** The stored weights with the lowest validation loss. */
  readonly best?: BestWeights
  readonly startChange?: StartChange
}
