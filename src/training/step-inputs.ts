/** The scalars that change from step to step: what the training graph takes beside the batch. */
import { optimizerScalars } from '../graph/programs.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { scheduleFactor } from '../settings/schedules.ts'

/** By the names of the graph's inputs, for step `step` (0 is the first); `warmedUpAt` as in `scheduleFactor`. */
export function stepInputs(
  settings: TrainingSettings,
  step: number,
  warmedUpAt?: number,
): readonly (readonly [string, number])[] {
  const { optimizer, schedule, steps } = settings
  const rate = optimizer.rate * scheduleFactor(schedule, step, steps, warmedUpAt)
  return [...optimizerScalars(optimizer.rule, rate, step), ['step', step]]
}
