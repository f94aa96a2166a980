/** Chooses how a training step is compiled so that it fits into memory, and finds the largest batch that would fit. */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint, LayerBlueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { formatBytes } from '../format/bytes.ts'
import type { Graph } from '../graph/graph.ts'
import { fewestToSegment, type Recomputation } from '../graph/programs.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { IsobathError } from '../support/errors.ts'
import { stepGraph } from './step-graph.ts'

/**
 * Number of slots in the ring buffer of batches, which has room for two groups of training steps. A group has 1 to 32
 * steps and at most 8 MB of inputs. The more steps a group has, the less time is lost in the pauses between groups.
 */
function chooseRing({ batch, steps }: TrainingSettings, { input }: Blueprint): number {
  const bytes = batch * sizeOf(input) * 4
  const group = Math.max(1, Math.min(32, Math.floor(8e6 / bytes), Math.ceil(steps / 2)))
  return 2 * group
}

/** The choices that decide how a training step is compiled. */
export interface StepChoice {
  readonly graph: Graph
  readonly ringSlots: number
  /**
   * True if the backward pass recomputes activations of repeated layers, because not all activations fit into memory.
   */
  readonly recompute: boolean
}

interface Attempt extends StepChoice {
  readonly bytes: number
}

/**
 * Chooses the fastest compilation of a training step that fits into the backend's memory. To save memory, the ring
 * buffer may have slots for only two batches. To save more memory, the step may keep only the activations that fit into
 * three quarters of the memory, and recompute the others. `gradients`: whether the gradients can be read after a step.
 * Throws a `memory` error that says how much memory the step needs and which batch would fit.
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

/**
 * Fraction of the memory that a training step may use if it recomputes activations. The data, the weights and the
 * evaluator need the rest of the memory.
 */
const memoryShare = 0.75

/**
 * Number of bisection steps that find how many iterations are recomputed. Six bisection steps determine the number of
 * recomputed iterations with a resolution of 1/64 of all iterations.
 */
const searchSteps = 6

/**
 * Finds by bisection the smallest number of recomputed iterations with which a training step fits into `mostBytes` of
 * memory. The first iterations of the first repeats are recomputed, because early layers have the largest images. The
 * backward pass reaches the first iterations last, so their recomputed activations reuse the memory of the activations
 * that were kept for later iterations.
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

/** Lists the repeats that aren't nested in another repeat, in the order of the forward pass. */
function outermostRepeats({ path, layer, children }: LayerBlueprint): Repeat[] {
  return layer.kind === 'repeat' ? [{ path, times: layer.times }] : children.flatMap(outermostRepeats)
}

/** Distributes `count` iterations over the repeats, starting with the first iterations of the first repeat. */
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

/**
 * Finds by bisection the largest batch whose training step fits into memory. Returns 0 if not even a batch of 1 fits.
 */
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
