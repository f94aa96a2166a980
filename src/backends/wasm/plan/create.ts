/** Turns a graph into a plan: schedule passes, fusion, locations of values, addresses of buffers, and barriers. */
import type { Graph } from '../../../graph/graph.ts'
import type { Precision } from '../../backend.ts'
import { schedule } from '../schedule/schedule.ts'
import { insertBarriers } from './barriers.ts'
import { assignMemory } from './memory.ts'
import { placeGraph } from './place.ts'
import type { Plan } from './plan.ts'

export interface PlanOptions {
  readonly precision: Precision
  /** Largest number of steps that one call of the program can run. */
  readonly ringSlots: number
  /** Number of bytes at the start of memory that the backend reserves for itself. */
  readonly reservedBytes: number
  /** Whether Winograd's algorithm is allowed for convolutions, true by default. */
  readonly winograd?: boolean
}

/** Creates the plan of a graph. The plan contains the scheduled graph, not the original graph. */
export function createPlan(mathematics: Graph, options: PlanOptions): Plan {
  const { precision, ringSlots, reservedBytes, winograd = true } = options
  const graph = schedule(mathematics)
  const { body, buffers, lifetimes, locations } = placeGraph(graph, { precision, ringSlots, winograd })
  const { offsets, bytes } = assignMemory(buffers, lifetimes, reservedBytes)
  return { graph, precision, ringSlots, buffers, offsets, locations, body: insertBarriers(body, offsets), bytes }
}
