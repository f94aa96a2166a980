/** Scores of a network on all sets of a data set. */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import type { Dataset, Samples } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import type { LossName } from '../graph/losses.ts'
import { createEvaluator, type Evaluator, type Scores, type Weights } from './evaluator.ts'

interface EvaluatedSets {
  readonly blueprint: Blueprint
  readonly data: Dataset
  readonly settings: { readonly loss: LossName }
  readonly backend: Backend
  readonly abort?: AbortSignal
  /** Called now and then with the samples that were scored, of how many. */
  readonly onEvaluation?: (done: number, samples: number) => void
}

export interface SetScores {
  readonly train: Scores
  readonly test: Scores
  readonly validation?: Scores
}

/**
 * Scores on the whole training and test sets, and on what was held out; by an evaluator of the network where there is one.
 * Throws the reason of `abort` where that stops it.
 */
export async function evaluateSets(
  { blueprint, data, backend, settings, abort, onEvaluation }: EvaluatedSets,
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
      evaluator.evaluate(set, standardizer, settings.loss, (done) => {
        onEvaluation?.(before + done, samples)
        abort?.throwIfAborted()
      })
    const train = await scoreSet(training, 0)
    // A table that isn't split is both.
    const test = testing === training ? train : await scoreSet(testing, training.count)
    return held ? { train, test, validation: await scoreSet(held, training.count + testing.count) } : { train, test }
  } finally {
    if (!given) evaluator.dispose()
  }
}
