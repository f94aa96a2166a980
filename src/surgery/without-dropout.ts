/** Removes the dropout of a network. */
import { leavesOf, withLeaves } from '../network/leaves.ts'
import type { Network } from '../network/network.ts'

/** Returns the network with all drop rates set to 0, or undefined if the network drops no units. */
export function withoutDropout(network: Network): Network | undefined {
  if (largestDropRate(network) === 0) return undefined
  return withLeaves(network, (leaf) => (leaf.kind === 'dropout' ? { ...leaf, rate: 0 } : leaf))
}

/** Returns the largest drop rate of a network, or 0 for a network without dropout. */
export function largestDropRate(network: Network): number {
  return Math.max(0, ...leavesOf(network).flatMap((leaf) => (leaf.kind === 'dropout' ? leaf.rate : [])))
}
