/** The result of one whole training of a comparison. */
import { assertInvariant } from '../support/errors.ts'
import type { BestScores } from '../training/best-weights.ts'
import type { Divergence } from '../training/divergence.ts'
import type { DrawnPredictions } from '../training/drawn-predictions.ts'
import type { Scores } from '../training/evaluator.ts'
import { type BestTest, bestOf, type Evaluation } from '../training/measurements.ts'
import type { LossRecord } from '../training/state.ts'
import type { TrialResult, WholeResult } from '../trials/result.ts'

/** Scores, losses and weights of one training of a comparison. */
export interface TrainingOutcome {
  /** Scores on the whole training set after the last step. The scores are null if the training diverged. */
  readonly train: Scores
  /** Scores on the whole test set after the last step. The scores are null if the training diverged. */
  readonly test: Scores
  /**
   * Predictions of at most 200 test samples of a regression. Without test samples, the predictions of training samples.
   */
  readonly predictions?: DrawnPredictions
  /**
   * Evaluations of the network at the steps that `evaluateEvery` selects. The last evaluation has the same scores as
   * the fields `train` and `test`.
   */
  readonly evaluations?: readonly Evaluation[]
  /**
   * Lowest test error among all `evaluations`. Don't report the lowest of several test errors as a result: it was
   * chosen on the test set, so it is too low.
   */
  readonly bestTest?: BestTest
  /** Scores of the weights with the lowest validation loss, if the network was evaluated on a validation set. */
  readonly best?: BestScores
  /** The step and the layer at which the training diverged, or null if all numbers stayed finite. */
  readonly diverged: Divergence | null
  /** Loss of every logged step, in the order of the steps. */
  readonly losses: readonly LossRecord[]
  /**
   * SHA-256 hash of the final weights, in hexadecimal. The hashed weights are float32 values in the order of a weights
   * file.
   */
  readonly weightsSha256: string
  /** Duration of the training, in seconds. */
  readonly seconds: number
}

export function wholeOf({ whole }: TrialResult): WholeResult {
  assertInvariant(whole !== undefined, 'a row of a comparison has the results of a whole training')
  return whole
}

export function outcomeOf(result: TrialResult): TrainingOutcome {
  const { scores, diverged, losses, seconds } = result
  const { evaluations, best, weightsSha256 } = wholeOf(result)
  const bestTest = evaluations && bestOf(evaluations)
  return {
    train: scores.train,
    test: scores.test,
    ...(scores.predictions ? { predictions: scores.predictions } : {}),
    ...(evaluations ? { evaluations } : {}),
    ...(bestTest ? { bestTest } : {}),
    ...(best ? { best } : {}),
    diverged,
    losses,
    weightsSha256,
    seconds,
  }
}
