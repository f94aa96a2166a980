/** Scores a network's outputs, batch by batch, so that the outputs need not be stored. */
import type { Samples } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import { type GivenLoss, lossOf, predictedClass } from '../graph/losses.ts'
import { assertInvariant } from '../support/errors.ts'
import { scoreClasses } from './score-classes.ts'
import { scoreValues } from './score-values.ts'
import type { Scorer } from './scores.ts'

/** Creates a scorer for a set of samples. `width`: the number of outputs for each sample. */
export function createScorer(set: Samples, standardizer: Standardizer, loss: GivenLoss, width: number): Scorer {
  if (set.targets === undefined) {
    const row = lossOf(loss)
    const score = (outputs: Float64Array, label: number, largest: number): number =>
      row.classes.score(outputs, label, largest, row.delta)
    return scoreClasses(set, score, width, (outputs) => predictedClass(outputs, row))
  }
  const { values, delta, op } = lossOf(loss)
  assertInvariant(values !== null, `${op} can't compare values`)
  const lossOfValue = (output: number, target: number): number => values.score(output, target, delta)
  return scoreValues(set, standardizer, { lossOfValue, prediction: values.prediction }, width)
}
