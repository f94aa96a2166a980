/** Where the numbers stopped being finite: in the weights, or in the forward pass of the step that failed. */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint, LayerBlueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { evaluationGraph } from '../graph/programs.ts'
import type { Weights } from './evaluate.ts'

export interface Divergence {
  /** The step whose loss wasn't finite; its update and all later ones weren't made. */
  readonly step: number
  /** The layer's path, with the iteration in brackets where it is repeated: `hidden.dense1[57]`. */
  readonly layer: string
  /** weights: an update before made them infinite; outputs: the layer's outputs are the first that aren't finite. */
  readonly what: 'weights' | 'outputs'
}

export interface FailedStep {
  readonly blueprint: Blueprint
  readonly backend: Backend
  readonly weights: Weights
  /** The step's batch, row after row. */
  readonly inputs: Float64Array
  readonly batch: number
  readonly step: number
}

export async function locateDivergence(failed: FailedStep): Promise<Divergence> {
  const { step } = failed
  const inWeights = lastBrokenWeights(failed)
  if (inWeights) return { step, layer: inWeights, what: 'weights' }
  return { step, layer: (await firstBrokenOutput(failed)) ?? 'loss', what: 'outputs' }
}

const layerOf = (parameter: string): string => parameter.slice(0, parameter.lastIndexOf('.'))

/** Gradients travel from the output down, so the layer nearest to the output is where they broke first. */
function lastBrokenWeights({ blueprint, weights }: FailedStep): string | undefined {
  for (const { name, loops, trainable } of [...blueprint.parameters].reverse()) {
    const values = weights.get(name)
    if (!values || !trainable) continue
    for (let index = values.length - 1; index >= 0; index--) {
      if (Number.isFinite(values[index])) continue
      const iterations = sizeOf(loops)
      const iteration = Math.floor(index / (values.length / iterations))
      return loops.length > 0 ? `${layerOf(name)}[${iteration}]` : layerOf(name)
    }
  }
  return undefined
}

const isLeaf = ({ children }: LayerBlueprint): boolean => children.length === 0

async function firstBrokenOutput({
  blueprint,
  backend,
  weights,
  inputs,
  batch,
}: FailedStep): Promise<string | undefined> {
  const graph = evaluationGraph(blueprint, { batch, batchStatistics: batch > 1, taps: isLeaf })
  const program = await backend.compile(graph)
  try {
    for (const [name, values] of weights) program.write(name, values)
    program.write('x', inputs)
    await program.run(0, 1)
    // Layers in a loop take turns, so the earliest iteration counts before the order within it.
    let found: { position: number; layer: string } | undefined
    graph.outputs.forEach(({ name, value }, order) => {
      if (!name.startsWith('tap.')) return
      const path = name.slice('tap.'.length)
      const size = sizeOf(value.shape.slice(-2))
      const iterations = sizeOf(value.shape) / size
      const index = program.read(name).findIndex((element) => !Number.isFinite(element))
      if (index < 0) return
      const iteration = Math.floor(index / size)
      const isBefore = found === undefined || (iterations > 1 && iteration + order / 1e6 < found.position)
      if (isBefore)
        found = { position: iteration + order / 1e6, layer: iterations > 1 ? `${path}[${iteration}]` : path }
    })
    return found?.layer
  } finally {
    program.dispose()
  }
}
