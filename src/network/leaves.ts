/** The innermost layers of a network, and networks with some innermost layers changed. */
import type { ChainLayer, Layer, Network, RepeatLayer, ResidualLayer } from './network.ts'

/** A layer without layers inside. */
export type Leaf = Exclude<Layer, ChainLayer | RepeatLayer | ResidualLayer>

/** Lists the innermost layers of a network, also those of shortcuts. A repeated layer is listed once. */
export function leavesOf(layer: Layer): readonly Leaf[] {
  if (layer.kind === 'chain') return layer.layers.flatMap(leavesOf)
  if (layer.kind === 'repeat') return leavesOf(layer.block)
  if (layer.kind === 'residual') {
    return [...leavesOf(layer.branch), ...(layer.shortcut === undefined ? [] : leavesOf(layer.shortcut))]
  }
  return [layer]
}

/** Returns a network in which `change` has replaced each innermost layer. */
export function withLeaves(layer: Network, change: (leaf: Leaf) => Layer): Network {
  if (layer.kind === 'chain') return { ...layer, layers: layer.layers.map((member) => withLeaves(member, change)) }
  if (layer.kind === 'repeat') return { ...layer, block: withLeaves(layer.block, change) }
  if (layer.kind === 'residual') {
    const { shortcut } = layer
    const changed = { ...layer, branch: withLeaves(layer.branch, change) }
    return shortcut === undefined ? changed : { ...changed, shortcut: withLeaves(shortcut, change) }
  }
  return change(layer)
}
