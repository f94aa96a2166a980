/** The scores of a trained network, and the text of their mean over seeds. */
import { decimalsFor, formatFixed, formatNumber, formatPercent } from '../format/text.ts'
import { counted } from '../format/words.ts'
import type { Summary } from '../numerics/statistics.ts'

/**
 * Scores of a trained network on one set of samples. A score that was not finite is null. All scores but loss and error
 * are absent in results of older versions.
 */
export interface ReportedScores {
  readonly loss: number | null
  /**
   * The error: the fraction of misclassified samples (0..1), or the unexplained fraction of the variance, which can
   * exceed 1.
   */
  readonly error: number | null
  readonly accuracy?: number | null
  readonly balancedAccuracy?: number | null
  readonly topFiveAccuracy?: number | null
  readonly classSamples?: readonly number[]
  readonly recall?: readonly (number | null)[]
  /** Number of samples of each true class (row) that are taken for each class (column). */
  readonly confusion?: readonly (readonly number[])[]
  readonly mistakes?: readonly { readonly actual: number; readonly predicted: number; readonly count: number }[]
  readonly r2?: readonly (number | null)[]
  /**
   * Root of the mean squared distance for each target of a regression, in the unit of the target. The list is absent for
   * other tasks.
   */
  readonly rmse?: readonly (number | null)[]
  readonly mae?: readonly (number | null)[]
}

/** Actual and predicted values of some samples of a set, for each of the first targets. */
export interface ReportedPredictions {
  readonly set: 'train' | 'test'
  readonly targets: readonly {
    readonly actual: readonly number[]
    readonly predicted: readonly (number | null)[]
  }[]
}

/** The number of test samples in words: `10 test samples`, or `no test samples`. */
export const testSamples = (count: number): string => (count === 0 ? 'no test samples' : counted(count, 'test sample'))

/**
 * Formats a loss as `0.0123 ± 0.0034`, both numbers with equally many decimals, or as the mean alone if no interval
 * exists.
 */
export function formatLoss({ mean, halfWidth }: Summary): string {
  const largest = Math.max(Math.abs(mean), halfWidth ?? 0)
  if (largest !== 0 && (largest < 1e-3 || largest >= 1e5)) {
    return halfWidth === null ? formatNumber(mean) : `${formatNumber(mean)} ± ${formatNumber(halfWidth, 2)}`
  }
  const decimals = Math.min(decimalsFor(largest, 3), 5)
  return halfWidth === null
    ? formatFixed(mean, decimals)
    : `${formatFixed(mean, decimals)} ± ${formatFixed(halfWidth, decimals)}`
}

/** Formats an error, given as a fraction, as `12.3 ± 1.2%`, or as the mean alone if no interval exists. */
export function formatError({ mean, halfWidth }: Summary): string {
  // Means of a million percent and more have a power of ten, and no interval.
  if (Math.abs(mean) >= 1e4) return formatPercent(mean)
  const interval = halfWidth === null ? '' : ` ± ${formatFixed(halfWidth * 100, 1)}`
  return `${formatFixed(mean * 100, 1)}${interval}%`
}
