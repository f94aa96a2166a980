/** Scores of two kinds of training, paired by seed, and whether one is worse. */
import { type Summary, summarize } from './statistics.ts'

/** How one network's scores differ from another's, paired by seed: the mean of second - first, with its 95% interval. */
export interface PairedDifference extends Summary {
  readonly first: number
  readonly second: number
  /**
   * Worse: at least three pairs, an interval that lies above 0, and at least 5% more than the first. Better: the mirror
   * image. Else the same, as far as these seeds can tell.
   */
  readonly verdict: 'worse' | 'better' | 'same' | 'too few seeds'
}

export function pairedDifference<R extends { readonly seed: number }>(
  first: readonly R[],
  second: readonly R[],
  measure: (run: R) => number | null,
): PairedDifference | null {
  const pairs = second.flatMap((run) => {
    const other = first.find(({ seed }) => seed === run.seed)
    const [a, b] = [other ? measure(other) : null, measure(run)]
    return a === null || b === null ? [] : [{ a, b }]
  })
  const difference = summarize(pairs.map(({ a, b }) => b - a))
  if (!difference) return null
  const mean = (values: number[]): number => summarize(values)?.mean ?? Number.NaN
  const [firstMean, secondMean] = [mean(pairs.map(({ a }) => a)), mean(pairs.map(({ b }) => b))]
  const means = { first: firstMean, second: secondMean }
  if (pairs.length < 3 || difference.halfWidth === null) return { ...difference, ...means, verdict: 'too few seeds' }
  const isLarge = Math.abs(difference.mean) >= 0.05 * Math.abs(means.first)
  const isSure = Math.abs(difference.mean) > difference.halfWidth
  const verdict = !isLarge || !isSure ? 'same' : difference.mean > 0 ? 'worse' : 'better'
  return { ...difference, ...means, verdict }
}
