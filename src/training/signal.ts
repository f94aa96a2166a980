/** Measures the signal of a network: the mean square of every layer's output, in one forward pass. */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint, LayerBlueprint } from '../blueprint/blueprint.ts'
import type { Samples } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import { grouped } from '../format/words.ts'
import type { Weights } from './evaluator.ts'
import { iterationName } from './layer-order.ts'
import { openTappedPass } from './tapped-pass.ts'

export interface LayerSignal {
  /**
   * Path of the measured layer. The path of a repeated layer ends with the number of its iteration in brackets:
   * `hidden[12]`.
   */
  readonly layer: string
  /**
   * Mean of the layer's squared outputs over all samples and units. The mean is Infinity or NaN if outputs aren't
   * finite.
   */
  readonly meanSquare: number
}

/**
 * Describes how the size of the layers' outputs changes from layer to layer before training. The size is measured as
 * the mean of a layer's squared outputs, over at most 32 training samples and all units.
 */
export interface Signal {
  /**
   * `vanishes`: the mean square of some layer is 0, or less than the mean square of the first layer divided by 10^12.
   * `explodes`: the mean square of some layer is more than 10^12 times the mean square of the first layer, or not
   * finite. `steady`: the signal neither vanishes nor explodes.
   */
  readonly verdict: 'steady' | 'vanishes' | 'explodes'
  /** Path of the first layer at which the signal vanishes or explodes, or null if the verdict is `steady`. */
  readonly layer: string | null
  /** Position of `layer` among all measured layers, counted from 1, or null if the verdict is `steady`. */
  readonly position: number | null
  /** Number of layers whose mean square was measured. */
  readonly layers: number
  /** Mean square of the first layer's outputs, which is Infinity or NaN if outputs aren't finite. */
  readonly first: number
  /** Mean square of the last layer's outputs, which is Infinity or NaN if outputs aren't finite. */
  readonly last: number
}

/** Largest number of samples for the forward pass that measures the signal. */
const probeSamples = 32
/**
 * Largest memory of the forward pass that measures the signal, in bytes. For most networks, a forward pass of 32
 * samples needs less than this limit of 2^28 bytes. For very deep networks of images, the forward pass has fewer
 * samples, so that memory remains for the training.
 */
const probeBytes = 2 ** 28
/** Largest ratio between the mean squares of two layers of a steady signal. */
const limit = 1e12

/**
 * The parts of a network that have parameters and that the signal passes one after the other. The parts are the layers
 * of the root and the blocks of its loops, without shortcuts. The network of a preset with depth d has d + 1 parts with
 * parameters: its hidden layers and its read-out.
 */
function signalStages(root: LayerBlueprint): Set<LayerBlueprint> {
  const stages = new Set<LayerBlueprint>()
  const visit = (layer: LayerBlueprint): void => {
    if (layer.layer.kind === 'chain') layer.children.forEach(visit)
    else if (hasParameters(layer)) stages.add(layer.layer.kind === 'repeat' ? layer.children[0] : layer)
  }
  visit(root)
  return stages
}

function hasParameters({ parameters, children }: LayerBlueprint): boolean {
  return parameters.length > 0 || children.some(hasParameters)
}

/**
 * Measures the mean squares of all layers, in the order of the forward pass. Batch norm uses the statistics of the
 * batch. Throws a `memory` error if a single sample doesn't fit into memory.
 */
export async function measureSignal(
  blueprint: Blueprint,
  backend: Backend,
  weights: Weights,
  samples: Samples,
  standardizer: Standardizer,
): Promise<LayerSignal[]> {
  const stages = signalStages(blueprint.root)
  const rows = Math.min(probeSamples, samples.count)
  const pass = await openTappedPass(blueprint, backend, weights, rows, (layer) => stages.has(layer), probeBytes)
  try {
    const indices = Uint32Array.from({ length: pass.batch }, (_, row) => row)
    const outputs = await pass.run((target) => standardizer.fill(samples, indices, target))
    return outputs.flatMap(({ layer, iterations, values }) =>
      Array.from({ length: iterations }, (_, iteration) => ({
        layer: iterationName(layer.path, layer.loops, iteration),
        meanSquare: meanSquareOf(values(iteration)),
      })),
    )
  } finally {
    pass.dispose()
  }
}

function meanSquareOf(values: Float32Array | Float64Array): number {
  let sum = 0
  for (const value of values) sum += value * value
  return sum / values.length
}

/** Decides whether a signal is steady, vanishes or explodes. */
export function judgeSignal(layers: readonly LayerSignal[]): Signal {
  const first = layers.at(0)?.meanSquare ?? 0
  const facts = { layers: layers.length, first, last: layers.at(-1)?.meanSquare ?? 0 }
  for (const [index, { layer, meanSquare }] of layers.entries()) {
    const position = index + 1
    // A read-out whose initial weights are zeros is accepted, because no layer follows the read-out.
    if (meanSquare === 0 && position === layers.length) continue
    if (meanSquare === 0 || meanSquare < first / limit) return { verdict: 'vanishes', layer, position, ...facts }
    // The comparison with the limit is negated so that NaN counts as exploding.
    if (!(meanSquare <= first * limit)) return { verdict: 'explodes', layer, position, ...facts }
  }
  return { verdict: 'steady', layer: null, position: null, ...facts }
}

/** Describes in words where a signal vanishes or explodes. Returns null for a steady signal. */
export function describeSignal({ verdict, layer, position, layers, first, last }: Signal): string | null {
  if (verdict === 'steady' || position === null) return null
  const place = `layer ${grouped(position)} of ${grouped(layers)} (${layer})`
  const sizes = `its mean square is ${size(first)} after the first layer and ${size(last)} after the last`
  return `the signal ${verdict} by ${place}: ${sizes}`
}

function size(value: number): string {
  if (!Number.isFinite(value)) return 'beyond the range of float32'
  return value === 0 ? '0' : value.toPrecision(3)
}
