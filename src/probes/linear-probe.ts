/** How well the classes can be told apart by a linear map of what each stage gives (Alain & Bengio 2017). */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { fitRidge, type Matrix } from '../numerics/ridge.ts'
import { createRandom } from '../support/random.ts'
import { yieldToEventLoop } from '../support/yield-to-event-loop.ts'
import type { Weights } from '../training/evaluator.ts'
import { type Recording, recordStages } from './recorded-stages.ts'
import type { ProbeSamples } from './samples.ts'
import { spread } from './spread.ts'
import { type Stage, stagesOf } from './stages.ts'

export interface LinearProbeOptions {
  /** Of the projection of wide stages; 0 by default. */
  readonly seed?: number
  /** How many are probed, spread evenly where there are more; all by default. */
  readonly stages?: number
  /** Throws its reason once it is aborted, between two passes. */
  readonly abort?: AbortSignal
}

/** Fractions of samples whose class has the largest output of the stage's linear map. */
export interface LinearProbeAccuracy {
  /** By stage, on the samples that the maps were fitted on; NaN where it wasn't probed. */
  readonly train: readonly number[]
  readonly test: readonly number[]
}

/**
 * Wider stages are projected at random, which keeps distances to a few percent (Johnson & Lindenstrauss 1984), each
 * value of the projection from the root of as many features as there are (Li, Hastie & Church 2006).
 */
const widest = 256

/**
 * Maps to one-hot classes by ridge regression on all features of a stage, in evaluation mode. Null where samples have
 * values and not classes.
 */
export async function linearProbeAccuracy(
  blueprint: Blueprint,
  backend: Backend,
  train: ProbeSamples,
  test: ProbeSamples,
  weights: Weights,
  { seed = 0, stages: most = Number.POSITIVE_INFINITY, abort }: LinearProbeOptions = {},
): Promise<LinearProbeAccuracy | null> {
  if (train.set.targets !== undefined) return null
  const classes = sizeOf(blueprint.output)
  const seen = await recordStages(blueprint, backend, train, weights)
  try {
    const unseen = await recordStages(blueprint, backend, test, weights)
    try {
      const project = createProjection(seed)
      const wanted = oneHot(train.set.labels, seen.samples, classes)
      const stages = stagesOf(blueprint.root)
      const accuracy = { train: stages.map(() => Number.NaN), test: stages.map(() => Number.NaN) }
      for (const stage of spread(stages.length, most)) {
        await yieldToEventLoop()
        abort?.throwIfAborted()
        const features = project(await featuresOf(seen, stages[stage]))
        const map = fitRidge(features, wanted)
        accuracy.train[stage] = accuracyOf(map(features), train.set.labels)
        accuracy.test[stage] = accuracyOf(map(project(await featuresOf(unseen, stages[stage]))), test.set.labels)
      }
      return accuracy
    } finally {
      unseen.dispose()
    }
  } finally {
    seen.dispose()
  }
}

async function featuresOf(recording: Recording, { end }: Stage): Promise<Matrix> {
  const values = await recording.output(end)
  return { rows: recording.samples, width: values.length / recording.samples, values }
}

/** Stages of the same width are projected in the same way. */
function createProjection(seed: number): (table: Matrix) => Matrix {
  const choices = new Map<number, Chosen>()
  return (table) => {
    const { rows, width, values } = table
    if (width <= widest) return table
    const chosen = choices.get(width) ?? choose(width, seed)
    choices.set(width, chosen)
    const { features, signs } = chosen
    const each = features.length / widest
    const projected = new Float64Array(rows * widest)
    for (let to = 0; to < projected.length; to++) {
      const start = Math.floor(to / widest) * width
      const first = (to % widest) * each
      for (let place = first; place < first + each; place++) {
        projected[to] += signs[place] * values[start + features[place]]
      }
    }
    return { rows, width: widest, values: projected }
  }
}

/** Which features each value of the projection is the sum of, one after the other, and with which signs. */
interface Chosen {
  readonly features: Uint32Array
  readonly signs: Int8Array
}

function choose(width: number, seed: number): Chosen {
  const random = createRandom(seed, 'projection', width)
  const count = widest * Math.ceil(Math.sqrt(width))
  const features = Uint32Array.from({ length: count }, () => Math.floor(random.uniform() * width))
  return { features, signs: Int8Array.from(features, () => (random.uniform() < 0.5 ? -1 : 1)) }
}

function oneHot(labels: ArrayLike<number>, rows: number, classes: number): Matrix {
  const values = new Float64Array(rows * classes)
  for (let row = 0; row < rows; row++) values[row * classes + labels[row]] = 1
  return { rows, width: classes, values }
}

/** NaN where a value isn't finite. */
function accuracyOf({ rows, width, values }: Matrix, labels: ArrayLike<number>): number {
  if (!values.every(Number.isFinite)) return Number.NaN
  let right = 0
  for (let row = 0; row < rows; row++) {
    const outputs = values.subarray(row * width, (row + 1) * width)
    if (outputs.indexOf(Math.max(...outputs)) === labels[row]) right++
  }
  return right / rows
}
