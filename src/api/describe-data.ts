/** Describes the data set of a run, comparison or diagnosis for its folder. */
import { type Dataset, taskOf } from '../data/dataset.ts'
import type { DataDescription } from '../runs/run-description.ts'
import { hashDataset } from './hash-dataset.ts'

/** Builds the description of a data set. `options`: the options with which the data set was loaded. */
export async function describeData(
  data: Dataset,
  options: Readonly<Record<string, unknown>>,
): Promise<DataDescription> {
  return {
    name: data.name,
    task: taskOf(data),
    sha256: await hashDataset(data),
    train: data.train.count,
    test: data.test.count,
    validation: data.validation?.count,
    classNames: data.classNames && [...data.classNames],
    targetNames: data.targetNames && [...data.targetNames],
    notes: data.notes && [...data.notes],
    encoding: data.encoding,
    options: { ...options },
  }
}
