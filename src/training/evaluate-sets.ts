/** Computes the scores of a network on all sets of a data set. */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import type { Dataset, Samples } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import type { LossSettings } from '../graph/losses.ts'
import { type DrawnPredictions, drawPredictions } from './drawn-predictions.ts'
import { createEvaluator, type Evaluator, type Scores, type Weights } from './evaluator.ts'

interface EvaluatedSets {
  readonly blueprint: Blueprint
  readonly data: Dataset
  readonly settings: LossSettings
  readonly backend: Backend
  readonly abort?: AbortSignal
  /** Whether the result has predictions of some samples. */
  readonly drawsPredictions?: boolean
  /** Called repeatedly with the number of samples scored so far and the total number of samples in all sets. */
  readonly onEvaluation?: (done: number, samples: number) => void
}

/** Scores of a network on each set of a data set. */
export interface SetScores {
  /** Scores on the whole training set. */
  readonly train: Scores
  /** Scores on the whole test set. */
  readonly test: Scores
  /** Scores on the validation set, if the data set has one. */
  readonly validation?: Scores
  /** Predictions of some samples of a regression, if the caller asked for predictions. */
  readonly predictions?: DrawnPredictions
}

/**
 * Scores the weights on the whole training, test and validation sets. `given`: an existing evaluator of the same
 * network. Without an existing evaluator, the function creates one and disposes of it. Throws the reason of `abort` if
 * `abort` stops the scoring.
 */
export async function evaluateSets(
  { blueprint, data, backend, settings, abort, onEvaluation, drawsPredictions = false }: EvaluatedSets,
  standardizer: Standardizer,
  weights: Weights,
  given?: Evaluator,
): Promise<SetScores> {
  const { train: training, test: testing, validation: held } = data
  const sets = new Set([training, testing, ...(held ? [held] : [])])
  const counts = Array.from(sets, ({ count }) => count)
  const samples = counts.reduce((sum, count) => sum + count, 0)
  const evaluator = given ?? (await createEvaluator(blueprint, backend, Math.max(...counts)))
  try {
    evaluator.load(weights)
    const scoreSet = (set: Samples, before: number): Promise<Scores> =>
      evaluator.evaluate(set, standardizer, settings, (done) => {
        onEvaluation?.(before + done, samples)
        abort?.throwIfAborted()
      })
    const train = await scoreSet(training, 0)
    // If a table was not split, the whole table is the training set and also the test set.
    const test = testing === training ? train : await scoreSet(testing, training.count)
    const validation = held && (await scoreSet(held, training.count + testing.count))
    const predictions = drawsPredictions ? await drawPredictions(evaluator, data, standardizer, settings) : undefined
    return { train, test, ...(validation ? { validation } : {}), ...(predictions ? { predictions } : {}) }
  } finally {
    if (!given) evaluator.dispose()
  }
}
