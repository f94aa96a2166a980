/** The samples of probe passes. All snapshots of a training use the same samples. */
import type { InputRows } from '../backends/backend.ts'
import { type Dataset, type Samples, selectSamples } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import type { GivenLoss } from '../graph/losses.ts'
import { createRandom } from '../support/random.ts'
import { type Targets, targetsOf } from '../training/targets.ts'

export interface ProbeSamples {
  readonly count: number
  readonly loss: GivenLoss
  readonly set: Samples
  readonly standardizer: Standardizer
  /** Writes the first `count` samples into the rows, after standardizing the samples. */
  fill(rows: InputRows, count: number): void
  /** The name of the graph input for the targets. */
  readonly target: Targets['input']
  /**
   * Writes the targets of the first `count` samples into the rows. The argument `samples` holds the inputs of the same
   * samples.
   */
  fillTargets(rows: InputRows, count: number, samples: InputRows): void
}

/**
 * Chooses `count` training samples at random by the seed. A training set with fewer samples than `count` is used whole.
 */
export function chooseSamples(
  data: Dataset,
  standardizer: Standardizer,
  loss: GivenLoss,
  count: number,
  seed: number,
): ProbeSamples {
  const order = createRandom(seed, 'probe samples').permutation(data.train.count)
  const set = selectSamples(data.train, order.slice(0, count))
  return samplesOf({ ...data, train: set }, standardizer, loss)
}

/** All training samples of a data set, in the order of the data set. */
export function samplesOf(data: Dataset, standardizer: Standardizer, loss: GivenLoss): ProbeSamples {
  const set = data.train
  const indices = Uint32Array.from({ length: set.count }, (_, index) => index)
  const targets = targetsOf({ data, loss, standardizer })
  return {
    count: set.count,
    loss,
    set,
    standardizer,
    fill: (rows, count) => standardizer.fill(set, indices.subarray(0, count), rows),
    target: targets.input,
    fillTargets: (rows, count, samples) => targets.fill(rows, indices.subarray(0, count), samples),
  }
}
