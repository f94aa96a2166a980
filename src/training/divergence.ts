/**
 * Locates the layer in which a training diverged, by its non-finite weights or by its non-finite outputs in a forward
 * pass.
 */
import type { Backend, InputRows } from '../backends/backend.ts'
import type { Blueprint, LayerBlueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { IsobathError } from '../support/errors.ts'
import type { Weights } from './evaluator.ts'
import { compareTimes, iterationName, leafPositions, timeOf } from './layer-order.ts'
import { openTappedPass, type TappedOutput } from './tapped-pass.ts'

/**
 * The step and the layer at which a training diverged. A training diverges when the loss is infinite or not a number.
 */
export interface Divergence {
  /**
   * Number of updates before the first step whose loss was not finite. A training that diverged makes no further
   * update.
   */
  readonly step: number
  /**
   * Path of the layer in which the training diverged. The path of a repeated layer ends with the number of its
   * iteration in brackets: `hidden.dense1[57]`.
   */
  readonly layer: string
  /**
   * The numbers that were the first to be non-finite. `weights`: an earlier update made the weights of the layer
   * non-finite. `outputs`: all weights are finite, and the outputs of the layer are the first non-finite ones in the
   * forward pass. `loss`: all weights and all outputs are finite, but the loss is not finite. The field `layer` then
   * names the last layer.
   */
  readonly what: 'weights' | 'outputs' | 'loss'
}

/** Samples on which the loss of a failed step is not finite. */
export interface FailedSamples {
  readonly count: number
  /** Writes the samples with the given indices into the rows of an input. */
  fill(indices: Uint32Array, rows: InputRows): void
}

export interface FailedTraining {
  readonly blueprint: Blueprint
  readonly backend: Backend
  readonly weights: Weights
  readonly samples: FailedSamples
  /** Number of samples in a batch of the training. */
  readonly batch: number
  readonly step: number
}

/** Finds the layer in which a training diverged. Runs a forward pass only if all weights are finite. */
export async function locateDivergence(failure: FailedTraining): Promise<Divergence> {
  const { step, blueprint } = failure
  const inWeights = lastBrokenWeights(failure)
  if (inWeights !== undefined) return { step, layer: inWeights, what: 'weights' }
  const inOutputs = await firstBrokenOutput(failure)
  if (inOutputs !== undefined) return { step, layer: inOutputs, what: 'outputs' }
  return { step, layer: [...leafPositions(blueprint.root).keys()].at(-1) ?? 'network', what: 'loss' }
}

/** Describes a divergence in words, such as `the weights of hidden.dense1[57] were no longer finite`. */
export function describeDivergence({ layer, what }: Divergence): string {
  if (what === 'weights') return `the weights of ${layer} were no longer finite`
  if (what === 'outputs') return `the outputs of ${layer} were the first outputs that weren't finite`
  return `the loss computed from the outputs of ${layer} wasn't finite`
}

interface FirstNonFinite {
  readonly name: string
  readonly time: readonly number[]
}

/**
 * Finds the layer nearest to the output among the layers whose weights are not finite. Gradients flow from the output
 * to the input, so the gradient of the layer nearest to the output was the first that was not finite.
 */
function lastBrokenWeights({ blueprint, weights }: FailedTraining): string | undefined {
  const positions = leafPositions(blueprint.root)
  let found: FirstNonFinite | undefined
  for (const { name, loops, trainable } of blueprint.parameters) {
    const path = name.slice(0, name.lastIndexOf('.'))
    const [values, position] = [weights.get(name), positions.get(path)]
    if (!values || !position || !trainable) continue
    let index = values.length - 1
    while (index >= 0 && Number.isFinite(values[index])) index--
    if (index < 0) continue
    const iteration = Math.floor(index / (values.length / sizeOf(loops)))
    const time = timeOf(position, iteration)
    if (!found || compareTimes(time, found.time) > 0) found = { name: iterationName(path, loops, iteration), time }
  }
  return found?.name
}

const isLeaf = ({ children }: LayerBlueprint): boolean => children.length === 0

/** Runs forward passes on the samples, batch by batch, until the outputs of some layer are not finite. */
async function firstBrokenOutput(failure: FailedTraining): Promise<string | undefined> {
  const { blueprint, backend, weights, samples } = failure
  const pass = await openPass(blueprint, backend, weights, Math.min(failure.batch, samples.count))
  if (!pass) return 'network'
  try {
    for (let first = 0; first < samples.count; first += pass.batch) {
      const indices = Uint32Array.from({ length: pass.batch }, (_, row) => Math.min(first + row, samples.count - 1))
      const broken = firstBroken(blueprint, await pass.run((rows) => samples.fill(indices, rows)))
      if (broken !== undefined) return broken
    }
    return undefined
  } finally {
    pass.dispose()
  }
}

/**
 * Returns undefined if the outputs of a single sample don't fit into memory. If memory is too small, the layer of the
 * divergence stays unknown, but the results of the run are not lost.
 */
async function openPass(blueprint: Blueprint, backend: Backend, weights: Weights, rows: number) {
  try {
    return await openTappedPass(blueprint, backend, weights, rows, isLeaf)
  } catch (error) {
    if (error instanceof IsobathError && error.code === 'memory') return undefined
    throw error
  }
}

function firstBroken({ root }: Blueprint, outputs: readonly TappedOutput[]): string | undefined {
  const positions = leafPositions(root)
  let found: FirstNonFinite | undefined
  for (const { layer, iterations, values } of outputs) {
    const position = positions.get(layer.path)
    if (!position) continue
    for (let iteration = 0; iteration < iterations; iteration++) {
      const time = timeOf(position, iteration)
      if (found && compareTimes(time, found.time) > 0) break
      if (values(iteration).every(Number.isFinite)) continue
      found = { name: iterationName(layer.path, layer.loops, iteration), time }
      break
    }
  }
  return found?.name
}
