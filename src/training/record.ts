/** The record of a whole training, and how measurements become part of a record. */
import type { Values } from '../backends/backend.ts'
import type { Statistics } from '../data/standardize.ts'
import type { TrainingSettings } from '../settings/options.ts'
import type { BestScores } from './best-weights.ts'
import type { Divergence } from './divergence.ts'
import type { DrawnPredictions } from './drawn-predictions.ts'
import type { SetScores } from './evaluate-sets.ts'
import type { Scores } from './evaluator.ts'
import {
  type BestTest,
  bestOf,
  type Evaluation,
  isEvaluation,
  isProbeSnapshot,
  isWarmupCheck,
  type ProbeSnapshot,
  type StepMeasurement,
  type WarmupCheck,
} from './measurements.ts'
import { withoutClassCounts } from './scores.ts'
import type { Signal } from './signal.ts'
import type { StartChange } from './start-change.ts'
import type { LossRecord } from './state.ts'
import type { TimeSpent } from './stopwatch.ts'

/** The record of a whole training: losses, scores, measurements, weights, durations and memory. */
export interface TrainingRecord extends TimeSpent {
  /** Loss of every logged step (`logEvery`) and of the last step, in the order of the steps. */
  readonly losses: readonly LossRecord[]
  /**
   * Scores on the whole training set after the last step, in evaluation mode. The scores of an interrupted run are
   * null, because an interrupted run is not scored.
   */
  readonly train: Scores
  /**
   * Scores on the whole test set after the last step, in evaluation mode. The scores of an interrupted run are null.
   */
  readonly test: Scores
  /** Scores on the validation set after the last step, if the data set has one and the run was not interrupted. */
  readonly validation?: Scores
  /** Predictions of some samples of a regression, if the caller of the session asked for predictions. */
  readonly predictions?: DrawnPredictions
  /**
   * Evaluations at the steps that `evaluateEvery` selects, and after the last step. The field is absent if
   * `evaluateEvery` asked for no evaluations.
   */
  readonly evaluations?: readonly Evaluation[]
  /**
   * Lowest test error among all `evaluations`. Don't report the lowest of several test errors as a result: it was
   * chosen on the test set, so it is too low. The test result of the run is the field `test`, with the scores after the
   * last step.
   */
  readonly bestTest?: BestTest
  /**
   * Scores of the weights with the lowest validation loss among all evaluations. The field is absent if the data set
   * has no validation set, or if `evaluateEvery` asked for no evaluations.
   */
  readonly best?: BestScores
  /** The weights with the lowest validation loss, by name. The field is present if `best` is present. */
  readonly bestWeights?: ReadonlyMap<string, Values>
  /**
   * True if early stopping ended the run before its last step, and absent otherwise.
   */
  readonly stoppedEarly?: true
  /**
   * The checks of the training error in a warm-up that `warmupUntilError` ends. If the last check's `warmedUp` is true,
   * the last check ended the warm-up. The field is absent if no error limit ends the warm-up.
   */
  readonly warmup?: readonly WarmupCheck[]
  /**
   * Probe snapshots before the first step, every `probes.every` steps, and after the last step. The field is absent if
   * the settings ask for no probes.
   */
  readonly probes?: readonly ProbeSnapshot[]
  /** The step and the layer at which the training diverged, or null if all numbers stayed finite. */
  readonly diverged: Divergence | null
  /** True if the caller stopped the run before its last step, or before all scores were computed. */
  readonly interrupted: boolean
  /** Number of updates that the run has made. */
  readonly steps: number
  /**
   * Duration of the scoring after the last step, in seconds. The field `seconds` includes the duration of the scoring.
   */
  readonly scoringSeconds: number
  /**
   * Mean squares of the layers' outputs before the first step, and whether the signal is steady, vanishes or explodes.
   */
  readonly signal: Signal
  /**
   * Changes that LSUV made to the drawn weights before the first step. The field is absent if the training starts with
   * its weights as they were drawn or given.
   */
  readonly startChange?: StartChange
  /**
   * Means and standard deviations of the training set. All other inputs of the network must be standardized with the
   * training set's means and standard deviations.
   */
  readonly statistics: Statistics
  /**
   * Sentences for the user about the network, its loss and the weights of the classes, such as a last layer that limits
   * the outputs.
   */
  readonly notes: readonly string[]
  /** Final parameters and running statistics by name, in the network's order and in the backend's precision. */
  readonly weights: ReadonlyMap<string, Values>
  /**
   * SHA-256 hash of the weights, in hexadecimal. The hashed weights are float32 values in the order of a weights file.
   */
  readonly weightsSha256: string
  /** Memory that the training program used, in bytes. */
  readonly memoryBytes: number
  /** True if activations of repeated layers were recomputed, because not all activations fit into memory. */
  readonly recompute: boolean
}

export { unscored } from './scores.ts'

/**
 * Builds the fields of a record that hold measurements. `measurements`: the measurements so far. Measurements at step
 * `reached` or later are ignored. `last` and `lastSnapshot`: the evaluation and the snapshot at step `reached`, if they
 * were made.
 */
export function summarizeMeasured(
  measurements: readonly StepMeasurement[],
  { evaluateEvery, probes, schedule }: Pick<TrainingSettings, 'evaluateEvery' | 'probes' | 'schedule'>,
  reached: number,
  last: Evaluation | undefined,
  lastSnapshot: ProbeSnapshot | undefined,
): Pick<TrainingRecord, 'evaluations' | 'bestTest' | 'warmup' | 'probes'> {
  const before = measurements.filter(({ step }) => step < reached)
  const rest = {
    ...(schedule.untilError === undefined ? {} : { warmup: before.filter(isWarmupCheck) }),
    ...(probes === undefined
      ? {}
      : { probes: [...before.filter(isProbeSnapshot), ...(lastSnapshot ? [lastSnapshot] : [])] }),
  }
  if (evaluateEvery === undefined) return rest
  const evaluations = [...before.filter(isEvaluation), ...(last ? [last] : [])]
  const bestTest = bestOf(evaluations)
  return { evaluations, ...(bestTest ? { bestTest } : {}), ...rest }
}

/**
 * Converts the scores after the last step to an evaluation, with the same fields in the same order as in all other
 * evaluations.
 */
export function lastEvaluation(step: number, { train, test, validation }: SetScores, trainSamples: number): Evaluation {
  const held = validation ? { validation: withoutClassCounts(validation) } : {}
  return { step, train: withoutClassCounts(train), trainSamples, test: withoutClassCounts(test), ...held }
}
