/**
 * How little a stage changes of what its input says about the samples: linear CKA (Kornblith et al. 2019, section 3) between
 * its outputs and those of the stage before. 1: the same up to a turn, a shift and a stretch. NaN for the first stage, and
 * where all samples have the same outputs. With few samples and many units it is above 0 by chance.
 */
import { gramOfRows } from '../numerics/linear-algebra.ts'
import { euclideanNorm, largestMagnitude } from '../numerics/norm.ts'
import type { LayerProbe } from './layer-probe.ts'
import type { SampleRows } from './pass.ts'

export const neighborSimilarity: LayerProbe = {
  title: 'Similarity to the stage before (CKA)',
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

/** Of normalized Gram matrices [samples, samples] this is CKA: <K, L> / (|K| |L|). */
function innerProduct(one: Float64Array, other: Float64Array): number {
  let sum = 0
  for (let index = 0; index < one.length; index++) sum += one[index] * other[index]
  return sum
}

/** The Gram matrix of the rows, each column of them centered, over its norm. */
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
  // What is left of equal values is the rounding of their mean.
  if (largest <= 2 * rows * Number.EPSILON * largestMagnitude(values))
    return new Float64Array(rows * rows).fill(Number.NaN)
  for (let index = 0; index < centered.length; index++) centered[index] /= largest
  const gram = gramOfRows(centered, rows, width)
  const norm = euclideanNorm([gram])
  return gram.map((value) => value / norm)
}
