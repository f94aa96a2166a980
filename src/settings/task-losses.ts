/** The losses that suit each task. */
import type { DataShape } from '../data/data-shape.ts'
import type { Task } from '../data/dataset.ts'
import { type LossName, losses, lossNames } from '../graph/losses.ts'
import { type LossAlias, lossNamed } from './loss-kind.ts'

const usual = {
  classification: 'cross-entropy',
  regression: 'squared-error',
  autoencoding: 'squared-error',
} as const satisfies Record<Task, LossName>

/** Returns the default loss of a task. */
export const usualLoss = (task: Task): LossName => usual[task]

/**
 * Returns the numbers of outputs that a network may have, the usual number first. `wanted` is the number of classes, or
 * the number of values to predict. For two classes, a network may have a single output if the loss allows it.
 */
export function outputCounts(
  task: Task,
  wanted: number,
  loss: LossName | LossAlias = usualLoss(task),
): readonly number[] {
  const { single } = losses[lossNamed(loss)]
  if (task !== 'classification' || wanted !== 2 || single === null) return [wanted]
  return single.isUsual ? [1, 2] : [2, 1]
}

/** Returns the sizes of a network for a data set and a loss. `classes` becomes the number of outputs that presets get. */
export function shapeForLoss(shape: DataShape, loss?: LossName | LossAlias): DataShape {
  return { ...shape, classes: outputCounts(shape.task, shape.classes, loss)[0] }
}

/**
 * Returns the losses that suit a task. Any loss suits targets that are classes. Targets that are values need a loss
 * that compares values.
 */
export function lossesFor(task: Task): readonly LossName[] {
  return task === 'classification' ? lossNames : lossNames.filter((name) => losses[name].values !== null)
}
