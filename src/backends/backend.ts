/** The interface between the code that trains or probes a network and the code that runs a graph. */
import type { Graph } from '../graph/graph.ts'
import { assertInvariant } from '../support/errors.ts'

export const precisions = ['float32', 'float64'] as const
/** Of all real numbers in a program. */
export type Precision = (typeof precisions)[number]

/** In a program's own precision. */
export type Values = Float32Array | Float64Array

export interface CompileOptions {
  /** Steps that one call of `run` may do: each has its own inputs and its own `loss` and `outputs`. 1 by default. */
  readonly ringSlots?: number
}

export interface RunResult {
  /** Steps that were done. Fewer than asked for where the loss of the next one isn't finite: that step updated nothing. */
  readonly finished: number
  /** The loss of each of these steps; empty where the graph has no output `loss`. */
  readonly losses: Float64Array
}

export interface DownloadOptions {
  /** The slot of the ring, for an input, `loss` or `outputs`; 0 by default. */
  readonly slot?: number
  /** An array to fill and return instead of a new one; it may have the other precision. */
  readonly into?: Values
}

/**
 * A compiled graph with memory of its own. Tensors are row-major in the graph's shapes, by the names of the graph's
 * inputs and outputs.
 *
 * Uploads, downloads and a run take effect in the order of the calls: none needs to be awaited for the next one to be right.
 * From the call of `run` until its promise settles, only ring slots outside that run may be uploaded, downloaded or
 * mapped, and there is no second run. So inputs can be filled in while the program works.
 */
export interface Program {
  readonly graph: Graph
  readonly precision: Precision
  readonly ringSlots: number
  /** Bytes of memory that the program uses. */
  readonly memoryBytes: number
  /** Sets a parameter, a state or (in the given ring slot) an input. The caller may change `values` after the call. */
  upload(name: string, values: ArrayLike<number>, slot?: number): void
  /** A copy of a parameter, a state, an input or an output. */
  download(name: string, options?: DownloadOptions): Promise<Values>
  /** The memory of an input in a ring slot, where the backend can show it to callers that fill it in place: see `fillInput`. */
  mapInput?(name: string, slot: number): InputRows
  /** Runs `count` steps on the ring's slots from `first` on. */
  run(first: number, count: number): Promise<RunResult>
  dispose(): void
}

/** Row r of an input begins at `offset + r * stride`; a vector is one row. */
export interface InputRows {
  readonly array: Float32Array | Float64Array | Int32Array
  readonly offset: number
  readonly stride: number
}

/** Has an input filled in: in place where the backend maps its memory, or else in a buffer that is uploaded. */
export function fillInput<T>(program: Program, name: string, slot: number, fill: (rows: InputRows) => T): T {
  if (program.mapInput) return fill(program.mapInput(name, slot))
  const value = program.graph.inputs.find((input) => input.name === name)?.value
  assertInvariant(value !== undefined, `the program has no input ${name}`)
  const { shape, element } = value
  const size = shape.reduce((product, length) => product * length, 1)
  const RealArray = program.precision === 'float32' ? Float32Array : Float64Array
  const array = element === 'int' ? new Int32Array(size) : new RealArray(size)
  const result = fill({ array, offset: 0, stride: shape[1] ?? size })
  program.upload(name, array, slot)
  return result
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
