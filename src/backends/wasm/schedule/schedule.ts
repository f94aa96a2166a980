/**
 * Reorders a graph's mathematics into operations that a CPU runs efficiently. Each pass rewrites the graph and
 * preserves the meaning of the graph. The passes run in the order of the table `passes`.
 */
import type { Graph } from '../../../graph/graph.ts'
import { createEmitter, type Emitter } from './emitter.ts'
import { foldActivationGradients } from './fold-activation-gradients.ts'
import { fuseUpdates } from './fuse-updates.ts'
import { splitSums } from './split-sums.ts'

/**
 * Rewrites a graph. The new graph has inputs, constants, outputs and updates with the same names, and the same results
 * except for rounding.
 */
export type GraphPass = (graph: Graph, emitter: Emitter) => Graph

export const passes = { splitSums, foldActivationGradients, fuseUpdates } as const satisfies Record<string, GraphPass>

/** Returns the graph that results from all schedule passes. */
export function schedule(graph: Graph): Graph {
  const emitter = createEmitter(graph)
  return Object.values<GraphPass>(passes).reduce((scheduled, pass) => pass(scheduled, emitter), graph)
}
