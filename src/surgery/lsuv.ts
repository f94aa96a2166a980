/**
 * LSUV, the layer-sequential unit-variance start (Mishkin & Matas 2016, algorithm 1). From input to output, the weights
 * of each weighted layer are divided by the standard deviation of the layer's output on one batch. The division is
 * repeated until the variance of the output is 1 within a tolerance. The output is taken before the activation, and its
 * variance is taken over all samples and units.
 *
 * Differences from the paper and choices that the paper leaves open:
 * - The paper first replaces the weights by orthonormal matrices. Here the network's own draws stay, so that only scales
 *   change. The initializer `orthogonal` together with LSUV gives the paper's start.
 * - Biases stay as drawn. If the biases alone give a variance too far from 1, no factor helps, and the layer stays as
 *   drawn. Weights of zeros stay zeros.
 * - All dense layers and convolutions are rescaled, also those in residual branches, on shortcuts and before a norm. The
 *   multipliers of branches, the scales of norms and trained numbers other than weights stay.
 * - Batch norm uses the statistics of the batch, and dropout is off.
 */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint, LayerBlueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import type { Samples } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import { createRandom } from '../support/random.ts'
import { yieldToEventLoop } from '../support/yield-to-event-loop.ts'
import type { Weights } from '../training/evaluator.ts'
import type { AdjustControl } from '../training/start-change.ts'
import { checkWeights } from '../training/weights.ts'
import { createLeafPass, type LeafPass } from './leaf-pass.ts'
import { type Edit, toSet, valuesAt } from './tensors.ts'

/** Largest distance of a rescaled layer's variance from 1, as in the paper. */
export const lsuvTolerance = 0.1
/** Largest number of times that a layer's weights are divided. */
const mostRounds = 10
/** Largest number of samples in the batch. More samples change the variances by less than the tolerance. */
const mostSamples = 1024
/**
 * Largest ratio of the variance to the mean square of outputs that counts as rounding errors of float32. Such outputs are
 * constant but for rounding, and no factor is taken from them.
 */
const noise = 1e-12
/** Largest number of values in the outputs of one layer, which limits the samples for large images. */
const mostValues = 2 ** 25
/** Longest time in milliseconds without a pause in which signals such as Ctrl-C are handled, apart from a single layer. */
const longestStretch = 50

/** The rescaling of one layer, in one iteration of the loops around the layer. */
export interface LayerScale {
  /** Path of the layer, with the iterations of its loops, such as `hidden.dense1[12]`. */
  readonly layer: string
  /** Factor on the weights of the layer, 1 if the layer stays as drawn. */
  readonly factor: number
  /**
   * Variance of the layer's output with its drawn weights, after all earlier layers were rescaled. NaN or Infinity if
   * outputs aren't finite.
   */
  readonly before: number
  /** Variance of the layer's output with its final weights. */
  readonly after: number
}

export interface LsuvResult {
  /** Values of all parameters by name: rescaled weights, and copies of all other values. */
  readonly weights: Map<string, Float64Array>
  /** All weighted layers, in the order of the forward pass. */
  readonly layers: readonly LayerScale[]
  /** Number of samples in the batch. */
  readonly samples: number
}

export interface LsuvOptions extends AdjustControl {
  /** Number of samples in the batch, at most 1,024. Networks with large images get fewer samples. */
  readonly batch: number
  /** Seed that chooses the samples of the batch from the training set. */
  readonly seed: number
}

/**
 * Rescales weights by LSUV: `weights` in, copies with other scales out. The pass runs each layer once on the batch, layer
 * after layer, because the output is linear in the factor on the weights: a layer's rounds need no further pass. So the
 * cost is one forward pass and one call of a program for each layer, at any depth, and the memory is that of a few
 * layers. Programs are compiled once for equal layers. The variances are computed in float64.
 *
 * Throws a `weights` error if the weights don't belong to the network, and a `memory` error if a single layer doesn't
 * fit into memory. Throws the reason of `abort` if `abort` stops the work.
 */
export async function lsuv(
  blueprint: Blueprint,
  backend: Backend,
  weights: Weights,
  samples: Samples,
  standardizer: Standardizer,
  { batch, seed, abort, onLayer }: LsuvOptions,
): Promise<LsuvResult> {
  checkWeights(blueprint, weights)
  const own = new Map(blueprint.parameters.map(({ name }) => [name, Float64Array.from(weights.get(name) ?? [])]))
  const most = Math.max(1, Math.floor(mostValues / largestOutput(blueprint.root)))
  const rows = Math.min(batch, samples.count, mostSamples, most)
  const indices = createRandom(seed, 'lsuv batch').permutation(samples.count).slice(0, rows)
  const inputs = new Float64Array(rows * sizeOf(blueprint.input))
  standardizer.fill(samples, indices, { array: inputs, offset: 0, stride: sizeOf(blueprint.input) })
  const leaves = createLeafPass(backend, rows)
  const layers: LayerScale[] = []
  const pause = createPause(abort)
  const edit: Edit = { weights: own, changed: new Set() }
  try {
    await pass({ leaves, rows, edit, layers, pause, onLayer }, blueprint.root, [], inputs)
  } finally {
    leaves.dispose()
  }
  return { weights: own, layers, samples: rows }
}

/**
 * Creates a function that lets waiting signals run if none could run for a while. The function throws the reason of
 * `abort` once `abort` stops the work.
 */
function createPause(abort: AbortSignal | undefined): () => Promise<void> {
  let pausedAt = performance.now()
  return async () => {
    if (performance.now() - pausedAt >= longestStretch) {
      await yieldToEventLoop()
      pausedAt = performance.now()
    }
    abort?.throwIfAborted()
  }
}

/** Number of weighted layers that LSUV rescales: each iteration of a repeated layer, and the layers within shortcuts. */
export function rescaledLayers({ loops, parameters, children }: LayerBlueprint): number {
  const own = parameters.some(({ role }) => role === 'weight') ? sizeOf(loops) : 0
  return children.reduce((sum, child) => sum + rescaledLayers(child), own)
}

const largestOutput = ({ input, output, children }: LayerBlueprint): number =>
  Math.max(sizeOf(input), sizeOf(output), ...children.map(largestOutput))

interface Context {
  readonly leaves: LeafPass
  readonly rows: number
  readonly edit: Edit
  readonly layers: LayerScale[]
  readonly pause: () => Promise<void>
  readonly onLayer?: (done: number) => void
}

/** Passes the batch through a layer and rescales the weights on the way. Returns the layer's outputs, row after row. */
async function pass(
  context: Context,
  blueprint: LayerBlueprint,
  index: readonly number[],
  inputs: Float64Array,
): Promise<Float64Array> {
  const { layer, children } = blueprint
  if (layer.kind === 'chain') {
    let values = inputs
    for (const child of children) values = await pass(context, child, index, values)
    return values
  }
  if (layer.kind === 'repeat') {
    let values = inputs
    for (let iteration = 0; iteration < layer.times; iteration++) {
      values = await pass(context, children[0], [...index, iteration], values)
    }
    return values
  }
  if (layer.kind === 'residual') {
    const [branch, shortcut] = children
    const outputs = await pass(context, branch, index, inputs)
    const skipped = shortcut === undefined ? inputs : await pass(context, shortcut, index, inputs)
    const multiplier = multiplierOf(context, blueprint, index)
    return skipped.map((value, place) => value + multiplier * outputs[place])
  }
  await context.pause()
  const values = blueprint.parameters.map((parameter) =>
    valuesAt(context.edit.weights.get(parameter.name) ?? new Float64Array(), parameter, index),
  )
  const isWeighted = blueprint.parameters.some(({ role }) => role === 'weight')
  if (!isWeighted) return context.leaves.run(blueprint, index, inputs, values)
  return rescale(context, blueprint, index, inputs, values)
}

function multiplierOf({ edit }: Context, { layer, parameters }: LayerBlueprint, index: readonly number[]): number {
  const [parameter] = parameters
  if (parameter !== undefined)
    return valuesAt(edit.weights.get(parameter.name) ?? new Float64Array(), parameter, index)[0]
  if (layer.kind !== 'residual') return 1
  return typeof layer.multiplier === 'number' ? layer.multiplier : layer.multiplier[index[index.length - 1]]
}

/**
 * Rescales the weights of a dense layer or a convolution, and returns its outputs. The outputs are s z + b with the
 * factor s on the weights, the outputs z without biases, and the biases b. So their variance is a quadratic function of
 * s, and all rounds are computed from three moments.
 */
async function rescale(
  { leaves, rows, edit, layers, onLayer }: Context,
  blueprint: LayerBlueprint,
  index: readonly number[],
  inputs: Float64Array,
  values: readonly Float64Array[],
): Promise<Float64Array> {
  const biases = values[blueprint.parameters.findIndex(({ role }) => role === 'bias')]
  const withoutBiases = values.map((one) => (one === biases ? new Float64Array(one.length) : one))
  const outputs = await leaves.run(blueprint, index, inputs, withoutBiases)
  const size = outputs.length / rows
  const positions = size / blueprint.output[0]
  const biasAt = (place: number): number => biases?.[Math.floor((place % size) / positions)] ?? 0
  const moments = momentsOf(outputs, biasAt)
  const varianceWith = (factor: number): number =>
    factor * factor * moments.outputs + 2 * factor * moments.both + moments.biases
  const before = varianceWith(1)
  const isNoise = moments.outputs <= noise * (moments.outputs + moments.mean ** 2)
  const { factor, after } = isNoise ? { factor: 1, after: before } : findFactor(varianceWith)
  const layer = `${blueprint.path}${index.map((iteration) => `[${iteration}]`).join('')}`
  layers.push({ layer, factor, before, after })
  if (factor !== 1) {
    const weights = toSet(edit, { blueprint, index }, 'weight') ?? new Float64Array()
    for (let place = 0; place < weights.length; place++) weights[place] *= factor
  }
  onLayer?.(layers.length)
  return outputs.map((value, place) => factor * value + biasAt(place))
}

/** Whether a variance is near enough to 1. */
export const isUnitVariance = (variance: number): boolean => Math.abs(variance - 1) < lsuvTolerance

/** Finds the factor by the rounds of the paper. The factor is 1 if no round gives a variance near 1. */
function findFactor(varianceWith: (factor: number) => number): { factor: number; after: number } {
  let factor = 1
  for (let round = 0; round <= mostRounds; round++) {
    const variance = varianceWith(factor)
    if (isUnitVariance(variance)) return { factor, after: variance }
    factor /= Math.sqrt(variance)
    if (!Number.isFinite(factor) || factor === 0) break
  }
  return { factor: 1, after: varianceWith(1) }
}

/** The mean and variance of the outputs, the variance of the biases, and the covariance of both, over all samples and units. */
function momentsOf(outputs: Float64Array, biasAt: (place: number) => number) {
  let [sum, biasSum] = [0, 0]
  for (let place = 0; place < outputs.length; place++) {
    sum += outputs[place]
    biasSum += biasAt(place)
  }
  const [mean, biasMean] = [sum / outputs.length, biasSum / outputs.length]
  let [own, both, biases] = [0, 0, 0]
  for (let place = 0; place < outputs.length; place++) {
    const [output, bias] = [outputs[place] - mean, biasAt(place) - biasMean]
    own += output * output
    both += output * bias
    biases += bias * bias
  }
  const count = outputs.length
  return { mean, outputs: own / count, both: both / count, biases: biases / count }
}
