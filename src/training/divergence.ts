/** Where the numbers stopped being finite: in the weights, or in the forward pass of the step that failed. */
import type { Backend, InputRows } from '../backends/backend.ts'
import type { Blueprint, LayerBlueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { IsobathError } from '../support/errors.ts'
import type { Weights } from './evaluator.ts'
import { compareTimes, iterationName, leafPositions, timeOf } from './layer-order.ts'
import { openTappedPass, type TappedOutput } from './tapped-pass.ts'

export interface Divergence {
  /** Updates made when the loss wasn't finite; nothing was updated after. */
  readonly step: number
  /** The layer's path, with the iteration in brackets where it is repeated: `hidden.dense1[57]`. */
  readonly layer: string
  /**
   * weights: an update before made them infinite; outputs: the layer's outputs are the first that aren't finite; loss:
   * all outputs are finite, the loss isn't, and the layer is the last one.
   */
  readonly what: 'weights' | 'outputs' | 'loss'
}

/** Samples on which the loss isn't finite. */
export interface FailedSamples {
  readonly count: number
  /** Writes the samples of these numbers as rows. */
  fill(indices: Uint32Array, rows: InputRows): void
}

export interface FailedTraining {
  readonly blueprint: Blueprint
  readonly backend: Backend
  readonly weights: Weights
  readonly samples: FailedSamples
  /** Samples in a batch of the training. */
  readonly batch: number
  readonly step: number
}

export async function locateDivergence(failure: FailedTraining): Promise<Divergence> {
  const { step, blueprint } = failure
  const inWeights = lastBrokenWeights(failure)
  if (inWeights !== undefined) return { step, layer: inWeights, what: 'weights' }
  const inOutputs = await firstBrokenOutput(failure)
  if (inOutputs !== undefined) return { step, layer: inOutputs, what: 'outputs' }
  return { step, layer: [...leafPositions(blueprint.root).keys()].at(-1) ?? 'network', what: 'loss' }
}

/** `the weights of hidden.dense1[57] were no longer finite` */
export function describeDivergence({ layer, what }: Divergence): string {
  if (what === 'weights') return `the weights of ${layer} were no longer finite`
  if (what === 'outputs') return `the outputs of ${layer} were the first that weren't finite`
  return `the loss of what ${layer} gives wasn't finite`
}

interface FirstNonFinite {
  readonly name: string
  readonly time: readonly number[]
}

/** Gradients travel from the output down, so the layer nearest to the output is where they broke first. */
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

/** Goes through the samples until one of them breaks. */
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

/** Undefined where not even one sample's outputs fit into memory: then the place stays unknown; the run is worth more. */
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
