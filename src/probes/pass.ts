/**
 * A probe pass: one forward and backward pass over the probe samples, in a separate program, from which probes read
 * values. Values that no probe needs are neither computed nor stored. Batch norm uses the statistics of the samples, as
 * in training, and dropout is off.
 */
import { type Backend, fillInput, type Program, type Values } from '../backends/backend.ts'
import type { Blueprint, LayerBlueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import type { Graph } from '../graph/graph.ts'
import { lossSettings } from '../graph/losses.ts'
import { evaluationGraph, gradientGraph, type TensorOptions } from '../graph/programs.ts'
import { euclideanNorm } from '../numerics/norm.ts'
import { assertInvariant } from '../support/errors.ts'
import { compileWithin } from '../training/tapped-pass.ts'
import type { ProbeSamples } from './samples.ts'
import { type LayerPlace, type ParameterPlace, type Stage, stagesOf } from './stages.ts'

export type Numbers = Values

/**
 * Rows of numbers [rows, width], one row for each sample. The values of an image are ordered by position, then by
 * channel.
 */
export interface SampleRows {
  readonly rows: number
  readonly width: number
  /** Number of positions of an image, each with `width / positions` channels, or 1 for outputs that are not images. */
  readonly positions: number
  readonly values: Numbers
}

/** The values that a probe needs from a pass. */
export interface Needs {
  /** Whether the probe needs the outputs of all stages. */
  readonly stages?: boolean
  /** Whether the probe needs the outputs of all activations. */
  readonly activations?: boolean
  /** Kinds of layers whose outputs the probe needs. */
  readonly kinds?: readonly LayerBlueprint['layer']['kind'][]
  /** Whether the probe needs the gradients of the loss with respect to all parameters. */
  readonly gradients?: boolean
  /** Whether the probe needs the norms and counts that the pass computes for the tensors of every trained weight. */
  readonly tensors?: boolean
  /** Whether the probe needs the weights from before the first training step, which the `Setting` provides. */
  readonly start?: boolean
}

/** The values that probes can read after a pass. A view is valid until the next pass. */
export interface PassView {
  readonly blueprint: Blueprint
  readonly stages: readonly Stage[]
  readonly samples: number
  /** The mean loss of the samples, or NaN if no probe needs gradients. */
  readonly loss: number
  /** Returns the output of a layer in one iteration of its loops. The layer must be among the needs of the pass. */
  output(place: LayerPlace): SampleRows
  /** Returns one tensor of a parameter: the values that belong to one iteration of a loop. */
  weight(place: ParameterPlace): Numbers
  /** The gradient of the mean loss with respect to a tensor. The first call for a parameter downloads the gradient. */
  gradient(place: ParameterPlace): Promise<Numbers>
  /** The Euclidean norm of a tensor of a parameter. */
  weightNorm(place: ParameterPlace): number
  /** The Euclidean norm of the gradient with respect to a tensor. */
  gradientNorm(place: ParameterPlace): number
  /**
   * The number of weights of a tensor that an update of `factor` times the gradient does not change in float32, or
   * undefined if the pass did not count these weights.
   */
  unmoved(place: ParameterPlace): number | undefined
}

/** Reads the values of a parameter by its name, in the shape that the parameter has in the network. */
export type WeightsOf = (name: string) => ArrayLike<number>

export interface Pass {
  /** Number of samples in the pass. If memory is short, the pass has fewer samples than requested. */
  readonly samples: number
  run(weights: WeightsOf): Promise<PassView>
  dispose(): void
}

/** Returns the values that at least one of several probes needs from a pass. */
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

/**
 * Memory limit of a probe pass, in bytes. To stay below the memory limit, very deep networks on images are probed with
 * fewer samples.
 */
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
      ? gradientGraph(blueprint, {
          ...lossSettings(samples.loss),
          batch,
          taps,
          tensors: needs.tensors ? tensors : undefined,
        })
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

/**
 * Returns the last layer of a chain. The output of this layer is the output of the chain. So a stage and the activation
 * at the end of the stage share one tap (recorded output).
 */
function lastOf(layer: LayerBlueprint): LayerBlueprint {
  return layer.layer.kind === 'chain' && layer.children.length > 0
    ? lastOf(layer.children[layer.children.length - 1])
    : layer
}

/** The tensors downloaded after one pass. A stacked tensor is downloaded once for all iterations. */
interface Downloads {
  load(name: string): Promise<Numbers>
  /** Returns the values of a tensor that was downloaded before. */
  get(name: string): Numbers
}

/**
 * Creates the downloads of one pass. The map `memory` holds the arrays of earlier passes, into which the downloads
 * write their values.
 */
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
      assertInvariant(values !== undefined, `a probe reads ${name}, which is not among the needs of the probe`)
      return values
    },
  }
}

/**
 * Smallest norm that the program computes reliably. A computed norm below 1e-30 may have lost some or all digits.
 */
const leastNorm = 1e-30

const isSure = (norm: number): boolean => norm > leastNorm && Number.isFinite(norm)

type Facts = Pick<PassView, 'blueprint' | 'stages' | 'samples' | 'loss'>

/**
 * Downloads the needed tensors. Gradients are as large as the weights, so they are downloaded only when a probe reads
 * them.
 */
async function see(downloads: Downloads, program: Program, facts: Facts, given: WeightsOf): Promise<PassView> {
  const { blueprint, samples } = facts
  const names = new Set(program.graph.outputs.map(({ name }) => name))
  for (const name of names) if (/^(tap|norm|unmoved)\./.test(name)) await downloads.load(name)
  for (const { name } of blueprint.parameters) {
    const gradient = `gradient.${name}`
    const norms = names.has(`norm.${gradient}`) ? downloads.get(`norm.${gradient}`) : [Number.NaN]
    // A norm that the program cannot compute reliably is computed from the downloaded gradient.
    if (names.has(gradient) && !norms.every(isSure)) await downloads.load(gradient)
  }
  const rounded = new Map<string, Numbers>()
  /** The values of a parameter, rounded to the precision of the program. */
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
  /** The number that the program reports for one tensor of a stacked parameter. */
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

/** Converts values to the precision of a program. Returns the given array itself if no rounding is needed. */
function inPrecision(values: ArrayLike<number>, { precision }: Program): Numbers {
  if (precision === 'float32') return values instanceof Float32Array ? values : Float32Array.from(values)
  return values instanceof Float64Array ? values : Float64Array.from(values)
}
