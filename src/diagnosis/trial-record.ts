/** A training that a diagnosis runs, and the record in which the result of the training is stored. */
import type { Precision } from '../backends/backend.ts'
import { counted } from '../format/words.ts'
import { type Divergence, describeDivergence } from '../training/divergence.ts'
import type { DrawnPredictions } from '../training/drawn-predictions.ts'
import type { Scores } from '../training/evaluator.ts'
import type { LossRecord } from '../training/state.ts'
import type { Snapshot, TrialResult } from '../trials/result.ts'
import type { Trial } from '../trials/trial.ts'
import type { ControlName } from './controls.ts'

/** Identifies a training within its diagnosis. */
export interface TrialKey {
  readonly control: ControlName
  readonly seed: number
}

export interface DiagnosisTrial extends Trial, TrialKey {}

/** The stored record of a trial, which consists of JSON values only. */
export interface TrialRecord extends TrialKey {
  readonly precision: Precision
  readonly work: number
  readonly steps: number
  readonly seconds: number
  readonly losses: readonly LossRecord[]
  /**
   * Scores on the training set after the last step, in evaluation mode and with new batch norm statistics. The loss and
   * the error on the training set are null if the training diverged.
   */
  readonly train: Scores
  /** Scores on the test set after the last step. */
  readonly test: Scores
  /** Predictions of some samples of a regression, after the last step. */
  readonly predictions?: DrawnPredictions
  /** The step and the layer at which numbers became non-finite, in words, or null if all numbers stayed finite. */
  readonly diverged: string | null
  readonly snapshots: readonly Snapshot[]
}

/** Creates the record of a trial. The order of the fields is the order in stored files. */
export function recordOf({ control, seed, precision }: DiagnosisTrial, result: TrialResult): TrialRecord {
  const { work, steps, seconds, losses, scores, diverged, snapshots } = result
  const { train, test, predictions } = scores
  return {
    control,
    seed,
    precision,
    work,
    steps,
    seconds,
    losses,
    train,
    test,
    ...(predictions ? { predictions } : {}),
    diverged: textOf(diverged),
    snapshots,
  }
}

const textOf = (diverged: Divergence | null): string | null =>
  diverged && `after ${counted(diverged.step, 'step')}, ${describeDivergence(diverged)}`
