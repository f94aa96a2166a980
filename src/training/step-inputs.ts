/** Computes the scalar inputs of the training graph, which change from step to step. */
import { optimizerScalars } from '../graph/programs.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { scheduleFactor } from '../settings/schedules.ts'

/**
 * Returns pairs of the name of a graph input and its value at step `step`. The first step is step 0. `warmedUpAt`: see
 * `scheduleFactor`.
 */
export function stepInputs(
  settings: TrainingSettings,
  step: number,
  warmedUpAt?: number,
): readonly (readonly [string, number])[] {
  const { optimizer, schedule, steps } = settings
  const rate = optimizer.rate * scheduleFactor(schedule, step, steps, warmedUpAt)
  return [...optimizerScalars(optimizer.rule, rate, step), ['step', step]]
}
