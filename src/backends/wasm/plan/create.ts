/** From mathematics to a plan: a schedule's passes, fusion, places, memory, barriers. */
import type { Graph } from '../../../graph/graph.ts'
import type { Precision } from '../../backend.ts'
import { schedule } from '../schedule/schedule.ts'
import { insertBarriers } from './barriers.ts'
import { assignMemory } from './memory.ts'
import { placeGraph } from './place.ts'
import type { Plan } from './plan.ts'

export interface PlanOptions {
  readonly precision: Precision
  /** Steps that one call of the program can run. */
  readonly ringSlots: number
  /** Bytes at the start of memory that the backend keeps for itself. */
  readonly reservedBytes: number
  /** Allows Winograd's algorithm for convolutions, as it is by default. */
  readonly winograd?: boolean
}

/** The plan's graph is the scheduled one. */
export function createPlan(mathematics: Graph, options: PlanOptions): Plan {
  const { precision, ringSlots, reservedBytes, winograd = true } = options
  const graph = schedule(mathematics)
  const { body, buffers, lifetimes, locations } = placeGraph(graph, { precision, ringSlots, winograd })
  const { offsets, bytes } = assignMemory(buffers, lifetimes, reservedBytes)
  return { graph, precision, ringSlots, buffers, offsets, locations, body: insertBarriers(body, offsets), bytes }
}
