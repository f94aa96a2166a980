/** Removes a last layer that limits the outputs of a network, such as a sigmoid or a softmax. */
import { changesNothing, isLimiting } from '../facts/limiting-output.ts'
import type { Layer, Network } from '../network/network.ts'

/**
 * Returns the network without the last layer that limits its outputs, or undefined if the last layer limits nothing.
 * Dropout, flatten and identity layers at the end do not count as the last layer.
 */
export function withFreeOutput(network: Network): Network | undefined {
  if (network.kind !== 'chain') return undefined
  const at = network.layers.findLastIndex((layer) => !changesNothing(layer))
  if (at < 0) return undefined
  const last = network.layers[at]
  if (last.kind !== 'chain' && isLimit(last)) {
    return at === 0 ? undefined : { ...network, layers: network.layers.filter((_, index) => index !== at) }
  }
  // A chain that holds nothing but the limiting layer is left out as a whole.
  const isAlone = last.kind === 'chain' && at > 0 && isLimit(last)
  const freed = isAlone ? [] : [withFreeOutput(last)]
  if (freed.includes(undefined)) return undefined
  return {
    ...network,
    layers: network.layers.flatMap((layer, index) => (index === at ? freed.flatMap((one) => one ?? []) : layer)),
  }
}

/** Whether a layer is a limiting layer, alone or in chains of its own. */
function isLimit(layer: Layer): boolean {
  if (layer.kind === 'chain') return layer.layers.length === 1 && isLimit(layer.layers[0])
  return isLimiting(layer.kind === 'activation' ? layer.function : layer.kind)
}
