/**
 * How alike the network finds different samples, stage by stage: the mean cosine between the outputs of all pairs of samples
 * (the correlation c of Schoenholz et al. 2017). 1: it can't tell them apart.
 */
import type { LayerProbe } from './layer-probe.ts'
import { euclideanNorm } from './norm.ts'
import type { Rows } from './pass.ts'

export const cosine: LayerProbe = {
  title: 'Cosine between samples',
  scale: 'linear',
  when: 'looks',
  needs: { stages: true },
  read: (sight) => sight.stages.map(({ end }) => 1 - cosineDistance(sight.output(end))),
}

/**
 * 1 minus the mean cosine between all pairs of rows that aren't zero, exact to its last digits also where the cosine is next
 * to 1; NaN where there are fewer than two such rows. Of normalised rows u the sum of all pairs' cosines is
 * (|sum u|^2 - n) / 2, so that 1 - mean = sum |u - mean u|^2 / (n - 1): time linear in the rows, and nothing cancels.
 */
export function cosineDistance({ rows, width, values }: Rows): number {
  const norms = new Float64Array(rows)
  const mean = new Float64Array(width)
  let count = 0
  for (let row = 0; row < rows; row++) {
    const start = row * width
    const norm = euclideanNorm([values.subarray(start, start + width)])
    norms[row] = norm
    if (norm === 0) continue
    count++
    for (let index = 0; index < width; index++) mean[index] += values[start + index] / norm
  }
  if (count < 2) return Number.NaN
  for (let index = 0; index < width; index++) mean[index] /= count
  let sum = 0
  for (let row = 0; row < rows; row++) {
    if (norms[row] === 0) continue
    for (let index = 0, at = row * width; index < width; index++, at++) {
      const distance = values[at] / norms[row] - mean[index]
      sum += distance * distance
    }
  }
  return sum / (count - 1)
}
