/** The baselines of a data set: guessing, and the best linear model. */
import { type Dataset, type Samples, taskOf } from '../data/dataset.ts'
import { IsobathError } from '../support/errors.ts'
import { unscored } from '../training/scores.ts'
import { bestLinearModel, type LinearBaseline, type LinearTask } from './best-linear-model.ts'

/** Errors of guessing, in the unit of a network's error. An error is null without samples. */
export interface Guessing {
  readonly train: { readonly error: number | null }
  readonly test: { readonly error: number | null }
}

/** Scores of simple models, with which a network is compared. */
export interface Baselines {
  /** Errors of always predicting the largest class of the training set, or the mean of the targets. */
  readonly guessing: Guessing
  readonly linear: LinearBaseline
}

/** Returns the errors of guessing on the training set and on the test set. */
export function guessingErrors(data: Dataset): Guessing {
  const { train, test, classes } = data
  // The mean of the targets leaves the whole variance unexplained.
  if (taskOf(data) !== 'classification') return { train: { error: 1 }, test: { error: test.count === 0 ? null : 1 } }
  const counts = new Uint32Array(classes)
  for (const label of train.labels) counts[label]++
  const largest = counts.reduce((best, count, label) => (count > counts[best] ? label : best), 0)
  const error = ({ count, labels }: Samples): number | null =>
    count === 0 ? null : labels.filter((label) => label !== largest).length / count
  return { train: { error: error(train) }, test: { error: error(test) } }
}

/**
 * Measures guessing, and fits the best linear model. Returns undefined if the caller stopped the fit. A model that does
 * not fit into memory is skipped.
 */
export async function baselinesOf(task: LinearTask): Promise<Baselines | undefined> {
  const guessing = guessingErrors(task.data)
  try {
    return { guessing, linear: await bestLinearModel(task) }
  } catch (error) {
    if (task.abort?.aborted) return undefined
    if (!(error instanceof IsobathError) || error.code !== 'memory') throw error
    const skipped = 'The fit of a linear model does not fit into memory.'
    return { guessing, linear: { train: unscored, test: unscored, samples: 0, skipped } }
  }
}
