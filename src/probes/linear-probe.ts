/** How well the classes can be told apart by a linear map of what each stage gives (Alain & Bengio 2017). */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { createRandom } from '../support/random.ts'
import type { Weights } from '../training/evaluate.ts'
import { type Recording, recordStages } from './record.ts'
import { fitRidge, type Table, times } from './ridge.ts'
import type { ProbeSamples } from './samples.ts'
import { type Stage, stagesOf } from './stages.ts'

export interface LinearProbeOptions {
  /** Of the projection of wide stages; 0 by default. */
  readonly seed?: number
}

/** Fractions of samples whose class has the largest output of the stage's linear map. */
export interface LinearProbeAccuracy {
  /** By stage, on the samples that the maps were fitted on. */
  readonly train: readonly number[]
  readonly test: readonly number[]
}

/** Wider stages are projected at random: that keeps distances to a few percent (Johnson & Lindenstrauss 1984). */
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
  { seed = 0 }: LinearProbeOptions = {},
): Promise<LinearProbeAccuracy | null> {
  if (train.set.targets !== undefined) return null
  const classes = sizeOf(blueprint.output)
  const seen = await recordStages(blueprint, backend, train, weights)
  try {
    const unseen = await recordStages(blueprint, backend, test, weights)
    try {
      const project = createProjection(seed)
      const wanted = oneHot(train.set.labels, seen.samples, classes)
      const accuracies = stagesOf(blueprint.root).map((stage) => {
        const features = project(featuresOf(seen, stage))
        const map = fitRidge(features, wanted)
        return {
          train: accuracyOf(map(features), train.set.labels),
          test: accuracyOf(map(project(featuresOf(unseen, stage))), test.set.labels),
        }
      })
      return { train: accuracies.map(({ train: own }) => own), test: accuracies.map(({ test: own }) => own) }
    } finally {
      unseen.dispose()
    }
  } finally {
    seen.dispose()
  }
}

function featuresOf(recording: Recording, { end }: Stage): Table {
  const values = recording.output(end)
  return { rows: recording.samples, width: values.length / recording.samples, values }
}

/** Stages of the same width are projected in the same way. */
function createProjection(seed: number): (table: Table) => Table {
  const matrices = new Map<number, Table>()
  return (table) => {
    const { width } = table
    if (width <= widest) return table
    const matrix = matrices.get(width) ?? gaussianMatrix(width, seed)
    matrices.set(width, matrix)
    return times(table, matrix)
  }
}

function gaussianMatrix(rows: number, seed: number): Table {
  const random = createRandom(seed, 'projection', rows)
  return { rows, width: widest, values: new Float64Array(rows * widest).map(() => random.normal()) }
}

function oneHot(labels: ArrayLike<number>, rows: number, classes: number): Table {
  const values = new Float64Array(rows * classes)
  for (let row = 0; row < rows; row++) values[row * classes + labels[row]] = 1
  return { rows, width: classes, values }
}

/** NaN where a value isn't finite. */
function accuracyOf({ rows, width, values }: Table, labels: ArrayLike<number>): number {
  if (!values.every(Number.isFinite)) return Number.NaN
  let right = 0
  for (let row = 0; row < rows; row++) {
    const outputs = values.subarray(row * width, (row + 1) * width)
    if (outputs.indexOf(Math.max(...outputs)) === labels[row]) right++
  }
  return right / rows
}
