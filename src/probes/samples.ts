/** The samples that a network is looked at with: the same few at every look. */
import type { InputRows, Program } from '../backends/backend.ts'
import { type Dataset, type Samples, selectSamples } from '../data/dataset.ts'
import type { Standardiser } from '../data/standardise.ts'
import type { LossName } from '../graph/losses.ts'
import { createRandom } from '../support/random.ts'
import { createTargetWriter } from '../training/targets.ts'

export interface ProbeSamples {
  readonly count: number
  readonly loss: LossName
  readonly set: Samples
  readonly standardiser: Standardiser
  /** Writes the first rows of the samples, standardised, as many as there is room for. */
  fill(rows: InputRows, count: number): void
  /** Writes what these rows should give to the program's `labels` or `targets`; after `fill`. */
  fillTargets(program: Program, count: number): void
}

/** `count` of the training samples, or all where there are fewer, chosen by the seed. */
export function chooseSamples(
  data: Dataset,
  standardiser: Standardiser,
  loss: LossName,
  count: number,
  seed: number,
): ProbeSamples {
  const order = createRandom(seed, 'probe samples').permutation(data.train.count)
  const set = selectSamples(data.train, order.slice(0, count))
  return samplesOf({ ...data, train: set }, standardiser, loss)
}

/** All training samples of a data set, in their order. */
export function samplesOf(data: Dataset, standardiser: Standardiser, loss: LossName): ProbeSamples {
  const set = data.train
  const indices = Uint32Array.from({ length: set.count }, (_, index) => index)
  return {
    count: set.count,
    loss,
    set,
    standardiser,
    fill: (rows, count) => standardiser.fill(set, indices.subarray(0, count), rows),
    fillTargets: (program, count) => {
      createTargetWriter({ data, settings: { loss }, standardiser }, program)(indices.subarray(0, count), 0)
    },
  }
}
