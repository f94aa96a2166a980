/** Undoes an encoding, which is a scale and a shift of a signal, in the next layer of weights. */
import type { LayerBlueprint } from '../blueprint/blueprint.ts'
import type { ConvLayer, DenseLayer, Layer } from '../network/network.ts'
import { type Encoding, factorAt } from './encoding.ts'
import { type Edit, type Impossible, type Iteration, impossible, toSet } from './tensors.ts'

/**
 * The layers that a signal passes after `last`, with each chain replaced by its layers. Undefined if `last` isn't
 * within `blueprint`.
 */
function layersBehind(blueprint: LayerBlueprint, last: LayerBlueprint): LayerBlueprint[] | undefined {
  if (blueprint === last) return []
  const { layer, children } = blueprint
  for (const [place, child] of children.entries()) {
    const within = layersBehind(child, last)
    if (within === undefined) continue
    if (layer.kind === 'chain') return [...within, ...children.slice(place + 1).flatMap(membersOf)]
    // Only chains are replaced by their layers. Residuals and repeats stay whole, because a branch's output is added to
    // a shortcut, and a repeated block's output goes to the next iteration.
    return [...within, blueprint]
  }
  return undefined
}

function membersOf(blueprint: LayerBlueprint): LayerBlueprint[] {
  return blueprint.layer.kind === 'chain' ? blueprint.children.flatMap(membersOf) : [blueprint]
}

/**
 * Changes the first layer of weights after the layer `last` so that the changed layer undoes an encoding. For the input
 * factor * x + offset, the changed layer gives the output that the unchanged layer gives for x. Between `last` and the
 * changed layer, there may be pools and other layers that treat all units equally. `index` is the iteration of the
 * loops around `last`. Returns undefined on success, and otherwise the reason why no layer can undo the encoding.
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
        `the layer can't undo the scale that the identity layers (${last.path}) give to the signal`,
      )
    }
    passed = next
  }
  return impossible(last, 'the output is scaled, and no later layer of weights can undo the scale')
}

/**
 * The encoding of a layer's output, for the given encoding of the layer's input. Null if the output isn't a scaled and
 * shifted form of the output for the plain signal.
 */
function pass(place: Iteration, layer: Exclude<Layer, DenseLayer | ConvLayer>, encoding: Encoding): Encoding | null {
  const { factor, offset } = encoding
  switch (layer.kind) {
    case 'scale':
      // A scale layer with its own factor f gives f * (factor * x + offset) in place of f * x.
      return { factor, offset: offset * factorAt(place, layer) }
    case 'maxPool':
      return factor > 0 ? encoding : null
    case 'subsample':
      // The further channels of a subsample are always zeros, so an offset of the signal doesn't reach the further
      // channels.
      return layer.channels === place.blueprint.input[0] || offset === 0 ? encoding : null
    case 'activation':
      return layer.function === 'identity' ? encoding : null
    case 'prelu':
      // A PReLU commutes with a positive factor, for any slopes.
      return factor > 0 && offset === 0 ? encoding : null
    case 'dropout':
    case 'flatten':
    case 'averagePool':
    case 'globalAveragePool':
      return encoding
    case 'softmax':
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
    return impossible(blueprint, 'the layer reads zeros beyond the border, which are not shifted like the signal')
  }
  if (offset !== 0 && !bias)
    return impossible(blueprint, 'the layer has no bias that could undo the shift of its input')
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
