/**
 * Records the outputs of all stages in evaluation mode. Batch norm uses running statistics, so samples are independent.
 */
import { type Backend, fillInput, type Values } from '../backends/backend.ts'
import type { Blueprint, Shape } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { evaluationGraph } from '../graph/programs.ts'
import type { Weights } from '../training/evaluator.ts'
import { compileWithin } from '../training/tapped-pass.ts'
import type { ProbeSamples } from './samples.ts'
import { type LayerPlace, stagesOf } from './stages.ts'

/**
 * Recorded outputs of stages: one row of features for each sample. The features of images are ordered [channels,
 * height, width].
 */
export interface Recording {
  /** Number of recorded samples. If memory is short, only the first samples are recorded. */
  readonly samples: number
  readonly inputs: Float64Array
  readonly outputs: Float64Array
  /** The recorded outputs at the end of a stage. */
  output(place: LayerPlace): Promise<Float64Array>
  dispose(): void
}

/** Memory limit of the program that records all stages, in bytes. */
const mostBytes = 2 ** 29

export async function recordStages(
  blueprint: Blueprint,
  backend: Backend,
  samples: ProbeSamples,
  weights: Weights,
): Promise<Recording> {
  const ends = new Set(stagesOf(blueprint.root).map(({ end }) => end.layer))
  const { program, batch } = await compileWithin(
    backend,
    samples.count,
    (rows) => evaluationGraph(blueprint, { batch: rows, taps: (layer) => ends.has(layer) }),
    Math.min(mostBytes, backend.memoryLimit),
  )
  for (const [name, values] of weights) program.upload(name, values)
  fillInput(program, 'x', 0, (rows) => samples.fill(rows, batch))
  await program.run(0, 1)
  const width = sizeOf(blueprint.input)
  const inputs = new Float64Array(batch * width)
  samples.fill({ array: inputs, offset: 0, stride: width, width }, batch)
  const outputs = Float64Array.from(await program.download('outputs'))
  const read = new Map<string, Values>()
  return {
    samples: batch,
    inputs,
    outputs,
    output: async ({ layer, iteration }) => {
      // One download reads the recorded outputs of all iterations of a loop.
      const all = read.get(layer.path) ?? (await program.download(`tap.${layer.path}`))
      read.set(layer.path, all)
      const size = all.length / sizeOf(layer.loops)
      return asFeatures(all.subarray(iteration * size, (iteration + 1) * size), batch, layer.output)
    },
    dispose: () => program.dispose(),
  }
}

/**
 * Reorders images to [channels, height, width]. Programs store images by position, with all channels of a position
 * together.
 */
function asFeatures(values: Values, rows: number, shape: Shape): Float64Array {
  if (shape.length < 3) return Float64Array.from(values)
  const [channels, ...extents] = shape
  const positions = sizeOf(extents)
  const features = new Float64Array(values.length)
  for (let row = 0, from = 0; row < rows; row++) {
    const start = row * channels * positions
    for (let position = 0; position < positions; position++) {
      for (let channel = 0; channel < channels; channel++, from++) {
        features[start + channel * positions + position] = values[from]
      }
    }
  }
  return features
}
