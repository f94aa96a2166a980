/** The samples that a network is looked at with: the same few at every look. */
import type { InputRows } from '../backends/backend.ts'
import { type Dataset, type Samples, selectSamples } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import type { LossName } from '../graph/losses.ts'
import { createRandom } from '../support/random.ts'
import { type Targets, targetsOf } from '../training/targets.ts'

export interface ProbeSamples {
  readonly count: number
  readonly loss: LossName
  readonly set: Samples
  readonly standardizer: Standardizer
  /** Writes the first rows of the samples, standardized, as many as there is room for. */
  fill(rows: InputRows, count: number): void
  /** The input for the answers to these rows. */
  readonly target: Targets['input']
  /** Writes the answers to the first rows of the samples, which are in `samples`. */
  fillTargets(rows: InputRows, count: number, samples: InputRows): void
}

/** `count` of the training samples, or all where there are fewer, chosen by the seed. */
export function chooseSamples(
  data: Dataset,
  standardizer: Standardizer,
  loss: LossName,
  count: number,
  seed: number,
): ProbeSamples {
  const order = createRandom(seed, 'probe samples').permutation(data.train.count)
  const set = selectSamples(data.train, order.slice(0, count))
  return samplesOf({ ...data, train: set }, standardizer, loss)
}

/** All training samples of a data set, in their order. */
export function samplesOf(data: Dataset, standardizer: Standardizer, loss: LossName): ProbeSamples {
  const set = data.train
  const indices = Uint32Array.from({ length: set.count }, (_, index) => index)
  const targets = targetsOf({ data, settings: { loss }, standardizer })
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
