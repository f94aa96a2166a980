/** Computes loss and error from a network's outputs, batch by batch, so that the outputs need not be stored. */
import type { Samples } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import { type GivenLoss, lossOf, predictedClass } from '../graph/losses.ts'
import { assertInvariant } from '../support/errors.ts'

/** Scores of a network on a set of samples. A score is null if the outputs of the network aren't finite, or if the set is empty. */
export interface Scores {
  /** Mean loss over the samples, without weight decay. */
  readonly loss: number | null
  /**
   * For classification, the error is the fraction of the samples whose predicted class isn't the label, from 0 to 1.
   * The predicted class has the largest output. If the network has a single output for two classes, the output is
   * compared with the threshold of the loss.
   *
   * For regression and autoencoding, the error is the unexplained fraction of the variance, 1 - R^2. The unexplained
   * fraction is A / B, where A and B are in standardized units. The numerator A is the sum of the squared distances
   * between outputs and targets. The denominator B is the sum of the squared distances between the targets and their
   * means in the set of samples. A network that always outputs the means of the targets has error 1, and errors above 1
   * are possible. The error is null if no target varies in the set of samples.
   */
  readonly error: number | null
  /**
   * Regression only: root of the mean squared distance between output and target, for each target, in the target's
   * units.
   */
  readonly rmse?: readonly (number | null)[]
}

/** Null scores, for a set of samples that was not scored or that is empty. */
export const unscored: Scores = { loss: null, error: null }

/** Accumulates the scores of a network on a set of samples. The outputs must be added in the order of the samples. */
export interface Scorer {
  /** Adds rows of outputs to the scores. The first row of outputs belongs to the sample with number `first`. */
  add(outputs: Float64Array, first: number): void
  finish(): Scores
}

/** Creates a scorer for a set of samples. `width`: the number of outputs for each sample. */
export function createScorer(set: Samples, standardizer: Standardizer, loss: GivenLoss, width: number): Scorer {
  return set.targets === undefined ? scoreClasses(set, loss, width) : scoreValues(set, standardizer, loss, width)
}

function scoreClasses({ labels }: Samples, given: GivenLoss, width: number): Scorer {
  const loss = lossOf(given)
  const { score } = loss.classes
  let total = 0
  let wrong = 0
  return {
    add(outputs, first) {
      for (let start = 0, sample = first; start < outputs.length; start += width, sample++) {
        const row = outputs.subarray(start, start + width)
        const label = labels[sample]
        const best = predictedClass(row, loss)
        if (best !== label) wrong++
        total += score(row, label, row[best], loss.delta)
      }
    },
    finish() {
      const mean = total / labels.length
      return Number.isFinite(mean) ? { loss: mean, error: wrong / labels.length } : { loss: null, error: null }
    },
  }
}

function scoreValues(set: Samples, standardizer: Standardizer, given: GivenLoss, width: number): Scorer {
  const { values, delta, op } = lossOf(given)
  assertInvariant(values !== null, `${op} can't compare values`)
  const { prediction } = values
  const lossSums = new Float64Array(width)
  const squares = new Float64Array(width) // sums of the squared differences between predicted values and targets
  // Targets are summed as differences from the first sample's targets, so that a large mean doesn't reduce the
  // precision.
  const origin = targetRows(set, standardizer, 0, 1, width)
  const sums = new Float64Array(width)
  const sumsOfSquares = new Float64Array(width)
  return {
    add(outputs, first) {
      const targets = targetRows(set, standardizer, first, outputs.length / width, width)
      for (let index = 0, output = 0; index < outputs.length; index++, output = (output + 1) % width) {
        lossSums[output] += values.score(outputs[index], targets[index], delta)
        const predicted = prediction === null ? outputs[index] : prediction(outputs[index])
        squares[output] += (predicted - targets[index]) ** 2
        const distance = targets[index] - origin[output]
        sums[output] += distance
        sumsOfSquares[output] += distance * distance
      }
    },
    finish() {
      const sumOf = (terms: Float64Array): number => terms.reduce((sum, value) => sum + value, 0)
      const variance = sumsOfSquares.reduce((sum, value, output) => sum + value - sums[output] ** 2 / set.count, 0)
      const error = sumOf(squares) / variance
      const scores = { loss: finite(sumOf(lossSums) / (set.count * width)), error: variance > 0 ? finite(error) : null }
      if (set.targets === 'inputs') return scores
      const { deviation } = standardizer.targets
      return { ...scores, rmse: Array.from(squares, (sum, k) => finite(Math.sqrt(sum / set.count) * deviation[k])) }
    },
  }
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

function targetRows(set: Samples, standardizer: Standardizer, first: number, count: number, width: number) {
  const array = new Float64Array(count * width)
  const indices = Uint32Array.from({ length: count }, (_, row) => first + row)
  standardizer.fillTargets(set, indices, { array, offset: 0, stride: width })
  return array
}
