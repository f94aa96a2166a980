/** Verification of a graph before it is run. */
import { createPlan } from '../../src/backends/wasm/plan/create.ts'
import { verifyPlan } from '../../src/backends/wasm/plan/verify.ts'
import { schedule } from '../../src/backends/wasm/schedule/schedule.ts'
import type { Graph } from '../../src/graph/graph.ts'
import { verifyGraph } from '../../src/graph/verify.ts'

/** Throws if the graph, its schedule, or its plan in any precision is not valid. */
export function verifyAll(graph: Graph): void {
  verifyGraph(graph)
  verifyGraph(schedule(graph))
  for (const precision of ['float32', 'float64'] as const) {
    verifyPlan(createPlan(graph, { precision, ringSlots: 2, reservedBytes: 0 }))
  }
}
