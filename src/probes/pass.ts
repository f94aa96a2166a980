/**
 * One look at a network: a pass forward and back over the probe samples, on a program of its own, from which probes read
 * what they need. What nobody asks for is neither kept nor computed. Batch norm uses the samples' own statistics, as it does
 * in training, and nothing is dropped.
 */
import { type Backend, fillInput, type Program, type Values } from '../backends/backend.ts'
import type { Blueprint, LayerBlueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import type { Graph } from '../graph/graph.ts'
import { evaluationGraph, gradientGraph, type TensorOptions } from '../graph/programs.ts'
import { euclideanNorm } from '../numerics/norm.ts'
import { assertInvariant } from '../support/errors.ts'
import { compileWithin } from '../training/tapped-pass.ts'
import type { ProbeSamples } from './samples.ts'
import { type LayerPlace, type ParameterPlace, type Stage, stagesOf } from './stages.ts'

export type Numbers = Values

/** Rows of numbers, one for each sample: [rows, width]. Images are position by position, their channels side by side. */
export interface SampleRows {
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

/** What can be seen after a pass; it holds until the next pass. */
export interface PassView {
  readonly blueprint: Blueprint
  readonly stages: readonly Stage[]
  readonly samples: number
  /** Of the samples' mean; NaN where no gradients were asked for. */
  readonly loss: number
  /** The output of a layer in one iteration, of those that were asked for. */
  output(place: LayerPlace): SampleRows
  /** One tensor of a parameter's values. */
  weight(place: ParameterPlace): Numbers
  /** The gradient of the samples' mean loss with respect to the same tensor; downloaded when it is first asked for. */
  gradient(place: ParameterPlace): Promise<Numbers>
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
  run(weights: WeightsOf): Promise<PassView>
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
  fillInput(program, 'x', 0, (inputs) => {
    samples.fill(inputs, batch)
    if (needs.gradients) fillInput(program, samples.target, 0, (rows) => samples.fillTargets(rows, batch, inputs))
  })
  const memory = new Map<string, Numbers>()
  return {
    samples: batch,
    run: async (weights) => {
      for (const { name } of blueprint.parameters) program.upload(name, weights(name))
      const { losses } = await program.run(0, 1)
      const loss = needs.gradients ? losses[0] : Number.NaN
      return see(createDownloads(program, memory), program, { blueprint, stages, samples: batch, loss }, weights)
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

/** The tensors that were downloaded after one pass; stacked ones come once for all their iterations. */
interface Downloads {
  load(name: string): Promise<Numbers>
  /** Of a tensor that was loaded. */
  get(name: string): Numbers
}

/** `memory`: the arrays of the passes before, which are filled again. */
function createDownloads(program: Program, memory: Map<string, Numbers>): Downloads {
  const pending = new Map<string, Promise<Numbers>>()
  const loaded = new Map<string, Numbers>()
  const download = async (name: string): Promise<Numbers> => {
    const values = await program.download(name, { into: memory.get(name) })
    memory.set(name, values)
    loaded.set(name, values)
    return values
  }
  return {
    load: (name) => {
      const known = pending.get(name) ?? download(name)
      pending.set(name, known)
      return known
    },
    get: (name) => {
      const values = loaded.get(name)
      assertInvariant(values !== undefined, `a probe reads ${name}, which it doesn't say that it needs`)
      return values
    },
  }
}

/** Norms that are smaller may have lost digits, or all of them, in the program's precision. */
const leastNorm = 1e-30

const isSure = (norm: number): boolean => norm > leastNorm && Number.isFinite(norm)

type Facts = Pick<PassView, 'blueprint' | 'stages' | 'samples' | 'loss'>

/** Downloads the tensors that were asked for. Gradients are as large as the weights, and come when a probe reads them. */
async function see(downloads: Downloads, program: Program, facts: Facts, given: WeightsOf): Promise<PassView> {
  const { blueprint, samples } = facts
  const names = new Set(program.graph.outputs.map(({ name }) => name))
  for (const name of names) if (/^(tap|norm|unmoved)\./.test(name)) await downloads.load(name)
  for (const { name } of blueprint.parameters) {
    const gradient = `gradient.${name}`
    const norms = names.has(`norm.${gradient}`) ? downloads.get(`norm.${gradient}`) : [Number.NaN]
    // Norms that the program can't tell are those of the numbers themselves.
    if (names.has(gradient) && !norms.every(isSure)) await downloads.load(gradient)
  }
  const rounded = new Map<string, Numbers>()
  /** As the program has them. */
  const weightsOf = (name: string): Numbers => {
    const values = rounded.get(name) ?? inPrecision(given(name), program)
    rounded.set(name, values)
    return values
  }
  const part = (values: Numbers, count: number, index: number): Numbers => {
    const size = values.length / count
    return values.subarray(index * size, (index + 1) * size)
  }
  const tensor = (values: Numbers, { parameter, iteration }: ParameterPlace): Numbers =>
    part(values, sizeOf(parameter.loops), iteration)
  /** What the program says of one of the tensors that a parameter stacks. */
  const reported = (name: string, { iteration }: ParameterPlace): number | undefined =>
    names.has(name) ? downloads.get(name)[iteration] : undefined
  const normOf = (norm: number | undefined, values: () => Numbers): number =>
    norm !== undefined && isSure(norm) ? norm : euclideanNorm([values()])
  const rowsOf = (values: Numbers, shape: readonly number[]): SampleRows => {
    const positions = shape.length === 3 ? shape[1] * shape[2] : 1
    return { rows: samples, width: values.length / samples, positions, values }
  }
  const outputs = new Map<LayerBlueprint, SampleRows[]>()
  const weight = (place: ParameterPlace): Numbers => tensor(weightsOf(place.parameter.name), place)
  return {
    ...facts,
    output: ({ layer: asked, iteration }) => {
      const layer = lastOf(asked)
      const known = outputs.get(layer) ?? []
      outputs.set(layer, known)
      const all = downloads.get(`tap.${layer.path}`)
      known[iteration] ??= rowsOf(part(all, sizeOf(layer.loops), iteration), layer.output)
      return known[iteration]
    },
    weight,
    gradient: async (place) => tensor(await downloads.load(`gradient.${place.parameter.name}`), place),
    weightNorm: (place) => normOf(reported(`norm.${place.parameter.name}`, place), () => weight(place)),
    gradientNorm: (place) => {
      const name = `gradient.${place.parameter.name}`
      return normOf(reported(`norm.${name}`, place), () => tensor(downloads.get(name), place))
    },
    unmoved: (place) => reported(`unmoved.${place.parameter.name}`, place),
  }
}

/** The same array where it needs no rounding. */
function inPrecision(values: ArrayLike<number>, { precision }: Program): Numbers {
  if (precision === 'float32') return values instanceof Float32Array ? values : Float32Array.from(values)
  return values instanceof Float64Array ? values : Float64Array.from(values)
}
