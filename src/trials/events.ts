/** What those who wait for trials are told. */
import type { LossRecord } from '../training/state.ts'
import type { TrialResult } from './result.ts'
import type { Trial } from './trial.ts'

export type TrialEvent<T extends Trial = Trial> =
  /** Before the first of them starts: what will be trained, and what is there already. */
  | { readonly kind: 'planned'; readonly trials: readonly T[]; readonly found: readonly T[] }
  | { readonly kind: 'started'; readonly trial: T }
  /** Now and then: the steps that were made, and what was logged since the last event. */
  | { readonly kind: 'progress'; readonly trial: T; readonly done: number; readonly losses: readonly LossRecord[] }
  /** Of each that was started; without a result where it was stopped, or where memory doesn't hold it. */
  | { readonly kind: 'finished'; readonly trial: T; readonly result?: TrialResult }
