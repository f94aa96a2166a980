/** How long trainings take beside each other. */
import type { Precision } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { count } from '../blueprint/count.ts'
import type { TrainingSettings } from '../settings/options.ts'

type Length = Pick<TrainingSettings, 'batch' | 'steps'>

/** Multiply-adds of a training's steps, forward. */
export function workOf(blueprint: Blueprint, { batch, steps }: Length, precision: Precision): number {
  // float64 has half as many numbers in a vector.
  return count(blueprint).macs * batch * steps * (precision === 'float64' ? 2 : 1)
}
