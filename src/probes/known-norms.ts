/** Norms that several probes share in the same probe pass. */
import { euclideanNorm, normsOfRows } from '../numerics/norm.ts'
import type { PassView, SampleRows } from './pass.ts'
import { type Stage, trainedWeights } from './stages.ts'

const rowsKnown = new WeakMap<SampleRows, Float64Array>()
/** The Euclidean norm of each row, computed only once for the same rows. */
export function rowNorms(outputs: SampleRows): Float64Array {
  const { rows, width, values } = outputs
  const found = rowsKnown.get(outputs) ?? normsOfRows(values, rows, width)
  rowsKnown.set(outputs, found)
  return found
}

/**
 * The norm of the gradient with respect to all trained weights of a stage, or NaN if the stage has no trained weights.
 */
export function gradientNormOf(view: PassView, stage: Stage): number {
  const places = trainedWeights(stage)
  if (places.length === 0) return Number.NaN
  return euclideanNorm([places.map((place) => view.gradientNorm(place))])
}
