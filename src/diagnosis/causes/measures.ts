/** The errors that tell whether a changed training is better than the network's. */
import type { Cause } from '../cause.ts'
import { type Evidence, type Measure, testError, trainingError } from '../evidence.ts'
import type { TrialRecord } from '../trial-record.ts'

/** The error that a changed training must lower. */
export interface ErrorMeasure {
  /** Error of a training. A training that diverged, or that is worse than guessing, counts as guessing. */
  readonly error: (evidence: Evidence, record: TrialRecord) => number
  /** Error of a training, also above the error of guessing, or infinity for a training that diverged. */
  readonly raw: (record: TrialRecord) => number
  /** Error on the test set. A training that diverged counts as guessing. Null without test samples. */
  readonly test: Measure
}

/** The error on the training set. */
export const trainError: ErrorMeasure = {
  error: trainingError,
  raw: ({ train }) => train.error ?? Number.POSITIVE_INFINITY,
  test: testError,
}

/** The mean over the classes of the fractions of wrong answers. */
export const balancedError: ErrorMeasure = {
  error: ({ records }, { train }) => {
    // Guessing is right for one class.
    const classes = Math.max(2, ...records.map((record) => record.train.recall?.length ?? 0))
    return Math.min(1 - (train.balancedAccuracy ?? 0), 1 - 1 / classes)
  },
  raw: ({ train }) => (train.balancedAccuracy == null ? Number.POSITIVE_INFINITY : 1 - train.balancedAccuracy),
  test: (_evidence, { test }) => (test.balancedAccuracy == null ? null : 1 - test.balancedAccuracy),
}

/** The error on the test set, or on the training set without test samples. */
const errorOnTest: ErrorMeasure = {
  error: (evidence, record) => testError(evidence, record) ?? trainingError(evidence, record),
  raw: ({ train, test }) => test.error ?? train.error ?? Number.POSITIVE_INFINITY,
  test: testError,
}

/** The error that a cure of the cause must lower. */
export function measureOf(cause: Cause): ErrorMeasure {
  if (cause === 'overfitting') return errorOnTest
  return cause === 'unbalanced-classes' ? balancedError : trainError
}
