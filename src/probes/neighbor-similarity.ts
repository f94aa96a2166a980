/**
 * The similarity between the outputs of a stage and of the previous stage: linear CKA (Kornblith et al. 2019, section
 * 3). At a similarity of 1, the outputs of the two stages are equal up to a rotation, a shift and a scale. The
 * similarity to the previous stage is NaN for the first stage, and if all samples have the same outputs. With few
 * samples and many units, the CKA similarity is above 0 by chance.
 */
import { gramOfRows } from '../numerics/linear-algebra.ts'
import { euclideanNorm, largestMagnitude } from '../numerics/norm.ts'
import type { LayerProbe } from './layer-probe.ts'
import type { SampleRows } from './pass.ts'

export const neighborSimilarity: LayerProbe = {
  title: 'Similarity to the previous stage (CKA)',
  scale: 'linear',
  when: 'ends',
  needs: { stages: true },
  read: (view) => {
    let before: Float64Array | undefined
    return view.stages.map(({ end }) => {
      const gram = similarities(view.output(end))
      const similarity = before ? innerProduct(before, gram) : Number.NaN
      before = gram
      return similarity
    })
  },
}

/**
 * The inner product of two matrices. For normalized Gram matrices [samples, samples], the inner product is CKA: <K, L>
 * / (|K| |L|).
 */
function innerProduct(one: Float64Array, other: Float64Array): number {
  let sum = 0
  for (let index = 0; index < one.length; index++) sum += one[index] * other[index]
  return sum
}

/** The Gram matrix of the rows, with centered columns, divided by the norm of the Gram matrix. */
function similarities({ rows, width, values }: SampleRows): Float64Array {
  const centered = Float64Array.from(values)
  const means = new Float64Array(width)
  for (let start = 0; start < centered.length; start += width) {
    for (let index = 0; index < width; index++) means[index] += centered[start + index] / rows
  }
  for (let start = 0; start < centered.length; start += width) {
    for (let index = 0; index < width; index++) centered[start + index] -= means[index]
  }
  const largest = largestMagnitude(centered)
  // If all values of a column are equal, the centered column holds only the rounding error of the mean.
  if (largest <= 2 * rows * Number.EPSILON * largestMagnitude(values))
    return new Float64Array(rows * rows).fill(Number.NaN)
  for (let index = 0; index < centered.length; index++) centered[index] /= largest
  const gram = gramOfRows(centered, rows, width)
  const norm = euclideanNorm([gram])
  return gram.map((value) => value / norm)
}
