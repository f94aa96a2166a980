/** Whether a training step fits into memory, and which batch would. */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import type { Graph } from '../graph/graph.ts'
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

/** How a step is compiled. */
export interface StepChoice {
  readonly graph: Graph
  readonly ringSlots: number
  /** True where the activations of repeated layers are computed again, since they don't all fit. */
  readonly recompute: boolean
}

interface Attempt extends StepChoice {
  readonly bytes: number
}

/** From the fastest way to the smallest. */
function* attempts(
  blueprint: Blueprint,
  settings: TrainingSettings,
  backend: Backend,
  gradients: boolean,
): Generator<Attempt> {
  const usual = chooseRing(settings, blueprint)
  for (const recompute of [false, true]) {
    const graph = stepGraph(blueprint, settings, { recompute, gradients })
    for (const ringSlots of usual > 2 ? [usual, 2] : [2]) {
      yield { graph, ringSlots, recompute, bytes: backend.memoryOf(graph, { ringSlots }) }
    }
  }
}

/**
 * The fastest way to compile a step that fits into the backend's memory: with room for many batches or for two, with all
 * activations kept or computed again. `gradients`: they can be read after a step. Throws a `memory` error that says how much
 * the step needs and which batch would fit.
 */
export function chooseStep(
  blueprint: Blueprint,
  settings: TrainingSettings,
  backend: Backend,
  gradients = false,
): StepChoice {
  const { memoryLimit } = backend
  let least = Number.POSITIVE_INFINITY
  for (const attempt of attempts(blueprint, settings, backend, gradients)) {
    if (attempt.bytes <= memoryLimit) return attempt
    least = Math.min(least, attempt.bytes)
  }
  const fitting = largestBatch(blueprint, settings, backend)
  const advice =
    fitting > 0 ? `A batch of ${fitting} would fit.` : 'Not even a batch of 1 would fit: use fewer or narrower layers.'
  throw new IsobathError(
    'memory',
    `a training step with a batch of ${settings.batch} needs at least ${formatBytes(least)} of memory, and the limit is ${formatBytes(Math.max(0, memoryLimit))}. ${advice}`,
  )
}

/** By bisection; 0 when none fits. */
function largestBatch(blueprint: Blueprint, settings: TrainingSettings, backend: Backend): number {
  let fits = 0
  let tooLarge = settings.batch
  while (tooLarge - fits > 1) {
    const middle = Math.floor((fits + tooLarge) / 2)
    const graph = stepGraph(blueprint, { ...settings, batch: middle }, { recompute: true })
    if (backend.memoryOf(graph, { ringSlots: 2 }) <= backend.memoryLimit) fits = middle
    else tooLarge = middle
  }
  return fits
}
