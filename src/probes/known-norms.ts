/** Lengths that several probes need of the same look, each computed once. */
import { euclideanNorm, normsOfRows } from './norm.ts'
import type { Rows, Sight } from './pass.ts'
import { type Stage, trainedWeights } from './stages.ts'

const rowsKnown = new WeakMap<Rows, Float64Array>()
const gradientsKnown = new WeakMap<Sight, Map<Stage, number>>()

/** The Euclidean norm of each row. */
export function rowNorms(outputs: Rows): Float64Array {
  const { rows, width, values } = outputs
  const found = rowsKnown.get(outputs) ?? normsOfRows(values, rows, width)
  rowsKnown.set(outputs, found)
  return found
}

/** Of the gradient with respect to all weights of a stage that are trained; NaN where none is. */
export function gradientNormOf(sight: Sight, stage: Stage): number {
  const known = gradientsKnown.get(sight) ?? new Map<Stage, number>()
  gradientsKnown.set(sight, known)
  const places = trainedWeights(stage)
  const found =
    known.get(stage) ?? (places.length === 0 ? Number.NaN : euclideanNorm(places.map((place) => sight.gradient(place))))
  known.set(stage, found)
  return found
}
