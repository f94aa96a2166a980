/** Scores of a regression or an autoencoder: loss, unexplained variance, and R^2, RMSE and MAE of each target. */
import type { Samples } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import type { Scorer } from './scores.ts'

/** The parts of a loss that score values. */
export interface ScoredLoss {
  /** Returns the loss of one output, in standardized units. */
  readonly lossOfValue: (output: number, target: number) => number
  /** Turns an output into the predicted value, or is null for a loss whose outputs are the predicted values. */
  readonly prediction: ((output: number) => number) | null
}

/** Creates a scorer for samples that have values as targets. `width`: the number of outputs for each sample. */
export function scoreValues(set: Samples, standardizer: Standardizer, loss: ScoredLoss, width: number): Scorer {
  const { lossOfValue, prediction } = loss
  const lossSums = new Float64Array(width)
  const squares = new Float64Array(width) // sums of the squared differences between predicted values and targets
  const distances = new Float64Array(width) // sums of the absolute differences between predicted values and targets
  const spread = createSpread(targetRows(set, standardizer, 0, 1, width))
  return {
    add(outputs, first) {
      const targets = targetRows(set, standardizer, first, outputs.length / width, width)
      for (let index = 0, output = 0; index < outputs.length; index++, output = (output + 1) % width) {
        lossSums[output] += lossOfValue(outputs[index], targets[index])
        const predicted = prediction === null ? outputs[index] : prediction(outputs[index])
        const difference = predicted - targets[index]
        squares[output] += difference * difference
        distances[output] += Math.abs(difference)
      }
      spread.add(targets)
    },
    finish() {
      const sumOf = (terms: Float64Array): number => terms.reduce((sum, value) => sum + value, 0)
      const { squaredDistances, varies } = spread
      const error = sumOf(squares) / sumOf(squaredDistances)
      const scores = {
        loss: finite(sumOf(lossSums) / (set.count * width)),
        error: varies.includes(1) ? finite(error) : null,
      }
      if (set.targets === 'inputs') return scores
      const { deviation } = standardizer.targets
      return {
        ...scores,
        r2: Array.from(squares, (sum, k) => (varies[k] ? finite(1 - sum / squaredDistances[k]) : null)),
        rmse: Array.from(squares, (sum, k) => finite(Math.sqrt(sum / set.count) * deviation[k])),
        mae: Array.from(distances, (sum, k) => finite((sum / set.count) * deviation[k])),
      }
    },
  }
}

/**
 * Sums the squared distances of the targets from their means. `origin`: the targets of the first sample. Targets are
 * taken as distances from the origin, so a mean far from 0 costs no precision. Each batch is summed around its own mean,
 * and the sums of batches are merged by the formula of Chan, Golub and LeVeque (1979). So a first sample far from all
 * others costs no precision either.
 */
function createSpread(origin: Float64Array) {
  const width = origin.length
  const mean = new Float64Array(width)
  const squaredDistances = new Float64Array(width)
  const varies = new Uint8Array(width)
  let count = 0
  return {
    squaredDistances,
    /** 1 for each target that varies. A target that doesn't vary has squared distances of 0. */
    varies,
    add(targets: Float64Array) {
      const added = targets.length / width
      for (let output = 0; output < width; output++) {
        const start = origin[output]
        let sum = 0
        for (let index = output; index < targets.length; index += width) {
          const distance = targets[index] - start
          if (distance !== 0) varies[output] = 1
          sum += distance
        }
        const own = sum / added
        let ownSquares = 0
        for (let index = output; index < targets.length; index += width) {
          ownSquares += (targets[index] - start - own) ** 2
        }
        const gap = own - mean[output]
        squaredDistances[output] += ownSquares + gap * gap * ((count * added) / (count + added))
        mean[output] += gap * (added / (count + added))
      }
      count += added
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
