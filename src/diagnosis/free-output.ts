/** Removes a last layer that limits the outputs of a network, such as a sigmoid or a softmax. */

import { isLimiting } from '../facts/limiting-output.ts'
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
  const own = last.kind === 'activation' ? last.function : last.kind
  if (isLimiting(own)) {
    return at === 0 ? undefined : { ...network, layers: network.layers.filter((_, index) => index !== at) }
  }
  const freed = withFreeOutput(last)
  return freed && { ...network, layers: network.layers.map((layer, index) => (index === at ? freed : layer)) }
}

const changesNothing = (layer: Layer): boolean =>
  layer.kind === 'activation' ? layer.function === 'identity' : layer.kind === 'dropout' || layer.kind === 'flatten'
