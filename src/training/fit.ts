/** Whether a training step fits into memory, how much of it is computed again so that it does, and which batch would. */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint, LayerBlueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { formatBytes } from '../format/bytes.ts'
import type { Graph } from '../graph/graph.ts'
import { fewestToSegment, type Recomputation } from '../graph/programs.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { IsobathError } from '../support/errors.ts'
import { stepGraph } from './step-graph.ts'

/** Slots for two groups of steps: enough steps for a group to hide the hand-over, in a few megabytes of inputs. */
function chooseRing({ batch, steps }: TrainingSettings, { input }: Blueprint): number {
  const bytes = batch * sizeOf(input) * 4
  const group = Math.max(1, Math.min(32, Math.floor(8e6 / bytes), Math.ceil(steps / 2)))
  return 2 * group
}

/** How a step is compiled. */
export interface StepChoice {
  readonly graph: Graph
  readonly ringSlots: number
  /** True where activations of repeated layers are computed again, since they don't all fit. */
  readonly recompute: boolean
}

interface Attempt extends StepChoice {
  readonly bytes: number
}

/**
 * The fastest way to compute a step that fits into the backend's memory: with room for many batches or for two, with all
 * activations kept or as many as fill three quarters of it. `gradients`: they can be read after a step. Throws a `memory` error
 * that says how much the step needs and which batch would fit.
 */
export function chooseStep(
  blueprint: Blueprint,
  settings: TrainingSettings,
  backend: Backend,
  gradients = false,
): StepChoice {
  const { memoryLimit } = backend
  const usual = chooseRing(settings, blueprint)
  const rings = usual > 2 ? [usual, 2] : [2]
  const attempt = (recompute: Recomputation, ringSlots: number): Attempt => {
    const graph = stepGraph(blueprint, settings, { recompute, gradients })
    return { graph, ringSlots, recompute: recompute !== false, bytes: backend.memoryOf(graph, { ringSlots }) }
  }
  let least = Number.POSITIVE_INFINITY
  for (const recompute of [false, true]) {
    for (const ringSlots of rings) {
      const found = attempt(recompute, ringSlots)
      if (found.bytes <= memoryLimit) {
        const mostBytes = memoryShare * memoryLimit
        return recompute ? keepMore(blueprint, found, mostBytes, (again) => attempt(again, ringSlots)) : found
      }
      least = Math.min(least, found.bytes)
    }
  }
  const fitting = largestBatch(blueprint, settings, backend)
  const advice =
    fitting > 0 ? `A batch of ${fitting} would fit.` : 'Not even a batch of 1 would fit: use fewer or narrower layers.'
  throw new IsobathError(
    'memory',
    `a training step with a batch of ${settings.batch} needs at least ${formatBytes(least)} of memory, and the limit is ${formatBytes(Math.max(0, memoryLimit))}. ${advice}`,
  )
}

/** How much of the memory is filled with what isn't computed again: data, weights and what scores them need room beside it. */
const memoryShare = 0.75

/** Steps of the search for how much to compute again: to a 64th of all that can be. */
const searchSteps = 6

/**
 * Less computed again than `all`, as far as `mostBytes` allow; by bisection. The first iterations of the first repeats are what is
 * computed again: their images are the largest, and theirs is the memory in which later ones were kept, since the way
 * back comes to them last.
 */
function keepMore(
  { root }: Blueprint,
  all: Attempt,
  mostBytes: number,
  attempt: (recompute: Recomputation) => Attempt,
): Attempt {
  const repeats = outermostRepeats(root)
  let best = all
  let enough = repeats.reduce((sum, { times }) => sum + times, 0)
  let tooFew = 0
  for (let step = 0; step < searchSteps && enough - tooFew > fewestToSegment; step++) {
    const middle = Math.floor((enough + tooFew) / 2)
    const found = attempt(firstIterations(repeats, middle))
    if (found.bytes > mostBytes) tooFew = middle
    else {
      enough = middle
      best = found
    }
  }
  return best
}

interface Repeat {
  readonly path: string
  readonly times: number
}

/** In the order in which they have their turn. */
function outermostRepeats({ path, layer, children }: LayerBlueprint): Repeat[] {
  return layer.kind === 'repeat' ? [{ path, times: layer.times }] : children.flatMap(outermostRepeats)
}

/** `count` iterations, from the first of the first repeat on. */
function firstIterations(repeats: readonly Repeat[], count: number): ReadonlyMap<string, number> {
  let left = count
  return new Map(
    repeats.map(({ path, times }) => {
      const taken = Math.min(left, times)
      left -= taken
      return [path, taken]
    }),
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
