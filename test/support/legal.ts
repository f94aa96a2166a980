/** What every graph must be before it is run. */

import { createPlan } from '../../src/backends/wasm/plan/create.ts'
import { verifyPlan } from '../../src/backends/wasm/plan/verify.ts'
import { schedule } from '../../src/backends/wasm/schedule/schedule.ts'
import type { Graph } from '../../src/graph/graph.ts'
import { verifyGraph } from '../../src/graph/verify.ts'

/** Throws where the graph or its schedule isn't legal, or its plan in any precision. */
export function verifyAll(graph: Graph): void {
  verifyGraph(graph)
  verifyGraph(schedule(graph))
  for (const precision of ['float32', 'float64'] as const) {
    verifyPlan(createPlan(graph, { precision, ringSlots: 2, reservedBytes: 0 }))
  }
}
