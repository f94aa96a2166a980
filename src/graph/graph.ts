/**
 * The graph describes the mathematics of a program: typed operations on values of static shape, in sequences and loops.
 * A loop is a scan. A loop carries values from one iteration to the next. In each iteration, a loop reads one slice of
 * its stacked inputs and writes one slice of its stacked outputs. Values are immutable. The only effects of a program
 * are its `updates`.
 */
import type { OpName } from './ops.ts'
import type { Attributes, Value } from './value.ts'

export { sameShape, sizeOf } from '../blueprint/shape.ts'
export type { Attribute, Attributes, Element, Shape, Value } from './value.ts'

export interface OpNode {
  readonly kind: 'op'
  readonly op: OpName
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  readonly attributes: Attributes
  /**
   * Path of the layer that the operation belongs to. Only error messages and the graph printer use an operation's path.
   */
  readonly path: string
}

/**
 * A value that a loop carries from iteration to iteration. `parameter` is the carried value inside the loop's body:
 * `initial` in the first iteration, and the preceding iteration's `next` in each later iteration. `result` is the
 * `next` of the loop's last iteration.
 */
export interface Carried {
  readonly initial: Value
  readonly parameter: Value
  readonly next: Value
  readonly result: Value
}

/** A stacked input of a loop. In iteration i, `parameter` is slice i of `stacked`. */
export interface Slice {
  readonly stacked: Value
  readonly parameter: Value
}

/** A stacked output of a loop. In iteration i, the body's `value` becomes slice i of `stacked`. */
export interface Stack {
  readonly value: Value
  readonly stacked: Value
}

export interface LoopNode {
  readonly kind: 'loop'
  readonly times: number
  /** True if the loop's iterations run from times - 1 down to 0. */
  readonly reverse: boolean
  readonly carried: readonly Carried[]
  readonly slices: readonly Slice[]
  readonly stacks: readonly Stack[]
  readonly body: readonly Node[]
  readonly path: string
  /**
   * True if the backward pass runs the body again, so that the forward pass does not have to stack the body's values.
   */
  readonly recompute?: boolean
}

export type Node = OpNode | LoopNode

/**
 * An input of the graph. An input with the role `parameter` is a trained tensor. An input with the role `state`
 * persists from step to step but is not a parameter (velocities, running statistics). An input with the role `input`
 * gets a new value at every step.
 */
export interface GraphInput {
  readonly name: string
  readonly role: 'parameter' | 'state' | 'input'
  readonly value: Value
}

export interface GraphConstant {
  readonly name: string
  readonly value: Value
  readonly data: readonly number[]
}

/** An update of a parameter or state: after a step, the input `target` holds `value`. */
export interface Update {
  readonly target: Value
  readonly value: Value
}

export interface GraphOutput {
  readonly name: string
  readonly value: Value
}

/** The mathematics of one program, such as a training step or an evaluation. */
export interface Graph {
  readonly name: string
  readonly inputs: readonly GraphInput[]
  readonly constants: readonly GraphConstant[]
  readonly body: readonly Node[]
  readonly updates: readonly Update[]
  /** Values that can be read after a step: the loss, the outputs, the gradients, and the values that probes tap. */
  readonly outputs: readonly GraphOutput[]
  /**
   * Scalar that must be finite for the graph's updates to be applied. A graph without a guard always applies its
   * updates.
   */
  readonly guard?: Value
}

/** Returns true if the node, or a node inside it, reads at least one of the values. */
export function readsAny(node: Node, values: ReadonlySet<Value>): boolean {
  if (node.kind === 'op') return node.inputs.some((input) => values.has(input))
  const taken = [...node.carried.map(({ initial }) => initial), ...node.slices.map(({ stacked }) => stacked)]
  return taken.some((value) => values.has(value)) || node.body.some((inner) => readsAny(inner, values))
}
