/** Removes a sigmoid at the end of a network if the loss computes the sigmoid itself. */
import type { Blueprint } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import type { LossName } from '../graph/losses.ts'
import type { Layer, Network } from '../network/network.ts'

/** The network that is trained or used in place of a given network. */
export interface Absorbed {
  readonly blueprint: Blueprint
  /** Sentences for the user about the change; empty if the network is unchanged. */
  readonly notes: readonly string[]
}

const note =
  'The loss binary-cross-entropy computes the sigmoid at the end of the network itself. The trained network is the given network without this sigmoid, and the predictions are the same probabilities.'

/**
 * Creates the blueprint of a network for a loss. Binary cross-entropy takes logits. If the network ends in a sigmoid,
 * the network without this sigmoid gives the logits of the same probabilities. Other losses leave the network
 * unchanged. A network that ends in two sigmoids is also unchanged. `shape` is the shape of a sample. Throws the `network` errors of `createBlueprint`.
 */
export function absorbSigmoid(network: Network, shape: readonly number[], loss: LossName): Absorbed {
  const given = createBlueprint(network, shape)
  const logits = loss === 'binary-cross-entropy' ? withoutLastSigmoid(network) : undefined
  return logits === undefined
    ? { blueprint: given, notes: [] }
    : { blueprint: createBlueprint(logits, shape), notes: [note] }
}

/** Returns a chain without the sigmoid at its end, or undefined if the layer is no such chain. */
function withoutLastSigmoid(layer: Layer): Layer | undefined {
  if (layer.kind !== 'chain' || layer.layers.length < 2) return undefined
  const before = layer.layers.slice(0, -1)
  const last = layer.layers[layer.layers.length - 1]
  const shorter = withoutLastSigmoid(last)
  if (shorter === undefined && !isSigmoid(last)) return undefined
  const layers = Object.freeze(shorter === undefined ? before : [...before, shorter])
  const made: Layer = Object.freeze({ ...layer, layers })
  // A network that ends in two sigmoids stays unchanged, so that a network whose sigmoid was absorbed loses no other
  // sigmoid when the network is used.
  return endsInSigmoid(made) ? undefined : made
}

function endsInSigmoid(layer: Layer): boolean {
  if (layer.kind === 'chain') return layer.layers.length > 0 && endsInSigmoid(layer.layers[layer.layers.length - 1])
  return isSigmoid(layer)
}

/** Whether the layer is a sigmoid, alone or in a chain of its own. */
function isSigmoid(layer: Layer): boolean {
  if (layer.kind === 'chain') return layer.layers.length === 1 && isSigmoid(layer.layers[0])
  return layer.kind === 'activation' && layer.function === 'sigmoid'
}
