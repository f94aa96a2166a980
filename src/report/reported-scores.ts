/** What a trained network scores, and how its mean over seeds is written. */
import { decimalsFor, formatFixed, formatNumber } from '../format/text.ts'
import type { Summary } from '../numerics/statistics.ts'

/** Loss and error of a trained network on one set; null where training ended without finite numbers. */
export interface ReportedScores {
  readonly loss: number | null
  /** A fraction: of the samples 0..1, or of the variance, where worse than 1 is possible. */
  readonly error: number | null
}

/** `0.0123 ± 0.0034`, with one number of decimals; the mean alone if there is no interval. */
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

/** `12.3 ± 1.2%` for a fraction. */
export function formatError({ mean, halfWidth }: Summary): string {
  const interval = halfWidth === null ? '' : ` ± ${formatFixed(halfWidth * 100, 1)}`
  return `${formatFixed(mean * 100, 1)}${interval}%`
}
