/** Result of a trial. */
import type { Reading } from '../probes/probe-pass.ts'
import type { BestScores } from '../training/best-weights.ts'
import type { Divergence } from '../training/divergence.ts'
import type { SetScores } from '../training/evaluate-sets.ts'
import type { Scores, Weights } from '../training/evaluator.ts'
import type { Evaluation } from '../training/measurements.ts'
import type { Signal } from '../training/signal.ts'
import type { LossRecord } from '../training/state.ts'

/** Result of a trial: plain data, except for the weights. */
export interface TrialResult {
  /** Id of the spec of the trial. */
  readonly id: string
  /** Number of finished updates. */
  readonly steps: number
  readonly seconds: number
  /**
   * Work of the trial: multiply-adds in the forward passes during `seconds`. The work is 0 if the training was already
   * finished.
   */
  readonly work: number
  readonly losses: readonly LossRecord[]
  /**
   * Scores after the last step, in evaluation mode, on the samples that the spec selects. The scores are null if the
   * training diverged.
   */
  readonly scores: SetScores
  readonly diverged: Divergence | null
  /** Snapshots before the first step and after the last step. A spec with probes adds snapshots during the training. */
  readonly snapshots: readonly Snapshot[]
  /** Weights after the last step, if the spec requests the weights. */
  readonly weights?: Weights
  /** Additional results of a trial that is scored on all samples. */
  readonly whole?: WholeResult
}

/** Probe readings and scores of the network at one step. */
export interface Snapshot {
  readonly step: number
  /**
   * Training scores on fewer samples than the final scores of the trial. All snapshots are scored on the same samples.
   * The training scores are absent before the first step.
   */
  readonly train?: Scores
  /** Test scores, on the same samples in all snapshots. The test scores are absent before the first step. */
  readonly test?: Scores
  readonly reading: Reading
}

/** Those results of a trial that the function `train` also returns. */
export interface WholeResult {
  /** Mean squares of the outputs of each layer before the first step. */
  readonly signal: Signal
  /** Evaluations after every n-th step and after the last step, if the settings request evaluations. */
  readonly evaluations?: readonly Evaluation[]
  /** Scores of the weights with the lowest validation loss, if the training kept these weights. */
  readonly best?: BestScores
  /** SHA-256 of the weights as float32, in the order of the weights file. */
  readonly weightsSha256: string
}
