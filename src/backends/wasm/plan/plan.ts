/**
 * How a graph is run: which operations are one kernel, where every value lies in memory, how the threads divide each
 * kernel's work and where they must wait for each other.
 */
import type { Graph, OpNode, Value } from '../../../graph/graph.ts'
import type { Precision } from '../../backend.ts'
import type { Layout } from './layout.ts'

/** Memory for one value, or for one slot per iteration of the loops around it. */
export interface Buffer {
  readonly id: number
  readonly name: string
  readonly layout: Layout
  readonly element: 'real' | 'int'
  readonly slots: number
  /** `persistent` buffers keep their contents from step to step; the others share memory with those of other times. */
  readonly persistent: boolean
  /** Elements from one slot to the next. */
  readonly slotSize: number
  readonly bytes: number
}

/** The step's own place in the ring of inputs and outputs counts as the outermost loop. */
export const ring = 'ring'
export type LoopId = number | typeof ring

/** slot = constant + sum of coefficient * index, or coefficient * ((index + shift) mod `cycle`) for a term whose cycle isn't 0. */
export interface SlotTerm {
  readonly loop: LoopId
  readonly coefficient: number
  /** A power of two: as many slots are used again and again. */
  readonly cycle: number
  /** 0 without a cycle. */
  readonly shift: number
}

/** What a term adds to the slot. */
export const slotsOfTerm = ({ coefficient, cycle, shift }: SlotTerm, index: number): number =>
  coefficient * (cycle > 0 ? (index + shift) & (cycle - 1) : index)

/** Where a value lies; `axes` are the slots that each of its own leading (loop) axes steps over. */
export interface Location {
  readonly buffer: Buffer
  readonly slot: number
  readonly terms: readonly SlotTerm[]
  readonly axes: readonly number[]
}

/**
 * rows: tiles of 4 rows of the batch; columns: panels of 8 features; tiles: 4 x 4 tiles of a weight tensor; flat: runs of
 * elements of a stack of tensors; elements: of one tensor; tensors: those of a stack; samples: those of the batch; lines: of
 * all output images, or of their tiles; parts: of a sum over the batch, or of all rows, that is cut; first: the first thread does it all; everyone: every thread does it.
 */
export interface Partition {
  readonly by:
    | 'rows'
    | 'columns'
    | 'tiles'
    | 'flat'
    | 'elements'
    | 'tensors'
    | 'samples'
    | 'lines'
    | 'parts'
    | 'first'
    | 'everyone'
  /** How many units there are to divide. */
  readonly units: number
  /** Of parts of rows: so many that follow each other are in one part. */
  readonly together?: number
}

/** True where each thread has the same share of both. */
export const isSamePartition = (a: Partition, b: Partition): boolean =>
  a.by === b.by && a.units === b.units && a.together === b.together

/** `own`: a thread touches only the part that the partition gives it. `all`: any part. */
export interface Operand {
  readonly value: Value
  readonly location: Location
  readonly write: boolean
  readonly reach: 'own' | 'all'
}

/** How convolutions are computed: by the sum as it stands, or by Winograd's algorithm on tiles of 2 x 2 or of 4 x 4 results. */
export type Algorithm = 'direct' | 'winograd-2' | 'winograd-4'

export interface Kernel {
  readonly kind: 'kernel'
  /** The operations that this kernel does, in order; the first is the one that shapes its loops. */
  readonly nodes: readonly OpNode[]
  /**
   * Element-by-element operations that make what the first one reads: each thread does its share of them bit by bit, just
   * before it reads it.
   */
  readonly before: readonly OpNode[]
  readonly operands: readonly Operand[]
  readonly partition: Partition
  /** How the first operation is computed where there are several ways: the convolutions'. */
  readonly algorithm: Algorithm
}

/** All operations of a kernel, in the order in which they need each other. */
export const operationsIn = ({ before, nodes }: Kernel): readonly OpNode[] => [...before, ...nodes]

export interface PlanLoop {
  readonly kind: 'loop'
  readonly id: number
  readonly times: number
  readonly reverse: boolean
  readonly body: readonly PlanNode[]
  readonly path: string
  /** Runs only those of the `times` iterations that are in the current block of the loop around it. */
  readonly block?: Block
}

/** Iterations from `size` times the index of loop `loop` on, `size` of them, or what is left of all. */
export interface Block {
  readonly loop: number
  readonly size: number
}

/** The iterations of a loop, in their order. */
export function iterationsOf({ times, reverse, block }: PlanLoop, indices: ReadonlyMap<LoopId, number>): number[] {
  const first = block ? block.size * (indices.get(block.loop) ?? 0) : 0
  const end = block ? Math.min(times, first + block.size) : times
  const all = Array.from({ length: end - first }, (_, position) => first + position)
  return reverse ? all.reverse() : all
}

export interface Barrier {
  readonly kind: 'barrier'
}

/** The step ends here when the value isn't finite. */
export interface Guard {
  readonly kind: 'guard'
  readonly operand: Operand
}

export type PlanNode = Kernel | PlanLoop | Barrier | Guard

export interface Plan {
  readonly graph: Graph
  readonly precision: Precision
  /** Steps that one call of the program can run: the slots of its inputs and outputs. */
  readonly ringSlots: number
  readonly buffers: readonly Buffer[]
  /** Byte offset of each buffer, by its id. */
  readonly offsets: readonly number[]
  /** Where the inputs, constants and outputs lie. */
  readonly locations: ReadonlyMap<Value, Location>
  readonly body: readonly PlanNode[]
  /** All bytes the program needs, from address 0. */
  readonly bytes: number
}

export const elementBytes = (precision: Precision, element: 'real' | 'int'): number =>
  element === 'int' || precision === 'float32' ? 4 : 8
