/** Work of a training, in multiply-adds. The duration of a training is proportional to its work. */
import type { Precision } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { count } from '../blueprint/count.ts'
import type { TrainingSettings } from '../settings/options.ts'

type Length = Pick<TrainingSettings, 'batch' | 'steps'>

/** Multiply-adds in the forward passes of all steps of a training. The work of a training in float64 counts twice. */
export function workOf(blueprint: Blueprint, { batch, steps }: Length, precision: Precision): number {
  // A vector register holds half as many float64 numbers as float32 numbers.
  return count(blueprint).macs * batch * steps * (precision === 'float64' ? 2 : 1)
}
