/** Predictions of some samples, from which reports draw predicted against actual values. */
import { type Samples, selectSamples } from '../data/dataset.ts'
import type { Scale, Standardizer } from '../data/standardize.ts'
import { type GivenLoss, lossOf } from '../graph/losses.ts'
import { createRandom } from '../support/random.ts'
import type { Evaluator } from './evaluator.ts'

/** Actual and predicted values of some samples of a regression, in the units of the targets. */
export interface DrawnPredictions {
  /** The set of the samples: the test set, or the training set of data without test samples. */
  readonly set: 'train' | 'test'
  /** The first targets, at most four. */
  readonly targets: readonly DrawnTarget[]
}

/** Values of one target for the drawn samples, in the same order, rounded to 7 significant digits. */
export interface DrawnTarget {
  readonly actual: readonly number[]
  /** A predicted value is null if it is not finite. */
  readonly predicted: readonly (number | null)[]
}

/** Most targets that are drawn. */
export const mostDrawnTargets = 4
/** Most samples that are drawn. */
const mostSamples = 200
/** Seed that chooses the samples, so that all trainings with the same data have the same samples. */
const sampleSeed = 1

/**
 * Chooses at most `most` samples of a set at random. The same set gives the same samples, whatever the training. A
 * smaller set is returned whole.
 */
export function drawSamples(set: Samples, most: number): Samples {
  if (set.count <= most) return set
  const order = createRandom(sampleSeed, 'drawn samples').permutation(set.count)
  return selectSamples(set, order.slice(0, most))
}

/**
 * Predicts some test samples with the weights that the evaluator holds, or some training samples if there are no test
 * samples. Returns undefined for any task but regression.
 */
export async function drawPredictions(
  evaluator: Evaluator,
  { train, test }: { readonly train: Samples; readonly test: Samples },
  standardizer: Standardizer,
  loss: GivenLoss,
): Promise<DrawnPredictions | undefined> {
  const set = test.count > 0 ? 'test' : 'train'
  const samples = set === 'test' ? test : train
  if (samples.count === 0 || !hasValues(samples)) return undefined
  const drawn = drawSamples(samples, mostSamples)
  if (!hasValues(drawn)) return undefined
  const { targets: actual } = drawn
  const width = actual.length / drawn.count
  const prediction = lossOf(loss).values?.prediction ?? ((output: number): number => output)
  const restore = unitsOf(standardizer.targets)
  const targets = Array.from({ length: Math.min(mostDrawnTargets, width) }, (_, target) => ({
    actual: Array.from({ length: drawn.count }, (_one, row) => rounded(actual[row * width + target])),
    predicted: new Array<number | null>(drawn.count).fill(null),
  }))
  await evaluator.eachOutput(drawn, standardizer, (outputs, first) => {
    for (let row = 0; row < outputs.length / width; row++) {
      for (const [target, { predicted }] of targets.entries()) {
        const value = restore(prediction(outputs[row * width + target]), target)
        predicted[first + row] = Number.isFinite(value) ? rounded(value) : null
      }
    }
  })
  return { set, targets }
}

type ValueSamples = Samples & { readonly targets: Float32Array | Float64Array }

const hasValues = (samples: Samples): samples is ValueSamples =>
  samples.targets !== undefined && samples.targets !== 'inputs'

const unitsOf =
  ({ mean, deviation }: Scale) =>
  (value: number, target: number): number =>
    value * deviation[target] + mean[target]

const rounded = (value: number): number => Number(value.toPrecision(7))
