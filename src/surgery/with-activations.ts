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
  'batchNorm',
  'flatten',
])

const isAffine = (leaf: Leaf): boolean =>
  leaf.kind === 'activation' ? leaf.function === 'identity' : affineKinds.has(leaf.kind)

/**
 * Returns the network with a ReLU after every layer with weights but the last. Undefined if a nonlinearity lies between
 * two layers with weights, or if no layer with weights is followed by another one. Layers before the first and after the
 * last layer with weights do not count.
 */
export function withActivations(network: Network): Network | undefined {
  const leaves = leavesOf(network)
  const isWeighted = (leaf: Leaf): boolean => leaf.kind === 'dense' || leaf.kind === 'conv'
  const between = leaves.slice(leaves.findIndex(isWeighted) + 1, leaves.findLastIndex(isWeighted) + 1)
  if (!between.every(isAffine)) return undefined
  const made = activated(network, true)
  return leavesOf(made).length > leaves.length ? made : undefined
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
