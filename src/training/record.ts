/** The record of a whole training. */
import type { Values } from '../backends/backend.ts'
import type { Statistics } from '../data/standardize.ts'
import type { TrainingSettings } from '../settings/options.ts'
import type { Divergence } from './divergence.ts'
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
import type { Signal } from './signal.ts'
import type { LossRecord } from './state.ts'
import type { TimeSpent } from './stopwatch.ts'

export interface TrainingRecord extends TimeSpent {
  readonly losses: readonly LossRecord[]
  /** After the last step, on all samples, in evaluation mode; a run that was stopped isn't scored: its scores are null. */
  readonly train: Scores
  readonly test: Scores
  /** Where the data has samples that were held out. */
  readonly validation?: Scores
  /** Where they were asked for: every so many steps, and after the last. */
  readonly evaluations?: readonly Evaluation[]
  /** The lowest test error of these. It was chosen on the test set: `test`, after the last step, is the result. */
  readonly bestTest?: BestTest
  /** Where the warm-up ends with an error: the looks at it, of which the last ended it if it says `warmedUp`. */
  readonly warmup?: readonly WarmupCheck[]
  /** Where probes were asked for: what they saw before the first step, every so many steps and after the last. */
  readonly probes?: readonly ProbeSnapshot[]
  readonly diverged: Divergence | null
  /** True when the run was stopped before its last step, or before it was scored. */
  readonly interrupted: boolean
  /** Steps that were done. */
  readonly steps: number
  /** What the scores at the end took, part of `seconds`. */
  readonly scoringSeconds: number
  /** How large the values were from layer to layer before training. */
  readonly signal: Signal
  /** Of the training set: other data is standardized in the same way. */
  readonly statistics: Statistics
  /** The final parameters and running statistics, in the network's order and the backend's precision. */
  readonly weights: ReadonlyMap<string, Values>
  /** SHA-256 of the weights as float32, in file order. */
  readonly weightsSha256: string
  readonly memoryBytes: number
  /** True where activations of repeated layers were computed again, since they didn't all fit into memory. */
  readonly recompute: boolean
}

export const unscored: Scores = { loss: null, error: null }

/**
 * What a record says of what was measured before the step that was reached, and of the scores and the layers there, where
 * these were taken.
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

/** The scores after the last step, with their fields in the order of the evaluations before. */
export function lastEvaluation(step: number, { train, test, validation }: SetScores, trainSamples: number): Evaluation {
  return { step, train, trainSamples, test, ...(validation ? { validation } : {}) }
}
