/** Undoing a scale and a shift of a signal in the next layer of weights. */
import type { LayerBlueprint } from '../blueprint/blueprint.ts'
import type { ConvLayer, DenseLayer } from '../network/network.ts'
import { type Code, factorAt } from './code.ts'
import { type Draft, type Impossible, impossible, type Step, toSet } from './tensors.ts'

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
  draft: Draft,
  root: LayerBlueprint,
  last: LayerBlueprint,
  index: readonly number[],
  code: Code,
): Impossible | undefined {
  const { factor } = code
  let { offset } = code
  for (const blueprint of layersBehind(root, last) ?? []) {
    const step = { blueprint, index }
    const { layer } = blueprint
    switch (layer.kind) {
      case 'dense':
      case 'conv':
        return undo(draft, step, layer, { factor, offset })
      case 'scale':
        // by * (factor * x + offset), where it was by * x.
        offset *= factorAt(step, layer)
        continue
      case 'maxPool':
        if (factor > 0) continue
        break
      case 'subsample':
        // Its further channels are zeros, whatever the others are.
        if (layer.channels === blueprint.input[0] || offset === 0) continue
        break
      case 'activation':
        if (layer.function === 'identity') continue
        break
      case 'dropout':
      case 'flatten':
      case 'averagePool':
      case 'globalAveragePool':
        continue
    }
    return impossible(blueprint, `gets what is scaled by the layers made identities (${last.path}), and can't undo it`)
  }
  return impossible(last, 'scales what it hands on, and no layer of weights stands behind it to undo that')
}

function undo(
  draft: Draft,
  step: Step,
  layer: DenseLayer | ConvLayer,
  { factor, offset }: Code,
): Impossible | undefined {
  const { blueprint } = step
  const weight = toSet(draft, step, 'weight')
  const bias = toSet(draft, step, 'bias')
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
