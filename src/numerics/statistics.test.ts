import { describe, expect, it } from 'vitest'
import { studentQuantile, summarize } from './statistics.ts'

/** P(|T| < quantile), by Simpson's rule over the density. With x = sqrt(n) tan(a), the density is cos(a)^(n - 1). */
function coverage(quantile: number, degrees: number): number {
  const integrate = (to: number) => {
    const parts = 4000
    let sum = 0
    for (let index = 0; index <= parts; index++) {
      const weight = index === 0 || index === parts ? 1 : index % 2 === 1 ? 4 : 2
      sum += weight * Math.cos((index * to) / parts) ** (degrees - 1)
    }
    return (sum * to) / parts / 3
  }
  return integrate(Math.atan(quantile / Math.sqrt(degrees))) / integrate(Math.PI / 2)
}

it('studentQuantile gives the two-sided 95% quantiles of Student’s t distribution', () => {
  for (const degrees of [...Array(40).keys()].map((index) => index + 1).concat(100, 1000)) {
    expect(coverage(studentQuantile(degrees), degrees)).toBeCloseTo(0.95, 5)
  }
})

describe('summarize:', () => {
  it('the summary holds the mean and half the width of its 95% interval', () => {
    const summary = summarize([1, 2, 3])
    expect(summary).toMatchObject({ count: 3, mean: 2 })
    expect(summary?.halfWidth).toBeCloseTo(4.3027 / Math.sqrt(3), 4)
  })

  it('the summary has no interval for one finite value, and is null without a finite value', () => {
    expect(summarize([null, 4, Number.NaN])).toEqual({ count: 1, mean: 4, halfWidth: null })
    expect(summarize([null, Number.POSITIVE_INFINITY])).toBeNull()
  })
})
