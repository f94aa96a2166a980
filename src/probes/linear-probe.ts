/** Measures how well a linear map of the outputs of each stage distinguishes the classes (Alain & Bengio 2017). */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { classesOfOutputs } from '../graph/losses.ts'
import { fitRidge, type Matrix } from '../numerics/ridge.ts'
import { createRandom } from '../support/random.ts'
import { yieldToEventLoop } from '../support/yield-to-event-loop.ts'
import type { Weights } from '../training/evaluator.ts'
import { type Recording, recordStages } from './recorded-stages.ts'
import type { ProbeSamples } from './samples.ts'
import { spread } from './spread.ts'
import { type Stage, stagesOf } from './stages.ts'

export interface LinearProbeOptions {
  /** Seed of the random projection of wide stages; 0 by default. */
  readonly seed?: number
  /**
   * Largest number of probed stages. By default, all stages are probed. If the network has more stages than `stages`,
   * the probed stages are evenly spread.
   */
  readonly stages?: number
  /**
   * `AbortSignal` that stops the measurement between two passes. A stopped measurement throws the signal's `reason`.
   */
  readonly abort?: AbortSignal
}

/** The accuracy of each stage: the fraction of samples whose class has the largest output of the linear map. */
export interface LinearProbeAccuracy {
  /**
   * The accuracy of each stage on the training samples, on which the maps were fitted, or NaN if the stage was not
   * probed.
   */
  readonly train: readonly number[]
  /** The accuracy of each stage on the test samples, or NaN if the stage was not probed. */
  readonly test: readonly number[]
}

/**
 * Largest width of a stage whose outputs are not projected. The outputs of a stage wider than 256 are projected at
 * random, which preserves distances within a few percent (Johnson & Lindenstrauss 1984). Each projected value adds up
 * sqrt(n) of the n features (Li, Hastie & Church 2006).
 */
const widest = 256

/**
 * Fits a linear map from all features of each stage to one-hot classes, by ridge regression in evaluation mode. Returns
 * null if the samples have target values instead of classes.
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
  const classes = classesOfOutputs(sizeOf(blueprint.output))
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

/**
 * Returns a function that projects the outputs of wide stages at random. Stages of the same width have the same
 * projection.
 */
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

/**
 * The features and the signs of a random projection. Each projected value is the signed sum of equally many consecutive
 * entries of `features`.
 */
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

/** The fraction of rows whose label has the largest output, or NaN if an output is not finite. */
function accuracyOf({ rows, width, values }: Matrix, labels: ArrayLike<number>): number {
  if (!values.every(Number.isFinite)) return Number.NaN
  let right = 0
  for (let row = 0; row < rows; row++) {
    const outputs = values.subarray(row * width, (row + 1) * width)
    if (outputs.indexOf(Math.max(...outputs)) === labels[row]) right++
  }
  return right / rows
}
