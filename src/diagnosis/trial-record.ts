/** A training of a diagnosis, and what is kept of it. */
import type { Precision } from '../backends/backend.ts'
import { type Divergence, describeDivergence } from '../training/divergence.ts'
import type { Scores } from '../training/evaluator.ts'
import type { LossRecord } from '../training/state.ts'
import type { Snapshot, TrialResult } from '../trials/result.ts'
import type { Trial } from '../trials/trial.ts'
import type { ControlName } from './controls.ts'

/** What tells a training apart from the others of its diagnosis. */
export interface TrialKey {
  readonly control: ControlName
  readonly seed: number
}

export interface DiagnosisTrial extends Trial, TrialKey {}

/** What is kept of a trial; all of it is JSON. */
export interface TrialRecord extends TrialKey {
  readonly precision: Precision
  readonly work: number
  readonly steps: number
  readonly seconds: number
  readonly losses: readonly LossRecord[]
  /** After the last step, in evaluation mode, batch norm's statistics taken anew; null where it diverged. */
  readonly train: Scores
  readonly test: Scores
  /** Where and when the numbers stopped being finite, in words. */
  readonly diverged: string | null
  readonly snapshots: readonly Snapshot[]
}

/** With its fields in the order that files have. */
export function recordOf({ control, seed, precision }: DiagnosisTrial, result: TrialResult): TrialRecord {
  const { work, steps, seconds, losses, scores, diverged, snapshots } = result
  const { train, test } = scores
  return { control, seed, precision, work, steps, seconds, losses, train, test, diverged: textOf(diverged), snapshots }
}

const textOf = (diverged: Divergence | null): string | null =>
  diverged && `after ${diverged.step} steps ${describeDivergence(diverged)}`
