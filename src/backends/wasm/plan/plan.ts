/**
 * A plan says how a graph runs. The plan groups operations into kernels, places every value in memory, divides the work
 * of each kernel among the threads, and inserts barriers where threads must wait for each other.
 */
import type { Graph, OpNode, Value } from '../../../graph/graph.ts'
import type { Precision } from '../../backend.ts'
import type { Layout } from './layout.ts'

/** Memory for a value: one slot, or one slot for each iteration of the loops around the value. */
export interface Buffer {
  readonly id: number
  readonly name: string
  readonly layout: Layout
  readonly element: 'real' | 'int'
  readonly slots: number
  /**
   * True if the buffer keeps its contents from step to step. A buffer that is not persistent shares memory with buffers
   * that are used at other times.
   */
  readonly persistent: boolean
  /** Distance from one slot to the next, in elements. */
  readonly slotSize: number
  readonly bytes: number
}

/**
 * Loop id of the ring of inputs and outputs. The ring acts as the outermost loop, whose index is the step's slot in the
 * ring.
 */
export const ring = 'ring'
export type LoopId = number | typeof ring

/**
 * A term of a slot number. A slot number is a constant plus the sum of its terms. A term of a slot number is
 * coefficient * index, or coefficient * ((index + shift) mod `cycle`) if the cycle is not 0.
 */
export interface SlotTerm {
  readonly loop: LoopId
  readonly coefficient: number
  /** Number of slots that are reused in turn, a power of two, or 0 if no slots are reused. */
  readonly cycle: number
  /**
   * Number that is added to the loop index before the remainder modulo `cycle` is taken. A term without a cycle has the
   * shift 0.
   */
  readonly shift: number
}

/** Returns the number that a term adds to the slot number at the loop index `index`. */
export const slotsOfTerm = ({ coefficient, cycle, shift }: SlotTerm, index: number): number =>
  coefficient * (cycle > 0 ? (index + shift) & (cycle - 1) : index)

/**
 * Memory location of a value. The field `axes` gives the distance, in slots, between neighboring tensors along each
 * leading loop axis of the value.
 */
export interface Location {
  readonly buffer: Buffer
  readonly slot: number
  readonly terms: readonly SlotTerm[]
  readonly axes: readonly number[]
}

/**
 * The division of a kernel's work among the threads, in units. A unit of `rows` is a tile of 4 rows of the batch. A
 * unit of `columns` is a panel of 8 features. A unit of `tiles` is a 4 x 4 tile of a weight tensor. A unit of `flat` is
 * a range of consecutive elements of a stack of tensors. A unit of `elements` is a range of consecutive elements of one
 * tensor. A unit of `tensors` is one tensor of a stack. A unit of `samples` is one sample of the batch. A unit of
 * `lines` is a line of an output image, or a line of tiles. A unit of `parts` is one part of a sum that is cut into
 * parts of the batch or of all rows. In the partition `first`, the first thread does all work. In the partition
 * `everyone`, every thread does all work.
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
  /** Number of units that the threads divide among themselves. */
  readonly units: number
  /**
   * Number of consecutive rows that must lie in one part of the rows. Only partitions by parts of rows have the field
   * `together`.
   */
  readonly together?: number
}

/** Returns true if each thread has the same share of the work in the partitions a and b. */
export const isSamePartition = (a: Partition, b: Partition): boolean =>
  a.by === b.by && a.units === b.units && a.together === b.together

/**
 * A value that a kernel reads or writes. With the reach `own`, a thread touches only the part that the partition
 * assigns to the thread. With the reach `all`, a thread may touch any part.
 */
export interface Operand {
  readonly value: Value
  readonly location: Location
  readonly write: boolean
  readonly reach: 'own' | 'all'
}

/** Algorithm of a convolution: the direct sum, or Winograd's algorithm on tiles of 2 x 2 or 4 x 4 results. */
export type Algorithm = 'direct' | 'winograd-2' | 'winograd-4'

export interface Kernel {
  readonly kind: 'kernel'
  /** The operations of the kernel, in order. The first operation determines the loops of the kernel's code. */
  readonly nodes: readonly OpNode[]
  /**
   * Elementwise operations that make the input of the kernel's first operation. Each thread computes its share of this
   * input piece by piece, each piece just before the thread reads it.
   */
  readonly before: readonly OpNode[]
  readonly operands: readonly Operand[]
  readonly partition: Partition
  /** Algorithm of the kernel's first operation. Only convolutions have more than one algorithm. */
  readonly algorithm: Algorithm
}

/** Returns all operations of a kernel, in the order in which the operations depend on each other. */
export const operationsIn = ({ before, nodes }: Kernel): readonly OpNode[] => [...before, ...nodes]

export interface PlanLoop {
  readonly kind: 'loop'
  readonly id: number
  readonly times: number
  readonly reverse: boolean
  readonly body: readonly PlanNode[]
  readonly path: string
  /**
   * Restricts the loop to the iterations in the current block of the surrounding loop. A loop without the field `block`
   * runs all of its iterations.
   */
  readonly block?: Block
}

/**
 * A block of a loop's iterations. The block starts at iteration `size` times the index of the loop `loop` and has
 * `size` iterations. The last block of a loop may be shorter.
 */
export interface Block {
  readonly loop: number
  readonly size: number
}

/** Returns the iterations of a loop, in the order in which the iterations run. */
export function iterationsOf({ times, reverse, block }: PlanLoop, indices: ReadonlyMap<LoopId, number>): number[] {
  const first = block ? block.size * (indices.get(block.loop) ?? 0) : 0
  const end = block ? Math.min(times, first + block.size) : times
  const all = Array.from({ length: end - first }, (_, position) => first + position)
  return reverse ? all.reverse() : all
}

export interface Barrier {
  readonly kind: 'barrier'
}

/** A guard ends the step if the value of its operand is not finite. */
export interface Guard {
  readonly kind: 'guard'
  readonly operand: Operand
}

export type PlanNode = Kernel | PlanLoop | Barrier | Guard

export interface Plan {
  readonly graph: Graph
  readonly precision: Precision
  /** Number of steps that one call of the program can run, which is also the number of slots of inputs and outputs. */
  readonly ringSlots: number
  readonly buffers: readonly Buffer[]
  /** Offset of each buffer in memory, in bytes, indexed by the buffer's id. */
  readonly offsets: readonly number[]
  /** Memory locations of the inputs, constants and outputs. */
  readonly locations: ReadonlyMap<Value, Location>
  readonly body: readonly PlanNode[]
  /** Memory that the program needs, in bytes from address 0. */
  readonly bytes: number
}

export const elementBytes = (precision: Precision, element: 'real' | 'int'): number =>
  element === 'int' || precision === 'float32' ? 4 : 8
