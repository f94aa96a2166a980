/**
 * One look at a network: a pass forwards and back over the probe samples, on a program of its own, from which probes read
 * what they need. What nobody asks for is neither kept nor computed. Batch norm uses the samples' own statistics, as it does
 * in training, and nothing is dropped.
 */
import type { Backend, Program } from '../backends/backend.ts'
import type { Blueprint, LayerBlueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import type { Graph } from '../graph/graph.ts'
import { evaluationGraph, gradientGraph, type TensorOptions } from '../graph/programs.ts'
import { euclideanNorm } from '../numerics/norm.ts'
import { compileWithin } from '../training/tapped-pass.ts'
import type { ProbeSamples } from './samples.ts'
import { type ParameterPlace, type Place, type Stage, stagesOf } from './stages.ts'

export type Numbers = Float32Array | Float64Array

/** Rows of numbers, one for each sample: [rows, width]. Images are position by position, their channels side by side. */
export interface Rows {
  readonly rows: number
  readonly width: number
  /** What one unit has beside each other: 1, or an image's positions, each with `width / positions` channels. */
  readonly positions: number
  readonly values: Numbers
}

/** What a probe needs of a pass. */
export interface Needs {
  /** The outputs of all stages. */
  readonly stages?: boolean
  /** The outputs of all activations. */
  readonly activations?: boolean
  /** The outputs of layers of these kinds. */
  readonly kinds?: readonly LayerBlueprint['layer']['kind'][]
  /** The loss's gradient with respect to all parameters. */
  readonly gradients?: boolean
  /** What the pass itself computes of every trained weight's tensors. */
  readonly tensors?: boolean
  /** The weights before the first step, as the setting has them. */
  readonly start?: boolean
}

/** What can be seen after a pass; values are read when they are asked for, and hold until the next pass. */
export interface Sight {
  readonly blueprint: Blueprint
  readonly stages: readonly Stage[]
  readonly samples: number
  /** Of the samples' mean; NaN where no gradients were asked for. */
  readonly loss: number
  /** What the samples are, as the network gets them. */
  readonly inputs: Rows
  readonly outputs: Rows
  /** The output of a layer in one iteration. */
  output(place: Place): Rows
  /** One tensor of a parameter's values. */
  weight(place: ParameterPlace): Numbers
  /** The gradient of the samples' mean loss with respect to the same tensor. */
  gradient(place: ParameterPlace): Numbers
  /** The Euclidean norms of these, and how many weights the pass's `factor` times the gradient leaves as they are in float32. */
  weightNorm(place: ParameterPlace): number
  gradientNorm(place: ParameterPlace): number
  unmoved(place: ParameterPlace): number | undefined
}

/** By name, in the network's shape: a run's weights, or what an observer reads. */
export type WeightsOf = (name: string) => ArrayLike<number>

export interface Pass {
  /** Rows of the pass: the samples, or fewer where memory is short. */
  readonly samples: number
  look(weights: WeightsOf): Promise<Sight>
  dispose(): void
}

/** What any of the probes needs. */
export function joinNeeds(all: readonly Needs[]): Needs {
  return {
    stages: all.some(({ stages }) => stages),
    activations: all.some(({ activations }) => activations),
    kinds: [...new Set(all.flatMap(({ kinds = [] }) => kinds))],
    gradients: all.some(({ gradients }) => gradients),
    tensors: all.some(({ tensors }) => tensors),
    start: all.some(({ start }) => start),
  }
}

/** So much memory for a look; of very deep networks of images fewer samples are looked at. */
const mostBytes = 2 ** 29

export async function openPass(
  blueprint: Blueprint,
  backend: Backend,
  samples: ProbeSamples,
  needs: Needs,
  tensors: TensorOptions = {},
): Promise<Pass> {
  const stages = stagesOf(blueprint.root)
  const tapped = tappedLayers(blueprint, stages, needs)
  const taps = (layer: LayerBlueprint): boolean => tapped.has(layer)
  const graphOf = (batch: number): Graph =>
    needs.gradients
      ? gradientGraph(blueprint, { batch, loss: samples.loss, taps, tensors: needs.tensors ? tensors : undefined })
      : evaluationGraph(blueprint, { batch, batchStatistics: batch > 1, taps })
  const limit = Math.min(mostBytes, backend.memoryLimit)
  const { program, batch } = await compileWithin(backend, samples.count, graphOf, limit)
  samples.fill(program.inputRows('x', 0), batch)
  if (needs.gradients) samples.fillTargets(program, batch)
  const inputs = inputRows(program, blueprint, batch)
  const kept = new Map<string, Numbers>()
  return {
    samples: batch,
    look: async (weights) => {
      for (const { name } of blueprint.parameters) program.write(name, weights(name))
      await program.run(0, 1)
      return sightOf(program, { blueprint, stages, samples: batch, inputs }, weights, kept, needs.gradients ?? false)
    },
    dispose: () => program.dispose(),
  }
}

function tappedLayers({ root }: Blueprint, stages: readonly Stage[], needs: Needs): Set<LayerBlueprint> {
  const tapped = new Set<LayerBlueprint>()
  if (needs.stages) for (const { end } of stages) tapped.add(lastOf(end.layer))
  const visit = (layer: LayerBlueprint): void => {
    if (needs.kinds?.includes(layer.layer.kind)) tapped.add(layer)
    if (needs.activations && layer.layer.kind === 'activation') tapped.add(layer)
    layer.children.forEach(visit)
  }
  visit(root)
  return tapped
}

/** Whose output is that of a chain: an activation at its end is looked at once for both. */
function lastOf(layer: LayerBlueprint): LayerBlueprint {
  return layer.layer.kind === 'chain' && layer.children.length > 0
    ? lastOf(layer.children[layer.children.length - 1])
    : layer
}

/** The rows as they are written, without what lies between them. */
function inputRows(program: Program, { input }: Blueprint, batch: number): Rows {
  const { array, offset, stride } = program.inputRows('x', 0)
  const width = sizeOf(input)
  const values = new Float64Array(batch * width)
  for (let row = 0; row < batch; row++) {
    const start = offset + row * stride
    for (let index = 0; index < width; index++) values[row * width + index] = array[start + index]
  }
  return { rows: batch, width, positions: 1, values }
}

/** Smaller ones may have lost digits, or all of them, in the program's precision. */
const leastNorm = 1e-30

type Facts = Pick<Sight, 'blueprint' | 'stages' | 'samples' | 'inputs'>

/** `kept`: the memory of the looks before, which is used again. */
function sightOf(
  program: Program,
  facts: Facts,
  given: WeightsOf,
  kept: Map<string, Numbers>,
  hasGradients: boolean,
): Sight {
  const read = new Set<string>()
  /** Stacked tensors are read once for all their iterations. */
  const readOnce = (name: string): Numbers => {
    const known = kept.get(name)
    if (known && read.has(name)) return known
    const values = program.snapshot(name, known)
    kept.set(name, values)
    read.add(name)
    return values
  }
  /** What was given is what the program has, where it isn't rounded. */
  const weightsOf = (name: string): Numbers => {
    const values = given(name)
    if (values instanceof Float32Array && program.precision === 'float32') return values
    return values instanceof Float64Array && program.precision === 'float64' ? values : readOnce(name)
  }
  const part = (values: Numbers, count: number, index: number): Numbers => {
    const size = values.length / count
    return values.subarray(index * size, (index + 1) * size)
  }
  const { blueprint, samples } = facts
  const outputNames = new Set(program.graph.outputs.map(({ name }) => name))
  /** What the program says of the tensors that a parameter stacks. */
  const told = (name: string, { iteration }: ParameterPlace): number | undefined =>
    outputNames.has(name) ? readOnce(name)[iteration] : undefined
  const normOf = (norm: number | undefined, values: () => Numbers): number =>
    norm !== undefined && norm > leastNorm && Number.isFinite(norm) ? norm : euclideanNorm([values()])
  const rowsOf = (values: Numbers, shape: readonly number[]): Rows => {
    const positions = shape.length === 3 ? shape[1] * shape[2] : 1
    return { rows: samples, width: values.length / samples, positions, values }
  }
  const tensor = (values: Numbers, { parameter, iteration }: ParameterPlace): Numbers =>
    part(values, sizeOf(parameter.loops), iteration)
  const weight = (place: ParameterPlace): Numbers => tensor(weightsOf(place.parameter.name), place)
  const gradient = (place: ParameterPlace): Numbers => tensor(readOnce(`gradient.${place.parameter.name}`), place)
  const outputs = new Map<LayerBlueprint, Rows[]>()
  return {
    ...facts,
    loss: hasGradients ? program.read('loss', 0)[0] : Number.NaN,
    get outputs() {
      return rowsOf(program.snapshot('outputs'), blueprint.output)
    },
    output: ({ layer: asked, iteration }) => {
      const layer = lastOf(asked)
      const known = outputs.get(layer) ?? []
      outputs.set(layer, known)
      known[iteration] ??= rowsOf(part(readOnce(`tap.${layer.path}`), sizeOf(layer.loops), iteration), layer.output)
      return known[iteration]
    },
    weight,
    gradient,
    weightNorm: (place) => normOf(told(`norm.${place.parameter.name}`, place), () => weight(place)),
    gradientNorm: (place) => normOf(told(`norm.gradient.${place.parameter.name}`, place), () => gradient(place)),
    unmoved: (place) => told(`unmoved.${place.parameter.name}`, place),
  }
}
