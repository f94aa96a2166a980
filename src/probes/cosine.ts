/**
 * The similarity of different samples after each stage: the mean cosine between the outputs of all pairs of samples
 * (the correlation c of Schoenholz et al. 2017). At a cosine of 1, the network cannot distinguish the samples.
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
 * 1 minus the mean cosine between all pairs of non-zero rows, or NaN for fewer than two non-zero rows. The result is
 * exact except for a few last digits, even if the cosine is close to 1. For n normalized rows u, the cosines of all
 * pairs sum to (|sum u|^2 - n) / 2. Hence 1 - mean cosine = sum |u - mean u|^2 / (n - 1), which takes time linear in
 * the rows. The sum of |u - mean u|^2 is computed as sum |d|^2 - n |mean d|^2, with d = u - (first row). Similar rows
 * have a small d, so the subtraction cancels few digits.
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

/**
 * Adds the difference between a normalized row and `start` to the sums, and returns the squared length of the
 * difference.
 */
function addDistances(values: Numbers, offset: number, norm: number, start: Float64Array, sums: Float64Array): number {
  let squares = 0
  for (let index = 0; index < start.length; index++) {
    const distance = values[offset + index] / norm - start[index]
    sums[index] += distance
    squares += distance * distance
  }
  return squares
}
