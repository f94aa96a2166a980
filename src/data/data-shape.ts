/** The input and output sizes of a network for a data set. */
import { type Dataset, outputsOf, type Task, taskOf } from './dataset.ts'

export interface DataShape {
  /** Sizes of one sample: [features] or [channels, height, width]. */
  readonly input: readonly number[]
  /** Width of the readout: the number of classes, or the number of values to predict. */
  readonly classes: number
  readonly task: Task
}

export function shapeOfData(data: Dataset): DataShape {
  return { input: data.shape, classes: outputsOf(data), task: taskOf(data) }
}
