/**
 * A forward pass layer by layer. The caller runs one layer at a time, so the weights of a layer may depend on the outputs
 * of earlier layers. Equal layers share one program, in every iteration of a loop.
 */
import { type Backend, fillInput, type Program } from '../backends/backend.ts'
import type { LayerBlueprint } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { evaluationGraph } from '../graph/programs.ts'
import { networkFromJson } from '../network/json.ts'
import type { Layer } from '../network/network.ts'

export interface LeafPass {
  /**
   * Runs a layer without inner layers in one iteration of its loops. `inputs` and the outputs hold the rows of the batch
   * one after the other. `values` holds the values of the layer's parameters, in the order of its blueprint. Throws a
   * `memory` error if the layer doesn't fit into memory.
   */
  run(
    blueprint: LayerBlueprint,
    index: readonly number[],
    inputs: Float64Array,
    values: readonly ArrayLike<number>[],
  ): Promise<Float64Array>
  dispose(): void
}

/** Largest number of programs that are kept for later layers. */
const mostPrograms = 32

/** Creates a pass for batches of `rows` samples. Batch norm uses the statistics of the batch, and dropout is off. */
export function createLeafPass(backend: Backend, rows: number): LeafPass {
  // The programs are in the order of their last use, because a Map keeps the order of insertion.
  const programs = new Map<string, Program>()
  const programFor = async (layer: unknown, input: readonly number[]): Promise<Program> => {
    const key = JSON.stringify([layer, input])
    const known = programs.get(key)
    programs.delete(key)
    const program = known ?? (await compileAlone(backend, layer, input, rows))
    programs.set(key, program)
    const [oldest] = programs
    if (programs.size > mostPrograms) {
      oldest[1].dispose()
      programs.delete(oldest[0])
    }
    return program
  }
  return {
    run: async (blueprint, index, inputs, values) => {
      const program = await programFor(alone(blueprint.layer, index), blueprint.input)
      const names = program.graph.inputs.filter(({ name }) => name !== 'x').map(({ name }) => name)
      for (const [place, name] of names.entries()) program.upload(name, values[place])
      fillInput(program, 'x', 0, ({ array, offset, stride }) => {
        const size = inputs.length / rows
        for (let row = 0; row < rows; row++) {
          array.set(inputs.subarray(row * size, (row + 1) * size), offset + row * stride)
        }
      })
      await program.run(0, 1)
      return Float64Array.from(await program.download('outputs'))
    },
    dispose: () => {
      for (const program of programs.values()) program.dispose()
    },
  }
}

function compileAlone(backend: Backend, layer: unknown, input: readonly number[], rows: number): Promise<Program> {
  const blueprint = createBlueprint(networkFromJson(layer), input)
  return backend.compile(evaluationGraph(blueprint, { batch: rows, batchStatistics: rows > 1 }))
}

/**
 * The layer as data for a network of its own. A list with one number for each iteration becomes the number of this
 * iteration. The name and the initializer are left out, because they don't matter in a pass with given values.
 */
function alone(layer: Layer, index: readonly number[]): unknown {
  const fields = Object.entries(layer).flatMap(([key, value]) => {
    if (key === 'name' || key === 'init') return []
    return [[key, Array.isArray(value) ? value[index[index.length - 1]] : value] as const]
  })
  return Object.fromEntries(fields)
}
