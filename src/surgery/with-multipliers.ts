/** Other multipliers for the residual branches of a network. */
import { activations } from '../network/activations.ts'
import { type Leaf, leavesOf } from '../network/leaves.ts'
import type { Layer, Network, ResidualLayer } from '../network/network.ts'
import { ifChanged } from './leaf-places.ts'

/** Number of residual branches, with the iterations of loops. */
export function countBranches(layer: Layer): number {
  if (layer.kind === 'chain') return layer.layers.reduce((sum, member) => sum + countBranches(member), 0)
  if (layer.kind === 'repeat') return layer.times * countBranches(layer.block)
  return layer.kind === 'residual' ? 1 + countBranches(layer.branch) : 0
}

/**
 * Returns the network in which every residual branch has the multiplier. Branches whose multiplier is trained already
 * stay as they are. Undefined if nothing changes.
 */
export function withMultipliers(network: Network, multiplier: number, isTrained = false): Network | undefined {
  const change = (residual: ResidualLayer): ResidualLayer =>
    residual.trainedMultiplier ? residual : { ...residual, multiplier, trainedMultiplier: isTrained }
  return ifChanged(network, withResiduals(network, change))
}

function withResiduals(layer: Layer, change: (residual: ResidualLayer) => ResidualLayer): Layer {
  if (layer.kind === 'chain') return { ...layer, layers: layer.layers.map((member) => withResiduals(member, change)) }
  if (layer.kind === 'repeat') return { ...layer, block: withResiduals(layer.block, change) }
  if (layer.kind !== 'residual') return layer
  return change({ ...layer, branch: withResiduals(layer.branch, change) })
}

/**
 * Whether the outputs of all residual branches have the mean 0 over random weights: the branches end in a layer with
 * weights, in a norm, or in an odd activation. A branch that ends in ReLU has a positive mean, and the means of all
 * branches add up, so that a multiplier 1/sqrt(L) does not bound the signal.
 */
export function haveZeroMean(layer: Layer): boolean {
  if (layer.kind === 'chain') return layer.layers.every(haveZeroMean)
  if (layer.kind === 'repeat') return haveZeroMean(layer.block)
  return layer.kind !== 'residual' || (endsInZeroMean(leavesOf(layer.branch)) && haveZeroMean(layer.branch))
}

const oddActivations: ReadonlySet<string> = new Set(
  Object.entries(activations).flatMap(([name, { value }]) => (value(-1, 0) === -value(1, 0) ? [name] : [])),
)

function endsInZeroMean(leaves: readonly Leaf[]): boolean {
  const last = leaves.findLast(({ kind }) => kind !== 'dropout' && kind !== 'scale' && kind !== 'scalarBias')
  if (last === undefined) return false
  if (last.kind === 'activation') return oddActivations.has(last.function)
  return last.kind === 'dense' || last.kind === 'conv' || last.kind === 'batchNorm' || last.kind === 'layerNorm'
}
