/**
 * The angle by which a residual block rotates its input, as a fraction of half a turn. The angle is arccos(cos(input,
 * output)) / pi, averaged over the samples (Gromov et al. 2024, for one layer). An angular distance of 0 means that the
 * block only stretches its input. The input of the block is the output of the previous stage. The angular distance is
 * NaN for stages without a skip, for the first stage, and for blocks whose input and output differ in shape.
 */
import { sameShape } from '../blueprint/shape.ts'
import { rowNorms } from './known-norms.ts'
import type { LayerProbe } from './layer-probe.ts'
import type { PassView, SampleRows } from './pass.ts'

export const angularDistance: LayerProbe = {
  title: 'Angular distance between input and output',
  unit: 'half turns',
  scale: 'linear',
  when: 'snapshots',
  needs: { stages: true },
  read: (view) => view.stages.map((_, index) => distanceAt(view, index)),
}

function distanceAt(view: PassView, index: number): number {
  const { end, skips } = view.stages[index]
  if (index === 0 || !skips) return Number.NaN
  const { end: before } = view.stages[index - 1]
  if (!sameShape(before.layer.output, end.layer.output)) return Number.NaN
  return meanAngle(view.output(before), view.output(end)) / Math.PI
}

/**
 * The mean angle between corresponding rows of two matrices, in radians. Pairs with a zero row are left out, and the
 * mean angle is NaN if no pair remains. The angle between normalized rows u and v is 2 atan2(|u - v|, |u + v|). The
 * atan2 formula is exact near 0 too, where the arccos loses half of its digits (Kahan 2006, section 12).
 */
function meanAngle(one: SampleRows, other: SampleRows): number {
  const { rows, width } = one
  const [ownNorms, otherNorms] = [rowNorms(one), rowNorms(other)]
  let sum = 0
  let count = 0
  for (let row = 0; row < rows; row++) {
    const [ownNorm, otherNorm] = [ownNorms[row], otherNorms[row]]
    if (ownNorm === 0 || otherNorm === 0) continue
    let apart = 0
    let together = 0
    for (let index = row * width; index < (row + 1) * width; index++) {
      const a = one.values[index] / ownNorm
      const b = other.values[index] / otherNorm
      apart += (a - b) * (a - b)
      together += (a + b) * (a + b)
    }
    sum += 2 * Math.atan2(Math.sqrt(apart), Math.sqrt(together))
    count++
  }
  return sum / count
}
