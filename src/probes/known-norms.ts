/** Lengths that several probes need of the same look. */
import { euclideanNorm, normsOfRows } from '../numerics/norm.ts'
import type { PassView, SampleRows } from './pass.ts'
import { type Stage, trainedWeights } from './stages.ts'

const rowsKnown = new WeakMap<SampleRows, Float64Array>()
/** The Euclidean norm of each row, computed once. */
export function rowNorms(outputs: SampleRows): Float64Array {
  const { rows, width, values } = outputs
  const found = rowsKnown.get(outputs) ?? normsOfRows(values, rows, width)
  rowsKnown.set(outputs, found)
  return found
}

/** Of the gradient with respect to all weights of a stage that are trained; NaN where none is. */
export function gradientNormOf(view: PassView, stage: Stage): number {
  const places = trainedWeights(stage)
  if (places.length === 0) return Number.NaN
  return euclideanNorm([places.map((place) => view.gradientNorm(place))])
}
