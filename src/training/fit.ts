/** Whether a training step fits into memory, and which batch would. */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { formatBytes } from '../plan/print.ts'
import { IsobathError } from '../support/errors.ts'
import type { TrainingSettings } from './options.ts'
import { stepGraph } from './step-graph.ts'

/** Slots for two groups of steps: enough steps for a group to hide the hand-over, in a few megabytes of inputs. */
export function chooseRing({ batch, steps }: TrainingSettings, { input }: Blueprint): number {
  const bytes = batch * sizeOf(input) * 4
  const group = Math.max(1, Math.min(32, Math.floor(8e6 / bytes), Math.ceil(steps / 2)))
  return 2 * group
}

/** Throws a `memory` error that says how much the step needs and which batch size would fit. */
export function checkFits(blueprint: Blueprint, settings: TrainingSettings, backend: Backend): void {
  const { memoryLimit } = backend
  const ringSlots = chooseRing(settings, blueprint)
  const needed = bytesFor(blueprint, settings, backend, settings.batch, ringSlots)
  if (needed <= memoryLimit) return
  const fitting = largestBatch(blueprint, settings, backend)
  const advice = fitting > 0 ? `A batch of ${fitting} would fit.` : 'Not even a batch of 1 would fit: use fewer layers.'
  throw new IsobathError(
    'memory',
    `a training step with a batch of ${settings.batch} needs ${formatBytes(needed)} of memory, and the limit is ${formatBytes(Math.max(0, memoryLimit))}. ${advice}`,
  )
}

function bytesFor(
  blueprint: Blueprint,
  settings: TrainingSettings,
  backend: Backend,
  batch: number,
  ringSlots: number,
): number {
  return backend.memoryOf(stepGraph(blueprint, { ...settings, batch }), { ringSlots })
}

/** By bisection; 0 when none fits. */
function largestBatch(blueprint: Blueprint, settings: TrainingSettings, backend: Backend): number {
  let fits = 0
  let tooLarge = settings.batch
  while (tooLarge - fits > 1) {
    const middle = Math.floor((fits + tooLarge) / 2)
    const ringSlots = chooseRing({ ...settings, batch: middle }, blueprint)
    if (bytesFor(blueprint, settings, backend, middle, ringSlots) <= backend.memoryLimit) fits = middle
    else tooLarge = middle
  }
  return fits
}
