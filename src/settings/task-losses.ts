/** The losses that suit each task. */
import type { Task } from '../data/dataset.ts'
import { type LossName, losses, lossNames } from '../graph/losses.ts'

const usual = {
  classification: 'cross-entropy',
  regression: 'squared-error',
  autoencoding: 'squared-error',
} as const satisfies Record<Task, LossName>

/** Returns the default loss of a task. */
export const usualLoss = (task: Task): LossName => usual[task]

/**
 * Returns the losses that suit a task. Any loss suits targets that are classes. Targets that are values need a loss
 * that compares values.
 */
export function lossesFor(task: Task): readonly LossName[] {
  return task === 'classification' ? lossNames : lossNames.filter((name) => losses[name].values !== null)
}
