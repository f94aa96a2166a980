/**
 * Forward passes in which the outputs of chosen layers can be read. A forward pass has as many rows (samples) as fit
 * into memory.
 */
import { type Backend, fillInput, type InputRows, type Program, type Values } from '../backends/backend.ts'
import type { Blueprint, LayerBlueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import type { Graph } from '../graph/graph.ts'
import { evaluationGraph } from '../graph/programs.ts'
import { IsobathError } from '../support/errors.ts'
import type { Weights } from './evaluator.ts'

/** The outputs of a layer in one forward pass. */
export interface TappedOutput {
  readonly layer: LayerBlueprint
  /** Number of iterations of all loops around the layer. A layer outside loops has 1 iteration. */
  readonly iterations: number
  /**
   * Outputs of the layer in one iteration, row after row. The iterations of nested loops are numbered consecutively.
   */
  values(iteration: number): Values
}

export interface TappedPass {
  /** Number of rows (samples) in one forward pass. */
  readonly batch: number
  /** Fills in a batch, runs the pass, and returns the outputs of the tapped layers in the order of the forward pass. */
  run(fill: (rows: InputRows) => void): Promise<TappedOutput[]>
  dispose(): void
}

/**
 * Creates a forward pass in evaluation mode. Batch norm uses the statistics of the batch, or the running statistics if
 * the batch is a single row. The pass has fewer rows than `rows` if a pass with `rows` rows would need more than
 * `mostBytes` of memory. Throws a `memory` error if a single row doesn't fit into memory.
 */
export async function openTappedPass(
  blueprint: Blueprint,
  backend: Backend,
  weights: Weights,
  rows: number,
  isTapped: (layer: LayerBlueprint) => boolean,
  mostBytes = backend.memoryLimit,
): Promise<TappedPass> {
  const layers = new Map<string, LayerBlueprint>()
  const taps = (layer: LayerBlueprint): boolean => {
    if (isTapped(layer)) layers.set(layer.path, layer)
    return isTapped(layer)
  }
  const graphOf = (batch: number): Graph => evaluationGraph(blueprint, { batch, batchStatistics: batch > 1, taps })
  const { program, batch } = await compileWithin(backend, rows, graphOf, mostBytes)
  for (const [name, values] of weights) program.upload(name, values)
  return {
    batch,
    run: async (fill) => {
      fillInput(program, 'x', 0, fill)
      await program.run(0, 1)
      const tapped: TappedOutput[] = []
      for (const { name } of program.graph.outputs) {
        const layer = name.startsWith('tap.') ? layers.get(name.slice('tap.'.length)) : undefined
        if (layer) tapped.push(outputOf(layer, await program.download(name)))
      }
      return tapped
    },
    dispose: () => program.dispose(),
  }
}

function outputOf(layer: LayerBlueprint, all: Values): TappedOutput {
  const iterations = sizeOf(layer.loops)
  const size = all.length / iterations
  return { layer, iterations, values: (iteration) => all.subarray(iteration * size, (iteration + 1) * size) }
}

/**
 * Compiles the program of a forward pass for `rows` rows. While the program needs too much memory, the number of rows
 * is divided by 4.
 */
export async function compileWithin(
  backend: Backend,
  rows: number,
  graphOf: (batch: number) => Graph,
  mostBytes: number,
): Promise<{ program: Program; batch: number }> {
  for (let batch = rows; ; batch = Math.ceil(batch / 4)) {
    const graph = graphOf(batch)
    if (batch > 1 && backend.memoryOf(graph) > mostBytes) continue
    try {
      return { program: await backend.compile(graph), batch }
    } catch (error) {
      if (!(error instanceof IsobathError && error.code === 'memory') || batch === 1) throw error
    }
  }
}
