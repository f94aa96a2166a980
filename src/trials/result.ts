/** What comes out of a trial. */
import type { Reading } from '../probes/probe-pass.ts'
import type { Divergence } from '../training/divergence.ts'
import type { SetScores } from '../training/evaluate-sets.ts'
import type { Scores, Weights } from '../training/evaluator.ts'
import type { Evaluation } from '../training/measurements.ts'
import type { Signal } from '../training/signal.ts'
import type { LossRecord } from '../training/state.ts'

/** Plain data, but for the weights. */
export interface TrialResult {
  /** Of the spec. */
  readonly id: string
  /** Updates that were made. */
  readonly steps: number
  readonly seconds: number
  /** Multiply-adds that these seconds went to, forward; 0 where the training was there before. */
  readonly work: number
  readonly losses: readonly LossRecord[]
  /** After the last step, in evaluation mode, on what the spec says; null where it diverged. */
  readonly scores: SetScores
  readonly diverged: Divergence | null
  /** Before the first step, on its way where the spec has probes, and after the last step. */
  readonly snapshots: readonly Snapshot[]
  /** After the last step, where the spec asks for them. */
  readonly weights?: Weights
  /** Of a network that is scored on all samples. */
  readonly whole?: WholeResult
}

/** How the network was after so many steps. */
export interface Snapshot {
  readonly step: number
  /** On fewer samples than the trial's own scores, and the same ones at every look; absent before the first step. */
  readonly train?: Scores
  readonly test?: Scores
  readonly reading: Reading
}

/** What `train` tells of a training, too. */
export interface WholeResult {
  /** How large the values were from layer to layer before the first step. */
  readonly signal: Signal
  /** Where the settings ask for them: every so many steps, and after the last. */
  readonly evaluations?: readonly Evaluation[]
  /** Of the weights as float32, in file order. */
  readonly weightsSha256: string
}
