/** The interface between the code that trains or probes a network and the code that runs a graph. */
import type { Graph } from '../graph/graph.ts'

export const precisions = ['float32', 'float64'] as const
/** Of all real numbers in a program. */
export type Precision = (typeof precisions)[number]

export interface CompileOptions {
  /** Steps that one call of `run` may do: each has its own inputs and its own `loss` and `outputs`. 1 by default. */
  readonly ringSlots?: number
}

export interface RunResult {
  /** Steps that were done; fewer than asked for when the loss wasn't finite, and that step updated nothing. */
  readonly finished: number
}

/**
 * A compiled graph with memory of its own. Tensors are row-major in the graph's shapes, by the names of the graph's
 * inputs and outputs. While a run is under way, nothing may be read or written but what belongs to ring slots that it
 * doesn't use.
 */
export interface Program {
  readonly graph: Graph
  readonly precision: Precision
  readonly ringSlots: number
  /** Bytes of memory that the program uses. */
  readonly memoryBytes: number
  /** Sets a parameter, a state or (in the given ring slot) an input. */
  write(name: string, values: ArrayLike<number>, slot?: number): void
  /** Reads a parameter, a state or an output; `loss` and `outputs` of the given ring slot. */
  read(name: string, slot?: number): Float64Array
  /**
   * As `read`, in the program's own precision: half the memory where that is float32. `into`: what an earlier call gave for
   * the same name, to be written over instead of a new array.
   */
  snapshot(name: string, into?: Float32Array | Float64Array): Float32Array | Float64Array
  /** The memory of an input in a ring slot, for those who fill it themselves: rows of `stride` elements. */
  inputRows(name: string, slot: number): InputRows
  /** Runs `count` steps on the ring's slots from `first` on. */
  run(first: number, count: number): Promise<RunResult>
  dispose(): void
}

export interface InputRows {
  readonly array: Float32Array | Float64Array | Int32Array
  readonly offset: number
  readonly stride: number
}

export interface Capabilities {
  /** The precisions that such a backend can be made with. */
  readonly precisions: readonly Precision[]
  /** True when the results have the same bits on every machine. */
  readonly exact: boolean
}

export interface Backend {
  readonly name: string
  /** Of all its programs. */
  readonly precision: Precision
  readonly capabilities: Capabilities
  /** The most bytes that a program may use. */
  readonly memoryLimit: number
  /** The bytes that a graph's program would use. */
  memoryOf(graph: Graph, options?: CompileOptions): number
  /** Throws a `memory` error where the program doesn't fit. */
  compile(graph: Graph, options?: CompileOptions): Promise<Program>
  /** Frees the threads. */
  dispose(): void
}
