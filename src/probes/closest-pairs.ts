/**
 * Follows pairs of similar samples through the network. Each sample is paired with the sample nearest to it after the
 * first stage, and the probe gives the mean cosine of these pairs after every stage. In a chaotic network the mean
 * cosine falls toward c* < 1, and in an ordered network it rises to 1 (Poole et al. 2016).
 */
import { euclideanNorm } from '../numerics/norm.ts'
import type { LayerProbe } from './layer-probe.ts'
import type { Numbers, SampleRows } from './pass.ts'

export const closestPairs: LayerProbe = {
  title: 'Cosine of the closest sample pairs',
  scale: 'linear',
  when: 'ends',
  needs: { stages: true },
  read: (view) => {
    const outputs = view.stages.map(({ end }) => view.output(end))
    if (outputs.length === 0) return []
    const nearest = nearestRows(outputs[0])
    return outputs.map((rows) => meanCosine(rows, nearest))
  },
}

/** Scales each row to length 1. A row of zeros stays unchanged. */
function normalized({ rows, width, values }: SampleRows): Numbers {
  const unit = Float64Array.from(values)
  for (let row = 0; row < rows; row++) {
    const part = unit.subarray(row * width, (row + 1) * width)
    const norm = euclideanNorm([part])
    if (norm > 0) for (let index = 0; index < width; index++) part[index] /= norm
  }
  return unit
}

function cosineOf(unit: Numbers, width: number, one: number, other: number): number {
  let sum = 0
  for (let index = 0; index < width; index++) sum += unit[one * width + index] * unit[other * width + index]
  return sum
}

/**
 * Returns, for each row, the index of the other row with which the row has the largest cosine. In a tie, the row with
 * the lowest index is taken.
 */
function nearestRows(first: SampleRows): Int32Array {
  const { rows, width } = first
  const unit = normalized(first)
  const nearest = new Int32Array(rows).fill(-1)
  const cosines = new Float64Array(rows).fill(Number.NEGATIVE_INFINITY)
  for (let one = 0; one < rows; one++) {
    for (let other = one + 1; other < rows; other++) {
      const cosine = cosineOf(unit, width, one, other)
      if (cosine > cosines[one]) [nearest[one], cosines[one]] = [other, cosine]
      if (cosine > cosines[other]) [nearest[other], cosines[other]] = [one, cosine]
    }
  }
  return nearest
}

/** The mean cosine between each row and its nearest row, or NaN for a single sample or if a row is not finite. */
function meanCosine(rows: SampleRows, nearest: Int32Array): number {
  const unit = normalized(rows)
  let sum = 0
  for (let row = 0; row < rows.rows; row++) {
    if (nearest[row] < 0) return Number.NaN
    sum += cosineOf(unit, rows.width, row, nearest[row])
  }
  return sum / rows.rows
}
