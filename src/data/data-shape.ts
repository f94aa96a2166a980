/** What a network for a data set takes and gives. */
import { type Dataset, outputsOf, type Task, taskOf } from './dataset.ts'

export interface DataShape {
  /** Sizes of one sample. */
  readonly input: readonly number[]
  /** The width of the read-out: as many as there are classes, or values to predict. */
  readonly classes: number
  readonly task: Task
}

export function shapeOfData(data: Dataset): DataShape {
  return { input: data.shape, classes: outputsOf(data), task: taskOf(data) }
}
