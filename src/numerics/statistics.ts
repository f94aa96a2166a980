/** Estimates of a mean from a small number of seeds. */

/**
 * Two-sided 95% quantiles of Student's t distribution for 1 to 30 degrees of freedom (Student 1908). With n seeds and
 * the sample standard deviation s, the mean lies within t(n - 1) * s / sqrt(n) of its estimate in 95% of repetitions.
 * The 95% interval is valid if the results of the seeds are nearly normally distributed. `statistics.test.ts` checks
 * the quantiles by integrating the density of the t distribution.
 */
const QUANTILES = [
  12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281, 2.201, 2.1788, 2.1604, 2.1448, 2.1314,
  2.1199, 2.1098, 2.1009, 2.093, 2.086, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
]

/** The two-sided 95% quantile of Student's t distribution. */
export function studentQuantile(degrees: number): number {
  if (degrees <= QUANTILES.length) return QUANTILES[degrees - 1]
  // Cornish and Fisher's expansion around the normal quantile (Abramowitz and Stegun 26.7.5), exact to 1e-5 above 30
  // degrees of freedom.
  const z = 1.959963984540054
  const first = (z ** 3 + z) / 4
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384
  return z + first / degrees + second / degrees ** 2 + third / degrees ** 3
}

/** The mean of a list of values, with its 95% interval. */
export interface Summary {
  readonly count: number
  readonly mean: number
  /** Half the width of the 95% interval. The half width is null for a single value, which has no interval. */
  readonly halfWidth: number | null
}

/**
 * Returns the mean of the finite values of a list, with its 95% interval. Returns null if the list has no finite value.
 */
export function summarize(values: readonly (number | null)[]): Summary | null {
  const present = values.filter((value) => value !== null).filter(Number.isFinite)
  const n = present.length
  if (n === 0) return null
  const mean = present.reduce((sum, value) => sum + value / n, 0)
  if (n === 1) return { count: 1, mean, halfWidth: null }
  const variance = present.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)
  return { count: n, mean, halfWidth: studentQuantile(n - 1) * Math.sqrt(variance / n) }
}
