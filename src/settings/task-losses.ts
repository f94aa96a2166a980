/** Which losses suit a task. */
import type { Task } from '../data/dataset.ts'
import { type LossName, losses, lossNames } from '../graph/losses.ts'

const usual = {
  classification: 'cross-entropy',
  regression: 'squared-error',
  autoencoding: 'squared-error',
} as const satisfies Record<Task, LossName>

/** The loss of a task for which none is chosen. */
export const usualLoss = (task: Task): LossName => usual[task]

/** Classes can be told apart by any loss. Values need a loss that compares values. */
export function lossesFor(task: Task): readonly LossName[] {
  return task === 'classification' ? lossNames : lossNames.filter((name) => losses[name].values !== null)
}
