/** Forward passes in which some layers' outputs can be read, in as many rows at once as memory takes. */
import { type Backend, fillInput, type InputRows, type Program, type Values } from '../backends/backend.ts'
import type { Blueprint, LayerBlueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import type { Graph } from '../graph/graph.ts'
import { evaluationGraph } from '../graph/programs.ts'
import { IsobathError } from '../support/errors.ts'
import type { Weights } from './evaluator.ts'

/** What a layer gave in one pass. */
export interface TappedOutput {
  readonly layer: LayerBlueprint
  /** Of all loops around the layer; 1 outside loops. */
  readonly iterations: number
  /** Row after row, for one iteration; the iterations of nested loops are counted through. */
  values(iteration: number): Values
}

export interface TappedPass {
  /** Rows of one pass. */
  readonly batch: number
  /** Fills in a batch, runs it, and gives the tapped layers in the order in which they have their turn. */
  run(fill: (rows: InputRows) => void): Promise<TappedOutput[]>
  dispose(): void
}

/**
 * A pass in evaluation mode, where batch norm uses the batch's own statistics unless the batch is a single row. Takes
 * fewer rows than asked for where they would need more than `mostBytes` of memory. Throws a `memory` error where a single
 * one doesn't fit.
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

/** The program for so many rows, or for a quarter as often as it needs too much memory. */
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
