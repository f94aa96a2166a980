/** Compares the scores of two kinds of trainings that are paired by seed. */
import { type Summary, summarize } from './statistics.ts'

/**
 * The difference between the scores of two kinds of trainings, paired by seed: the mean of second - first, with its 95%
 * interval.
 */
export interface PairedDifference extends Summary {
  /** Mean score of the first kind of trainings, over the paired seeds. */
  readonly first: number
  /** Mean score of the second kind of trainings, over the paired seeds. */
  readonly second: number
  /**
   * Verdict on the second kind of trainings in comparison with the first kind, from at least three pairs. `worse`: the
   * 95% interval lies above 0, and the mean difference is at least 5% of the mean score `first`. `better`: the 95%
   * interval lies below 0, and the magnitude of the mean difference is at least 5% of the mean score `first`. `same`:
   * the seeds show no certain difference of at least 5%. `too few seeds`: there are fewer than three pairs.
   */
  readonly verdict: 'worse' | 'better' | 'same' | 'too few seeds'
}

/**
 * The difference of `measure` between two lists of runs, paired by seed. Seeds that only one list has and pairs with a
 * null score are left out. The difference is null if no pair is left.
 */
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
