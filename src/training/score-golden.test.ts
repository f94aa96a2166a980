import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Samples } from '../data/dataset.ts'
import { createStandardizer } from '../data/standardize.ts'
import { createScorer } from './score.ts'
import type { Scores } from './scores.ts'

const matrix = z.array(z.array(z.number()))
const each = z.array(z.number().nullable())
const golden = z
  .object({
    values: z.object({ targets: matrix, outputs: matrix, r2: each, rmse: each, mae: each }),
    classes: z.array(
      z.object({
        labels: z.array(z.number()),
        outputs: matrix,
        accuracy: z.number(),
        balancedAccuracy: z.number(),
        topFiveAccuracy: z.number().nullable(),
        recall: each,
        confusion: matrix,
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('../../test/golden/scores.json', import.meta.url), 'utf8')))

const noInputs = (count: number) => ({ count, inputs: new Float32Array(count), labels: new Uint8Array(0) })

/** Scores outputs that are added in batches of 7 samples. */
function scoreOf(set: Samples, standardize: 'per-channel' | 'none', outputs: readonly (readonly number[])[]): Scores {
  const standardizer = createStandardizer(set, [1], standardize)
  const width = outputs[0].length
  const scorer = createScorer(set, standardizer, set.targets ? 'squared-error' : 'cross-entropy', width)
  const { mean, deviation } = standardizer.targets
  for (let first = 0; first < outputs.length; first += 7) {
    const rows = outputs.slice(first, first + 7).flatMap((row) => {
      return set.targets ? row.map((value, k) => (value - mean[k]) / deviation[k]) : row
    })
    scorer.add(Float64Array.from(rows), first)
  }
  return scorer.finish()
}

/** The largest relative difference between two lists, in which nulls must be at the same places. */
function gapOf(found: readonly (number | null)[] = [], wanted: readonly (number | null)[]): number {
  expect(found.map((value) => value === null)).toEqual(wanted.map((value) => value === null))
  return Math.max(...wanted.map((value, k) => Math.abs((found[k] ?? 0) - (value ?? 0)) / Math.abs(value || 1)))
}

describe('when scores are compared with the formulas of scikit-learn,', () => {
  it('R2, RMSE and MAE differ by less than 1e-12, even with a mean of 1e9 and an outlier', () => {
    const { targets, outputs, r2, rmse, mae } = golden.values
    const set = { ...noInputs(targets.length), targets: Float64Array.from(targets.flat()) }
    const found = scoreOf(set, 'none', outputs)
    expect(gapOf(found.r2, r2)).toBeLessThan(1e-12)
    expect(gapOf(found.rmse, rmse)).toBeLessThan(1e-12)
    expect(gapOf(found.mae, mae)).toBeLessThan(1e-12)
    expect(found.r2?.[3]).toBeNull()
  })

  it('standardized targets give the same R2, RMSE and MAE in the units of the targets', () => {
    const { targets, outputs, r2, rmse, mae } = golden.values
    const set = { ...noInputs(targets.length), targets: Float64Array.from(targets.flat()) }
    const found = scoreOf(set, 'per-channel', outputs)
    // A value near 1e9 has a rounding error of 1e-7 in float64 before it is standardized.
    for (const [own, wanted] of [
      [found.r2, r2],
      [found.rmse, rmse],
      [found.mae, mae],
    ] as const) {
      expect(gapOf(own, wanted)).toBeLessThan(1e-6)
    }
    expect(gapOf(found.rmse?.slice(0, 1), rmse.slice(0, 1))).toBeLessThan(1e-12)
  })

  it('accuracy, balanced accuracy, recall, confusion and the five largest outputs are the same', () => {
    for (const { labels, outputs, ...wanted } of golden.classes) {
      const set = { ...noInputs(labels.length), labels: Uint8Array.from(labels) }
      const found = scoreOf(set, 'none', outputs)
      expect(found.accuracy).toBeCloseTo(wanted.accuracy, 12)
      expect(found.error).toBeCloseTo(1 - wanted.accuracy, 12)
      expect(found.balancedAccuracy).toBeCloseTo(wanted.balancedAccuracy, 12)
      expect(found.topFiveAccuracy ?? null).toBe(wanted.topFiveAccuracy)
      expect(gapOf(found.recall, wanted.recall)).toBe(0)
      if (outputs[0].length <= 50) {
        expect(found.confusion).toEqual(wanted.confusion)
        expect(found).not.toHaveProperty('mistakes')
      }
    }
  })

  it('more than 50 classes have the 20 most frequent mistakes in place of a confusion matrix', () => {
    const { labels, outputs, confusion } = golden.classes[2]
    const found = scoreOf({ ...noInputs(labels.length), labels: Uint8Array.from(labels) }, 'none', outputs)
    expect(found).not.toHaveProperty('confusion')
    expect(found.mistakes).toHaveLength(20)
    for (const { actual, predicted, count } of found.mistakes ?? []) expect(confusion[actual][predicted]).toBe(count)
    const counts = confusion.flatMap((row, actual) => row.filter((_, predicted) => predicted !== actual))
    const most = counts.toSorted((a, b) => b - a).slice(0, 20)
    expect(found.mistakes?.map(({ count }) => count)).toEqual(most)
  })
})
