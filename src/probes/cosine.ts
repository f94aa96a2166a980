/**
 * How alike the network finds different samples, stage by stage: the mean cosine between the outputs of all pairs of samples
 * (the correlation c of Schoenholz et al. 2017). 1: it can't tell them apart.
 */
import { sumOfSquares } from '../numerics/norm.ts'
import { rowNorms } from './known-norms.ts'
import type { LayerProbe } from './layer-probe.ts'
import type { Numbers, SampleRows } from './pass.ts'

export const cosine: LayerProbe = {
  title: 'Cosine between samples',
  scale: 'linear',
  when: 'snapshots',
  needs: { stages: true },
  read: (view) => view.stages.map(({ end }) => 1 - cosineDistance(view.output(end))),
}

/**
 * 1 minus the mean cosine between all pairs of rows that aren't zero, exact to a few digits in the last places also where the
 * cosine is next to 1; NaN where there are fewer than two such rows. Of normalized rows u the sum of all pairs' cosines is
 * (|sum u|^2 - n) / 2, so that 1 - mean = sum |u - mean u|^2 / (n - 1), in time linear in the rows. The sum is that of
 * |d|^2 less n |mean d|^2, d being the distance from the first row: rows that are alike leave small ones, and little cancels.
 */
export function cosineDistance(outputs: SampleRows): number {
  const { width, values } = outputs
  const norms = rowNorms(outputs)
  const first = norms.findIndex((norm) => norm !== 0)
  if (first < 0) return Number.NaN
  const start = Float64Array.from(values.subarray(first * width, (first + 1) * width), (value) => value / norms[first])
  const sums = new Float64Array(width)
  let count = 0
  let squares = 0
  for (let row = first; row < norms.length; row++) {
    if (norms[row] === 0) continue
    count++
    squares += addDistances(values, row * width, norms[row], start, sums)
  }
  if (count < 2) return Number.NaN
  return Math.max(0, squares - sumOfSquares(sums) / count) / (count - 1)
}

/** Adds what a normalized row differs by to the sums; gives the square of its distance. */
function addDistances(values: Numbers, offset: number, norm: number, start: Float64Array, sums: Float64Array): number {
  let squares = 0
  for (let index = 0; index < start.length; index++) {
    const distance = values[offset + index] / norm - start[index]
    sums[index] += distance
    squares += distance * distance
  }
  return squares
}
