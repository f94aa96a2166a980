/** Adds activations to a network that has none, so that the network is more than one affine map. */
import { hasOnTheWay } from '../network/layer-traits.ts'
import { relu } from '../network/layers.ts'
import { type Leaf, leavesOf } from '../network/leaves.ts'
import type { Layer, LayerKind, Network } from '../network/network.ts'

/** Innermost layers that compute an affine map of their input in an evaluation. */
const affineKinds: ReadonlySet<LayerKind> = new Set([
  'dense',
  'conv',
  'averagePool',
  'globalAveragePool',
  'subsample',
  'scalarBias',
  'scale',
  'dropout',
  'flatten',
])

const isAffine = (leaf: Leaf): boolean =>
  leaf.kind === 'activation' ? leaf.function === 'identity' : affineKinds.has(leaf.kind)

/**
 * Returns the network with a ReLU after every layer with weights but the last. Undefined if the network has a
 * nonlinearity already, or if no layer with weights is followed by another one.
 */
export function withActivations(network: Network): Network | undefined {
  if (!leavesOf(network).every(isAffine)) return undefined
  const made = activated(network, true)
  return leavesOf(made).every(isAffine) ? undefined : made
}

/** Adds a ReLU after each layer with weights. The last layer with weights of the whole network gets none. */
function activated(layer: Layer, isLast: boolean): Layer {
  if (layer.kind === 'chain') {
    const last = layer.layers.findLastIndex((member) => hasOnTheWay(member, 'mixesUnits'))
    return { ...layer, layers: layer.layers.flatMap((one, at) => followed(one, isLast && at === last)) }
  }
  if (layer.kind === 'repeat') {
    const [block, ...after] = followed(layer.block, false)
    return { ...layer, block: after.length === 0 ? block : { kind: 'chain', layers: [block, ...after] } }
  }
  return layer.kind === 'residual' ? { ...layer, branch: activated(layer.branch, false) } : layer
}

function followed(layer: Layer, isLast: boolean): readonly Layer[] {
  const isWeighted = layer.kind === 'dense' || layer.kind === 'conv'
  return isWeighted && !isLast ? [layer, relu()] : [activated(layer, isLast)]
}
