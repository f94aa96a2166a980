/** The interface between the code that trains or probes a network and the backend that runs its graph. */
import type { Graph } from '../graph/graph.ts'
import { assertInvariant } from '../support/errors.ts'

export const precisions = ['float32', 'float64'] as const
/** Precision of all real numbers in a program. */
export type Precision = (typeof precisions)[number]

/** The real numbers of a tensor, in the precision of the program that holds the tensor. */
export type Values = Float32Array | Float64Array

export interface CompileOptions {
  /**
   * Number of slots in the program's ring of inputs and results, 1 by default. One run of the program does at most one
   * step for each ring slot. Each ring slot holds the inputs, the loss and the outputs of its own step.
   */
  readonly ringSlots?: number
}

export interface RunResult {
  /**
   * Number of steps that the run of a program finished. A run stops early at the first step whose loss is not finite.
   * The step that stopped a run does not count as finished, and it updated no parameter and no state.
   */
  readonly finished: number
  /**
   * Losses of the finished steps, one number for each step. The array of losses is empty if the graph has no output
   * named `loss`.
   */
  readonly losses: Float64Array
}

export interface DownloadOptions {
  /** Number of the ring slot from which an input, the loss or the outputs are read, 0 by default. */
  readonly slot?: number
  /**
   * Array that the download fills and returns instead of a new array. The array `into` may be a Float32Array or a
   * Float64Array.
   */
  readonly into?: Values
}

/**
 * A compiled graph with memory of its own. Callers address a tensor by the name of the graph's input or output. Callers
 * pass tensors in row-major order, with the shapes that the graph defines.
 *
 * Uploads, downloads and runs take effect in the order of the calls, so a caller need not await one call before the
 * next. While a run is in progress, callers may upload, download or map only ring slots that the run does not use.
 * Callers can therefore fill in the inputs of later steps while the program computes. A program does only one run at a
 * time.
 */
export interface Program {
  readonly graph: Graph
  readonly precision: Precision
  readonly ringSlots: number
  /** Size of the memory that the program uses, in bytes. */
  readonly memoryBytes: number
  /**
   * Sets a parameter, a state or an input. An input is set in the given ring slot, which is slot 0 by default. The
   * program copies the given array, so the caller may change the array after the call.
   */
  upload(name: string, values: ArrayLike<number>, slot?: number): void
  /** Returns a copy of a parameter, a state, an input or an output. */
  download(name: string, options?: DownloadOptions): Promise<Values>
  /**
   * Returns the memory of an input in a ring slot, so that the caller can fill the input in place (see `fillInput`).
   * Programs that cannot share their memory with the caller do not have the method `mapInput`.
   */
  mapInput?(name: string, slot: number): InputRows
  /** Runs `count` steps of the program, one for each ring slot, starting with slot number `first`. */
  run(first: number, count: number): Promise<RunResult>
  /** Frees the program's memory. A program cannot be used after its disposal. */
  dispose(): void
}

/**
 * Describes where the rows of an input lie in an array. Row r of the input begins at element `offset + r * stride` of
 * the array. An input that is a vector counts as one row.
 */
export interface InputRows {
  readonly array: Float32Array | Float64Array | Int32Array
  readonly offset: number
  readonly stride: number
  /** Number of values in a row, without the padding between two rows. */
  readonly width: number
}

/**
 * Calls the function `fill` with the rows of an input in a ring slot, and returns the function's result. If the backend
 * maps its memory, `fill` writes directly to the program's memory. If the backend does not map its memory, `fill`
 * writes to a buffer that is then uploaded.
 */
export function fillInput<T>(program: Program, name: string, slot: number, fill: (rows: InputRows) => T): T {
  if (program.mapInput) return fill(program.mapInput(name, slot))
  const value = program.graph.inputs.find((input) => input.name === name)?.value
  assertInvariant(value !== undefined, `the program has no input ${name}`)
  const { shape, element } = value
  const size = shape.reduce((product, length) => product * length, 1)
  const RealArray = program.precision === 'float32' ? Float32Array : Float64Array
  const array = element === 'int' ? new Int32Array(size) : new RealArray(size)
  const result = fill({ array, offset: 0, stride: shape[1] ?? size, width: shape[1] ?? size })
  program.upload(name, array, slot)
  return result
}

export interface Capabilities {
  /** Precisions in which backends of the same kind can compute. */
  readonly precisions: readonly Precision[]
  /** True if the backend computes results with the same bits on every machine. */
  readonly exact: boolean
}

/** An engine that compiles graphs into programs. */
export interface Backend {
  readonly name: string
  /** Precision of all programs that the backend compiles. */
  readonly precision: Precision
  readonly capabilities: Capabilities
  /** Largest size of the memory that one program may use, in bytes. */
  readonly memoryLimit: number
  /** Returns the size of the memory that the program of a graph would use, in bytes. */
  memoryOf(graph: Graph, options?: CompileOptions): number
  /** Compiles a graph into a program. Throws a `memory` error if the program would exceed the memory limit. */
  compile(graph: Graph, options?: CompileOptions): Promise<Program>
  /** Frees the backend's threads. Disposing of the backend rejects the promise of a run in progress. */
  dispose(): void
}
