/** The columns of scores in the tables of comparisons and diagnoses: errors of classes, or R2 and RMSE of values. */
import { decimalsFor, formatFixed, formatPercent, formatQuantity, formatR2 } from '../format/text.ts'
import type { Summary } from '../numerics/statistics.ts'
import { formatError, formatLoss, type ReportedScores } from './reported-scores.ts'
import { classText, dominantClass, type OutputNames } from './score-words.ts'

interface ScoredRun {
  readonly train: ReportedScores
  readonly test: ReportedScores
}

export interface ScoreColumn {
  readonly heading: string
  /** The set of samples that is scored. A data set without test samples has no columns of the test set. */
  readonly set: keyof ScoredRun
  /** Returns the score of one training, or null if the score is not known. */
  readonly value: (run: ScoredRun) => number | null
  /** Formats the mean over the seeds and its interval. */
  readonly format: (summary: Summary) => string
  /** Whether a table without room for all columns leaves this column out. */
  readonly isExtra?: boolean
}

const loss = (set: keyof ScoredRun, isExtra?: boolean): ScoreColumn => ({
  heading: `${set} loss`,
  set,
  value: (run) => run[set].loss,
  format: formatLoss,
  isExtra,
})

const error = (set: keyof ScoredRun): ScoreColumn => ({
  heading: `${set} error`,
  set,
  value: (run) => run[set].error,
  format: formatError,
})

const accuracy: ScoreColumn = {
  heading: 'test accuracy',
  set: 'test',
  value: ({ test }) => explained(test),
  format: formatError,
  isExtra: true,
}

const balancedAccuracy = (set: keyof ScoredRun): ScoreColumn => ({
  // The note below the table names the set. With the set in the heading, a terminal would have no room for names.
  heading: 'balanced accuracy',
  set,
  value: (run) => run[set].balancedAccuracy ?? null,
  format: formatError,
})

const r2 = (set: keyof ScoredRun): ScoreColumn => ({
  heading: `${set} R2`,
  set,
  value: (run) => explained(run[set]),
  format: ({ mean, halfWidth }) => (halfWidth === null ? formatR2(mean) : withEqualDecimals(mean, halfWidth, 3)),
})

const testRmse: ScoreColumn = {
  heading: 'test RMSE',
  set: 'test',
  value: ({ test }) => test.rmse?.[0] ?? null,
  format: ({ mean, halfWidth }) =>
    halfWidth === null ? formatQuantity(mean) : withEqualDecimals(mean, halfWidth, decimalsFor(mean, 4)),
}

/** The accuracy of classes, and R2 of values over all targets. */
const explained = ({ error: wrong }: ReportedScores): number | null => (wrong === null ? null : 1 - wrong)

function withEqualDecimals(mean: number, halfWidth: number, decimals: number): string {
  return `${formatFixed(mean, decimals)} ± ${formatFixed(halfWidth, decimals)}`
}

/**
 * Returns the columns of scores. `classes`: the number of classes, or null for values. A single target has a column with
 * its RMSE, in the unit of the target.
 */
export function scoreColumns(classes: number | null, runs: readonly ScoredRun[]): ScoreColumn[] {
  if (classes !== null) {
    const set = dominantSet(runs)
    const errors = [error('train'), error('test')]
    // A page has no room for all columns. The accuracy is known from the error.
    if (set !== undefined) return [loss('train', true), ...errors, balancedAccuracy(set)]
    return [loss('train'), loss('test', true), ...errors, accuracy]
  }
  const hasOneTarget = runs.some(({ test }) => test.rmse?.length === 1)
  const unit = hasOneTarget ? [testRmse] : []
  return [loss('train', hasOneTarget), r2('train'), r2('test'), ...unit]
}

/**
 * The set whose balanced accuracy is shown, because one class has most of its samples. With classes of about equal sizes,
 * the set is undefined.
 */
function dominantSet(runs: readonly ScoredRun[]): keyof ScoredRun | undefined {
  const has = (set: keyof ScoredRun): boolean => runs.some((run) => dominantClass(run[set]) !== undefined)
  return has('test') ? 'test' : has('train') ? 'train' : undefined
}

/** A note on classes of very different sizes, for the table with the balanced accuracy. */
export function balanceNotes(runs: readonly ScoredRun[], names: OutputNames): string[] {
  const set = dominantSet(runs)
  const largest = set && runs.flatMap((run) => dominantClass(run[set]) ?? [])[0]
  if (set === undefined || largest === undefined) return []
  const name = classText(largest.label, names)
  return [
    `${formatPercent(largest.share)} of the ${set === 'test' ? 'test' : 'training'} samples have the class ${name}. Always answering ${name} has a balanced accuracy, the mean over the classes, of ${formatPercent(largest.balancedAccuracy)}.`,
  ]
}
