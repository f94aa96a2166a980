/** What all stages give in evaluation mode, where no sample sees the others: batch norm takes its running statistics. */
import { type Backend, fillInput, type Values } from '../backends/backend.ts'
import type { Blueprint, Shape } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { evaluationGraph } from '../graph/programs.ts'
import type { Weights } from '../training/evaluator.ts'
import { compileWithin } from '../training/tapped-pass.ts'
import type { ProbeSamples } from './samples.ts'
import { type LayerPlace, stagesOf } from './stages.ts'

/** Rows of features, one for each sample; images in the order [channels, height, width]. */
export interface Recording {
  /** The samples, or the first of them where memory is short. */
  readonly samples: number
  readonly inputs: Float64Array
  readonly outputs: Float64Array
  /** Of a stage's end. */
  output(place: LayerPlace): Promise<Float64Array>
  dispose(): void
}

/** So much memory for all stages' outputs. */
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
  samples.fill({ array: inputs, offset: 0, stride: width }, batch)
  const outputs = Float64Array.from(await program.download('outputs'))
  const read = new Map<string, Values>()
  return {
    samples: batch,
    inputs,
    outputs,
    output: async ({ layer, iteration }) => {
      // All iterations of a loop are read at once.
      const all = read.get(layer.path) ?? (await program.download(`tap.${layer.path}`))
      read.set(layer.path, all)
      const size = all.length / sizeOf(layer.loops)
      return asFeatures(all.subarray(iteration * size, (iteration + 1) * size), batch, layer.output)
    },
    dispose: () => program.dispose(),
  }
}

/** Programs keep images position by position, their channels side by side. */
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
