/**
 * The mathematics: typed operations on values of static shape, in straight lines and loops. A loop is a scan: it
 * carries values from one iteration to the next, reads one slice per iteration of its stacked inputs and writes one
 * slice per iteration of its stacked outputs. Values are immutable; a program's effects are its `updates`.
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
  /** The layer that this operation belongs to; for messages and the printer. */
  readonly path: string
}

/** `parameter` is the value inside the body; it starts as `initial`, then takes `next`; `result` is the last `next`. */
export interface Carried {
  readonly initial: Value
  readonly parameter: Value
  readonly next: Value
  readonly result: Value
}

/** Inside the body `parameter` is slice i of `stacked` in iteration i. */
export interface Slice {
  readonly stacked: Value
  readonly parameter: Value
}

/** The body's `value` becomes slice i of `stacked`. */
export interface Stack {
  readonly value: Value
  readonly stacked: Value
}

export interface LoopNode {
  readonly kind: 'loop'
  readonly times: number
  /** True when the iterations run from times - 1 down to 0. */
  readonly reverse: boolean
  readonly carried: readonly Carried[]
  readonly slices: readonly Slice[]
  readonly stacks: readonly Stack[]
  readonly body: readonly Node[]
  readonly path: string
  /** The backward pass runs the body again instead of reading what the forward pass would have to keep of it. */
  readonly recompute?: boolean
}

export type Node = OpNode | LoopNode

/**
 * parameter: a trained tensor; state: kept from step to step, but no parameter (velocities, running statistics);
 * input: given anew for every step.
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

/** After a step the input `target` holds `value`. */
export interface Update {
  readonly target: Value
  readonly value: Value
}

export interface GraphOutput {
  readonly name: string
  readonly value: Value
}

export interface Graph {
  readonly name: string
  readonly inputs: readonly GraphInput[]
  readonly constants: readonly GraphConstant[]
  readonly body: readonly Node[]
  readonly updates: readonly Update[]
  /** What can be read after a step: the loss, the outputs, gradients, and whatever a probe tapped. */
  readonly outputs: readonly GraphOutput[]
  /** The scalar that must be finite for the updates to happen, if any. */
  readonly guard?: Value
}

/** True where a node, or a part of it, reads one of the values. */
export function readsAny(node: Node, values: ReadonlySet<Value>): boolean {
  if (node.kind === 'op') return node.inputs.some((input) => values.has(input))
  const taken = [...node.carried.map(({ initial }) => initial), ...node.slices.map(({ stacked }) => stacked)]
  return taken.some((value) => values.has(value)) || node.body.some((inner) => readsAny(inner, values))
}
