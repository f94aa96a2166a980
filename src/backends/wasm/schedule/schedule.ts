/**
 * From the mathematics to the order in which a CPU does it well: passes from graph to graph, each of which preserves what
 * the graph means. The passes run in this order.
 */
import type { Graph } from '../../../graph/graph.ts'
import { createEmitter, type Emitter } from './emitter.ts'
import { foldActivationGradients } from './fold-activation-gradients.ts'
import { fuseUpdates } from './fuse-updates.ts'
import { splitSums } from './split-sums.ts'

/** Rewrites a graph; the same inputs, constants, outputs and updates by their names, and the same results but for rounding. */
export type GraphPass = (graph: Graph, emitter: Emitter) => Graph

export const passes = { splitSums, foldActivationGradients, fuseUpdates } as const satisfies Record<string, GraphPass>

/** The graph after all passes. */
export function schedule(graph: Graph): Graph {
  const emitter = createEmitter(graph)
  return Object.values<GraphPass>(passes).reduce((scheduled, pass) => pass(scheduled, emitter), graph)
}
