/** The innermost layers of a network with their neighbors, for changes that depend on the neighbors. */
import { type Leaf, leavesOf, withLeaves } from '../network/leaves.ts'
import type { ActivationLayer, ConvLayer, DenseLayer, Layer, Network, PreluLayer } from '../network/network.ts'

/** A layer with a matrix or a kernel of weights. */
export type WeightedLayer = DenseLayer | ConvLayer
/** An activation other than the identity. */
export type Nonlinearity = ActivationLayer | PreluLayer

export interface LeafPlace {
  readonly leaf: Leaf
  /**
   * Whether the layer lies between the first and the last layer with weights, or is the first one. The last layer with
   * weights is the read-out, unless it is repeated.
   */
  readonly isHidden: boolean
  /** Whether the layer is in the branch of a residual. */
  readonly isInBranch: boolean
  /** The first activation after the layer and before the next layer with weights. */
  readonly next?: Nonlinearity
  /** The last activation before the layer. */
  readonly previous?: Nonlinearity
}

export const isWeighted = (leaf: Layer): leaf is WeightedLayer => leaf.kind === 'dense' || leaf.kind === 'conv'

export const isNonlinearity = (leaf: Layer): leaf is Nonlinearity =>
  leaf.kind === 'prelu' || (leaf.kind === 'activation' && leaf.function !== 'identity')

/** Lists the innermost layers in the order of `leavesOf`. A repeated layer is listed once. */
export function leafPlaces(network: Network): readonly LeafPlace[] {
  const leaves = leavesOf(network)
  const { repeated, inBranch } = surroundings(network)
  const first = leaves.findIndex(isWeighted)
  const last = leaves.findLastIndex(isWeighted)
  const next: (Nonlinearity | undefined)[] = []
  for (let index = leaves.length - 1, after: Nonlinearity | undefined; index >= 0; index--) {
    next[index] = after
    const leaf = leaves[index]
    after = isNonlinearity(leaf) ? leaf : isWeighted(leaf) ? undefined : after
  }
  let previous: Nonlinearity | undefined
  return leaves.map((leaf, index) => {
    const isHidden = first >= 0 && index >= first && (index < last || repeated[last])
    const place = { leaf, isHidden, isInBranch: inBranch[index], next: next[index], previous }
    if (isNonlinearity(leaf)) previous = leaf
    return place
  })
}

/** Returns the network in which `change` has replaced each innermost layer. */
export function withPlaces(network: Network, change: (place: LeafPlace) => Layer): Network {
  const places = leafPlaces(network)
  let index = 0
  return withLeaves(network, () => change(places[index++]))
}

/** For each innermost layer, whether the layer is in a loop, and whether it is in the branch of a residual. */
function surroundings(network: Network): { readonly repeated: boolean[]; readonly inBranch: boolean[] } {
  const repeated: boolean[] = []
  const inBranch: boolean[] = []
  const visit = (layer: Layer, isRepeated: boolean, isInBranch: boolean): void => {
    if (layer.kind === 'chain') for (const member of layer.layers) visit(member, isRepeated, isInBranch)
    else if (layer.kind === 'repeat') visit(layer.block, isRepeated || layer.times > 1, isInBranch)
    else if (layer.kind === 'residual') {
      visit(layer.branch, isRepeated, true)
      if (layer.shortcut !== undefined) visit(layer.shortcut, isRepeated, isInBranch)
    } else {
      repeated.push(isRepeated)
      inBranch.push(isInBranch)
    }
  }
  visit(network, false, false)
  return { repeated, inBranch }
}

/** Returns the changed network, or undefined if the change left the network as it was. */
export const ifChanged = (network: Network, changed: Network): Network | undefined =>
  JSON.stringify(changed) === JSON.stringify(network) ? undefined : changed
