/** The scalars that change from step to step: what the training graph takes beside the batch. */
import { optimizerScalars } from '../graph/programs.ts'
import type { TrainingSettings } from './options.ts'
import { scheduleFactor } from './schedules.ts'

/** By the names of the graph's inputs, for step `step` (0 is the first). */
export function stepInputs(settings: TrainingSettings, step: number): readonly (readonly [string, number])[] {
  const { optimizer, schedule, steps } = settings
  const rate = optimizer.rate * scheduleFactor(schedule, step, steps)
  return [...optimizerScalars(optimizer.rule, rate, step), ['step', step]]
}
