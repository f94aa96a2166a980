/** Events that the runner reports while trials run. */
import type { LossRecord } from '../training/state.ts'
import type { TrialResult } from './result.ts'
import type { Trial } from './trial.ts'

export type TrialEvent<T extends Trial = Trial> =
  /**
   * Event that is reported before the first trial starts: `trials` will be trained, and the trials in `found` have
   * stored results. `later` is the expected work of trials that are planned after these trials, in multiply-adds.
   */
  | { readonly kind: 'planned'; readonly trials: readonly T[]; readonly found: readonly T[]; readonly later?: number }
  | { readonly kind: 'started'; readonly trial: T }
  /**
   * Event that is reported repeatedly during a training: `done` is the number of finished steps, and `losses` were
   * logged since the last event.
   */
  | { readonly kind: 'progress'; readonly trial: T; readonly done: number; readonly losses: readonly LossRecord[] }
  /**
   * Event that is reported at the end of each started trial. The result is absent if the trial was stopped or did not
   * fit into memory.
   */
  | { readonly kind: 'finished'; readonly trial: T; readonly result?: TrialResult }
