/** How large the values in a network are, layer by layer: one forward pass with every layer's output tapped. */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint, LayerBlueprint } from '../blueprint/blueprint.ts'
import type { Samples } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import { grouped } from '../format/words.ts'
import type { Weights } from './evaluator.ts'
import { iterationName } from './layer-order.ts'
import { openTappedPass } from './tapped-pass.ts'

export interface LayerSignal {
  /** The layer's path, with the iteration in brackets where it is repeated: `hidden[12]`. */
  readonly layer: string
  /** Mean over samples and units of the output's square; Infinity or NaN where it isn't finite. */
  readonly meanSquare: number
}

export interface Signal {
  /** `vanishes` or `explodes`: some layer's mean square is 10^12 times below or above the first layer's, or 0, or not finite. */
  readonly verdict: 'steady' | 'vanishes' | 'explodes'
  /** The first layer where that is so; null when steady. */
  readonly layer: string | null
  /** That layer's place among all, counted from 1, and their number. */
  readonly position: number | null
  readonly layers: number
  readonly first: number
  readonly last: number
}

const probeSamples = 32
/** For so many as a rule; fewer of very deep networks of images, whose memory is for the training that follows. */
const probeBytes = 2 ** 28
const limit = 1e12

/**
 * The parts with parameters that a signal passes one after the other: the root's layers and the blocks of its loops,
 * shortcuts left aside. So the hidden layers of a preset and its read-out are depth + 1.
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

/** Mean squares in the order in which the signal passes; batch norm uses the batch's own statistics. */
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

export function judgeSignal(layers: readonly LayerSignal[]): Signal {
  const first = layers.at(0)?.meanSquare ?? 0
  const facts = { layers: layers.length, first, last: layers.at(-1)?.meanSquare ?? 0 }
  for (const [index, { layer, meanSquare }] of layers.entries()) {
    const position = index + 1
    // A read-out that starts with zeros is a choice; nothing follows it that could suffer.
    if (meanSquare === 0 && position === layers.length) continue
    if (meanSquare === 0 || meanSquare < first / limit) return { verdict: 'vanishes', layer, position, ...facts }
    // Written so that NaN explodes too.
    if (!(meanSquare <= first * limit)) return { verdict: 'explodes', layer, position, ...facts }
  }
  return { verdict: 'steady', layer: null, position: null, ...facts }
}

/** What stands out about the signal, in words; null when it is steady. */
export function describeSignal({ verdict, layer, position, layers, first, last }: Signal): string | null {
  if (verdict === 'steady' || position === null) return null
  const place = `layer ${grouped(position)} of ${grouped(layers)} (${layer})`
  const sizes = `its mean square is ${size(first)} after the first layer and ${size(last)} after the last`
  return `the signal ${verdict} by ${place}: ${sizes}`
}

function size(value: number): string {
  if (!Number.isFinite(value)) return 'beyond what float32 holds'
  return value === 0 ? '0' : value.toPrecision(3)
}
