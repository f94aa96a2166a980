/** Makes trainings for tests of facts. */
import type { Dataset } from '../../src/data/dataset.ts'
import { taskOf } from '../../src/data/dataset.ts'
import type { Fact, FactName, FactSubject } from '../../src/facts/fact.ts'
import { factsOf } from '../../src/facts/facts.ts'
import type { Layer } from '../../src/network/network.ts'
import { absorbSigmoid } from '../../src/settings/absorb-sigmoid.ts'
import { resolveOptions } from '../../src/settings/options.ts'
import type { TrainingOptions } from '../../src/settings/training.ts'

/** A training of a network on a data set. */
export function subjectOf(network: Layer, data: Dataset, asked: TrainingOptions = {}): FactSubject {
  const settings = resolveOptions(asked, data.train.count, taskOf(data))
  return { blueprint: absorbSigmoid(network, data.shape, settings.loss).blueprint, data, settings, asked }
}

/** The facts about a training. */
export const factsAbout = (network: Layer, data: Dataset, asked?: TrainingOptions): readonly Fact[] =>
  factsOf(subjectOf(network, data, asked))

/** The fact with the given name, or undefined if the training doesn't have this fault. */
export const factAbout = (name: FactName, network: Layer, data: Dataset, asked?: TrainingOptions): Fact | undefined =>
  factsAbout(network, data, asked).find(({ fact }) => fact === name)

/** A table: rows of inputs, with a label or with targets for each row. The test set is empty. */
export function tableOf(
  rows: readonly (readonly number[])[],
  outputs: { labels: readonly number[]; classes: number } | { targets: readonly (readonly number[])[] },
): Dataset {
  const inputs = Float64Array.from(rows.flat())
  const own =
    'labels' in outputs
      ? { labels: Uint8Array.from(outputs.labels) }
      : { labels: new Uint8Array(0), targets: Float64Array.from(outputs.targets.flat()) }
  return {
    name: 'table',
    shape: [rows[0].length],
    classes: 'labels' in outputs ? outputs.classes : 0,
    train: { count: rows.length, inputs, ...own },
    test: {
      count: 0,
      inputs: new Float64Array(0),
      labels: new Uint8Array(0),
      ...('targets' in outputs ? { targets: new Float64Array(0) } : {}),
    },
  }
}

/** Numbers from 0 to `count` - 1, as values of a function of the number. */
export const each = <T>(count: number, value: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => value(index))
