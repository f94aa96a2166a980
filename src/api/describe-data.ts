/** What a folder keeps of the data set that its work was begun with. */
import { type Dataset, taskOf } from '../data/dataset.ts'
import type { DataDescription } from '../runs/run-description.ts'
import { hashDataset } from './hash-dataset.ts'

/** `options`: what the set was loaded with. */
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
