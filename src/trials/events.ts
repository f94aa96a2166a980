/** What those who wait for trials are told. */
import type { LossRecord } from '../training/train.ts'
import type { TrialResult } from './result.ts'
import type { TrialSpec } from './spec.ts'

/** A spec, and what its caller knows of it. */
export interface Trial extends TrialSpec {
  /** Multiply-adds of its steps, forwards: how the times of trials relate. */
  readonly work: number
}

export type TrialEvent<T extends Trial = Trial> =
  /** Before the first of them starts: all that will be trained. */
  | { readonly kind: 'planned'; readonly trials: readonly T[] }
  | { readonly kind: 'started'; readonly trial: T }
  /** Now and then: the steps that were made, and what was logged since the last event. */
  | { readonly kind: 'progress'; readonly trial: T; readonly done: number; readonly losses: readonly LossRecord[] }
  /** Of each that was started; without a result where it was stopped. */
  | { readonly kind: 'finished'; readonly trial: T; readonly result?: TrialResult }
