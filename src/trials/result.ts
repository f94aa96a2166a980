/** What comes out of a trial, as plain data. */
import type { Divergence } from '../training/divergence.ts'
import type { Evaluation } from '../training/measurements.ts'
import type { SetScores } from '../training/session.ts'
import type { Signal } from '../training/signal.ts'
import type { LossRecord } from '../training/train.ts'

export interface TrialResult {
  /** Of the spec. */
  readonly id: string
  /** Updates that were made. */
  readonly steps: number
  readonly seconds: number
  readonly losses: readonly LossRecord[]
  /** After the last step, in evaluation mode; null where it diverged. */
  readonly scores: SetScores
  readonly diverged: Divergence | null
  /** How large the values were from layer to layer before the first step. */
  readonly signal: Signal
  /** Where the settings ask for them: every so many steps, and after the last. */
  readonly evaluations?: readonly Evaluation[]
  /** Of the weights as float32, in file order. */
  readonly weightsSha256: string
}
