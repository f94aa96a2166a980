/**
 * The weights with the lowest validation loss of a training, and early stopping. A training with a validation set and
 * evaluations keeps the weights of the evaluation with the lowest validation loss. Early stopping ends a training when
 * the validation loss has not fallen in a number of evaluations in a row (Prechelt 1998, criterion UP).
 */
import type { Values } from '../backends/backend.ts'
import type { Dataset } from '../data/dataset.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { IsobathError } from '../support/errors.ts'
import type { Scores, Weights } from './evaluator.ts'
import { type Evaluation, type EvaluationJudge, isEvaluation, type StepMeasurement } from './measurements.ts'

/** The scores of the weights with the lowest validation loss. */
export interface BestScores {
  /** Number of updates that made the weights. */
  readonly step: number
  /** Scores on the whole training set. */
  readonly train: Scores
  /** Scores on the whole test set. The test set had no part in the choice of the weights. */
  readonly test: Scores
  /** Scores on the whole validation set, which chose the weights. */
  readonly validation: Scores
}

/** Weights with the lowest validation loss so far. */
export interface BestWeights {
  /** Number of updates that made the weights. */
  readonly step: number
  readonly weights: Map<string, Values>
}

/** The settings that decide whether a training keeps its best weights, and when the training stops early. */
type Stopping = Pick<TrainingSettings, 'earlyStopping' | 'evaluateEvery'>

/** Whether a training keeps the weights with the lowest validation loss. */
export const keepsBest = ({ evaluateEvery }: Stopping, data: Pick<Dataset, 'validation'>): boolean =>
  data.validation !== undefined && evaluateEvery !== undefined

/** Throws an `option` error if a training should stop early but its data set has no validation set. */
export function checkEarlyStopping({ earlyStopping }: Stopping, { name, validation }: Dataset): void {
  if (earlyStopping === undefined || validation !== undefined) return
  throw new IsobathError(
    'option',
    (option) =>
      `${option('earlyStopping')}: expected a data set with validation samples, got ${name} without any. Hold samples out with ${option('validation', 0.1)}.`,
  )
}

/** Follows the validation loss of a training, and copies the weights with the lowest validation loss. */
export interface BestKeeper extends EvaluationJudge {
  /** Returns the weights with the lowest validation loss, or undefined if no evaluation had a validation loss. */
  best(): BestWeights | undefined
}

export interface BestTask {
  readonly settings: Stopping
  /** Measurements before the point from which a training resumes. */
  readonly earlier: readonly StepMeasurement[]
  /** The stored best weights of a training that resumes. */
  readonly stored?: BestWeights
  /** Called with new best weights, which are valid only during the call. */
  readonly onBest?: (best: BestWeights) => void
}

/** Creates the keeper of the best weights. */
export function createBestKeeper({ settings, earlier, stored, onBest }: BestTask): BestKeeper {
  const { earlyStopping } = settings
  let lowest = Number.POSITIVE_INFINITY
  let best: BestWeights | undefined
  let sinceLowest = 0
  /** Counts an evaluation, and returns true if its validation loss is the lowest so far. */
  const count = ({ validation }: Evaluation): boolean => {
    const loss = validation?.loss ?? null
    const isLowest = loss !== null && loss < lowest
    if (isLowest) lowest = loss
    sinceLowest = isLowest ? 0 : sinceLowest + 1
    return isLowest
  }
  for (const evaluation of earlier.filter(isEvaluation)) {
    if (count(evaluation)) best = stored?.step === evaluation.step ? stored : undefined
  }
  return {
    consider: (evaluation, weights) => {
      if (!count(evaluation)) return
      best = { step: evaluation.step, weights: copyInto(best?.weights ?? new Map(), weights) }
      onBest?.(best)
    },
    isExhausted: () => earlyStopping !== undefined && sinceLowest >= earlyStopping,
    best: () => best,
  }
}

/** Copies weights into the arrays of an earlier copy, if there is one. */
function copyInto(copy: Map<string, Values>, weights: Weights): Map<string, Values> {
  for (const [name, values] of weights) {
    const own = copy.get(name)
    if (own?.length === values.length) own.set(values)
    else copy.set(name, values instanceof Float32Array ? values.slice() : Float64Array.from(values))
  }
  return copy
}
