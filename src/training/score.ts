/** Loss and error from a network's outputs, batch by batch, so that nobody has to keep all of them. */
import type { Samples } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import { type LossName, losses } from '../graph/losses.ts'
import { assertInvariant } from '../support/errors.ts'

/** Null where the network's outputs aren't finite. */
export interface Scores {
  /** The mean loss. */
  readonly loss: number | null
  /**
   * Classes: the fraction of samples whose largest output isn't the label's, 0..1. Values and autoencoding: the
   * fraction of the variance that isn't explained, 1 - R^2: the squared distances between outputs and targets over those
   * between the targets and their means in this set, both in standardized units. 1 is what the mean alone scores, and
   * worse is possible; null where the targets don't vary.
   */
  readonly error: number | null
  /** Values alone: the root of the mean squared distance of each target, in the target's own units. */
  readonly rmse?: readonly (number | null)[]
}

/** Takes a set's outputs in the order of its samples. */
export interface Scorer {
  /** Rows of outputs, of which the first belongs to sample `first`. */
  add(outputs: Float64Array, first: number): void
  finish(): Scores
}

export function createScorer(set: Samples, standardizer: Standardizer, loss: LossName, width: number): Scorer {
  return set.targets === undefined ? scoreClasses(set, loss, width) : scoreValues(set, standardizer, loss, width)
}

function scoreClasses({ labels }: Samples, loss: LossName, width: number): Scorer {
  const { score } = losses[loss].classes
  let total = 0
  let wrong = 0
  return {
    add(outputs, first) {
      for (let start = 0, sample = first; start < outputs.length; start += width, sample++) {
        const row = outputs.subarray(start, start + width)
        const label = labels[sample]
        let best = 0
        for (let output = 1; output < width; output++) if (row[output] > row[best]) best = output
        if (best !== label) wrong++
        total += score(row, label, row[best])
      }
    },
    finish() {
      const mean = total / labels.length
      return Number.isFinite(mean) ? { loss: mean, error: wrong / labels.length } : { loss: null, error: null }
    },
  }
}

function scoreValues(set: Samples, standardizer: Standardizer, loss: LossName, width: number): Scorer {
  const { values } = losses[loss]
  assertInvariant(values !== null, `${loss} can't compare values`)
  const lossSums = new Float64Array(width)
  const squares = new Float64Array(width) // of outputs minus targets
  // Sums of targets and of their squares. Counted from the first sample's, so that a large mean costs no digits.
  const origin = targetRows(set, standardizer, 0, 1, width)
  const sums = new Float64Array(width)
  const sumsOfSquares = new Float64Array(width)
  return {
    add(outputs, first) {
      const targets = targetRows(set, standardizer, first, outputs.length / width, width)
      for (let index = 0, output = 0; index < outputs.length; index++, output = (output + 1) % width) {
        lossSums[output] += values.score(outputs[index], targets[index])
        squares[output] += (outputs[index] - targets[index]) ** 2
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
