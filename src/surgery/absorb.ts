/** Undoing a scale and a shift of a signal in the next layer of weights. */
import type { LayerBlueprint } from '../blueprint/blueprint.ts'
import type { ConvLayer, DenseLayer, Layer } from '../network/network.ts'
import { type Encoding, factorAt } from './encoding.ts'
import { type Edit, type Impossible, type Iteration, impossible, toSet } from './tensors.ts'

/** The layers that a signal passes behind `last`, chains taken apart; undefined where it isn't in this layer. */
function layersBehind(blueprint: LayerBlueprint, last: LayerBlueprint): LayerBlueprint[] | undefined {
  if (blueprint === last) return []
  const { layer, children } = blueprint
  for (const [place, child] of children.entries()) {
    const within = layersBehind(child, last)
    if (within === undefined) continue
    if (layer.kind === 'chain') return [...within, ...children.slice(place + 1).flatMap(membersOf)]
    // A branch's output is added to something else, and a block's is given to the next iteration.
    return [...within, blueprint]
  }
  return undefined
}

function membersOf(blueprint: LayerBlueprint): LayerBlueprint[] {
  return blueprint.layer.kind === 'chain' ? blueprint.children.flatMap(membersOf) : [blueprint]
}

/**
 * Changes the next weights behind the layer `last` so that they give for factor * x + offset what they gave for x.
 * Pools and what else treats all units alike may stand between. `index` is the iteration of the loops around `last`.
 */
export function absorb(
  edit: Edit,
  root: LayerBlueprint,
  last: LayerBlueprint,
  index: readonly number[],
  encoding: Encoding,
): Impossible | undefined {
  let passed = encoding
  for (const blueprint of layersBehind(root, last) ?? []) {
    const { layer } = blueprint
    const place = { blueprint, index }
    if (layer.kind === 'dense' || layer.kind === 'conv') return undo(edit, place, layer, passed)
    const next = pass(place, layer, passed)
    if (next === null) {
      return impossible(
        blueprint,
        `gets what is scaled by the layers made identities (${last.path}), and can't undo it`,
      )
    }
    passed = next
  }
  return impossible(last, 'scales what it hands on, and no layer of weights stands behind it to undo that')
}

/** How a layer hands on a scaled and shifted signal; null where what it gives isn't the signal scaled and shifted. */
function pass(place: Iteration, layer: Exclude<Layer, DenseLayer | ConvLayer>, encoding: Encoding): Encoding | null {
  const { factor, offset } = encoding
  switch (layer.kind) {
    case 'scale':
      // by * (factor * x + offset), where it was by * x.
      return { factor, offset: offset * factorAt(place, layer) }
    case 'maxPool':
      return factor > 0 ? encoding : null
    case 'subsample':
      // Its further channels are zeros, whatever the others are.
      return layer.channels === place.blueprint.input[0] || offset === 0 ? encoding : null
    case 'activation':
      return layer.function === 'identity' ? encoding : null
    case 'dropout':
    case 'flatten':
    case 'averagePool':
    case 'globalAveragePool':
      return encoding
    case 'scalarBias':
    case 'layerNorm':
    case 'batchNorm':
    case 'chain':
    case 'residual':
    case 'repeat':
      return null
  }
}

function undo(
  edit: Edit,
  place: Iteration,
  layer: DenseLayer | ConvLayer,
  { factor, offset }: Encoding,
): Impossible | undefined {
  const { blueprint } = place
  const weight = toSet(edit, place, 'weight')
  const bias = toSet(edit, place, 'bias')
  if (offset !== 0 && layer.kind === 'conv' && layer.padding === 'zero' && layer.kernel > 1) {
    return impossible(blueprint, 'sees zeros beyond the border, which are not shifted with the rest')
  }
  if (offset !== 0 && !bias) return impossible(blueprint, 'has no bias to undo the shift of what it gets')
  if (!weight) return undefined
  const [outputs] = blueprint.output
  const incoming = weight.length / outputs
  for (let unit = 0; unit < outputs; unit++) {
    const row = weight.subarray(unit * incoming, (unit + 1) * incoming)
    for (const [place, value] of row.entries()) row[place] = value / factor
    if (bias) bias[unit] -= offset * row.reduce((sum, value) => sum + value, 0)
  }
  return undefined
}
