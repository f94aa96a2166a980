/** Adds dropout to the hidden layers of a network. */
import type { Layer, Network } from '../network/network.ts'
import { ifChanged, isNonlinearity, leafPlaces } from './leaf-places.ts'
import { largestDropRate } from './without-dropout.ts'

/**
 * Returns the network with dropout after each hidden activation (Srivastava et al. 2014). Undefined if the network drops
 * units already, or has no hidden activation in a chain.
 */
export function withDropout(network: Network, rate: number): Network | undefined {
  if (largestDropRate(network) > 0) return undefined
  const hidden = new Set<Layer>(leafPlaces(network).flatMap(({ leaf, isHidden }) => (isHidden ? [leaf] : [])))
  const dropped = (layer: Layer): Layer => {
    if (layer.kind === 'repeat') return { ...layer, block: dropped(layer.block) }
    if (layer.kind === 'residual') return { ...layer, branch: dropped(layer.branch) }
    if (layer.kind !== 'chain') return layer
    const layers = layer.layers.flatMap((member): Layer[] =>
      isNonlinearity(member) && hidden.has(member) ? [member, { kind: 'dropout', rate }] : [dropped(member)],
    )
    return { ...layer, layers }
  }
  return ifChanged(network, dropped(network))
}
