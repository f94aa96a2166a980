/**
 * Moves multiplications by an activation's derivative to the kernels that make the gradient. If a loop carries an
 * activation's output, the loop's gradient loop multiplies by the activation's derivative at the start of each
 * iteration. This pass moves the multiplication to the two places that make the gradient: the code before the gradient
 * loop, and the end of each iteration. The moved multiplication joins the kernel that makes the gradient.
 */
import type { Attributes, Graph, LoopNode, Node, OpNode, Slice, Stack, Value } from '../../../graph/graph.ts'
import { readsAny } from '../../../graph/graph.ts'
import { isLossOp } from '../../../graph/losses.ts'
import { type CarriedActivations, findCarriedActivations } from './carried-activations.ts'
import type { Emitter } from './emitter.ts'
import { removeUnread } from './remove-unread.ts'

interface Folding {
  readonly emitter: Emitter
  readonly activations: CarriedActivations
  /** Maps each stack to the loop that makes the stack. */
  readonly makers: ReadonlyMap<Value, LoopNode>
  /** Maps each loop of a recomputed body to the forward loop of which it is a copy. */
  readonly originals: Map<LoopNode, LoopNode>
  /** Gradients of activation outputs that have already been multiplied by the activation's derivative. */
  readonly folded: Set<Value>
  /** Maps the result of each removed multiplication to the gradient that replaces the result. */
  readonly replaced: Map<Value, Value>
  /** Activation outputs that the removed multiplications have read. */
  readonly dropped: Set<Value>
  /** Stacks that the schedule pass adds to forward loops. */
  readonly added: Map<LoopNode, readonly Stack[]>
}

/** The body of a gradient loop, which reads values of the forward loop's body as slices of stacks. */
interface GradientBody {
  readonly forward: LoopNode
  /** Slices of the gradient loop, including slices that the pass adds. */
  readonly slices: Slice[]
  /**
   * The gradient body that contains the gradient loop, if the forward loop and the gradient loop are in different
   * bodies.
   */
  readonly outer?: GradientBody
}

export function foldActivationGradients(graph: Graph, emitter: Emitter): Graph {
  const start = findBackwardPass(graph.body)
  const forward = graph.body.slice(0, start)
  const activations = findCarriedActivations(forward)
  if (activations.size === 0) return graph
  const folding: Folding = {
    emitter,
    activations,
    makers: makersOf(graph.body),
    originals: new Map(),
    folded: new Set(),
    replaced: new Map(),
    dropped: new Set(),
    added: new Map(),
  }
  const backward = rewrite(folding, graph.body.slice(start))
  if (folding.replaced.size === 0) return graph
  const outputs = graph.outputs.map(({ name, value }) => ({ name, value: current(folding, value) }))
  const body = withStacks(folding, [...forward, ...backward])
  return removeUnread({ ...graph, outputs, body }, folding.dropped)
}

/**
 * Returns the position of the first node that reads the gradient of the loss, or the number of nodes if no node reads
 * this gradient.
 */
function findBackwardPass(nodes: readonly Node[]): number {
  const gradients = new Set(nodes.flatMap((node) => (node.kind === 'op' && isLossOp(node.op) ? [node.outputs[1]] : [])))
  const position = nodes.findIndex((node) => readsAny(node, gradients))
  return position < 0 ? nodes.length : position
}

function makersOf(nodes: readonly Node[]): Map<Value, LoopNode> {
  const makers = new Map<Value, LoopNode>()
  const note = (node: Node): void => {
    if (node.kind === 'op') return
    for (const { stacked } of node.stacks) makers.set(stacked, node)
    node.body.forEach(note)
  }
  nodes.forEach(note)
  return makers
}

/** Returns the gradient that replaces a value, or the value itself if no gradient replaces the value. */
const current = ({ replaced }: Folding, value: Value): Value => replaced.get(value) ?? value

/** Rewrites nodes of the backward pass. `place` is the gradient loop's body that contains the nodes, if any. */
function rewrite(folding: Folding, nodes: readonly Node[], place?: GradientBody): Node[] {
  return nodes.flatMap((node): Node[] => {
    if (node.kind === 'loop') return rewriteLoop(folding, node, place)
    const inputs = node.inputs.map((input) => current(folding, input))
    if (node.op !== 'activationGradient' || !folding.folded.has(inputs[0])) return [{ ...node, inputs }]
    folding.replaced.set(node.outputs[0], inputs[0])
    folding.dropped.add(inputs[1])
    return []
  })
}

function rewriteLoop(folding: Folding, loop: LoopNode, around: GradientBody | undefined): Node[] {
  const { folded } = folding
  const place = findPlace(folding, loop, around)
  // A loop that reads no value of another loop's body multiplies by no derivative.
  if (!place) return [withInitials(folding, loop)]
  const { forward, outer } = place
  if (forward.recompute) noteCopies(folding, loop.body, forward.body)
  const outputs = carriedOutputs(folding, loop, forward)
  const before: OpNode[] = []
  const after: OpNode[] = []
  const multiply = (nodes: OpNode[], gradient: Value, output: Value, activation: Attributes): Value => {
    const made = folding.emitter.op('activationGradient', [gradient, output], activation, loop.path)
    nodes.push(made)
    return made.outputs[0]
  }
  const starts = loop.carried.map(({ initial, parameter, result }, position) => {
    const output = outputs[position]
    const gradient = current(folding, initial)
    if (!output) return gradient
    folded.add(parameter).add(result)
    if (folded.has(gradient)) return gradient
    const last = outer ? bring(folding, outer, output.result) : output.result
    return multiply(before, gradient, last, output.activation)
  })
  const body = rewrite(folding, loop.body, place)
  const nexts = loop.carried.map(({ next }, position) => {
    const output = outputs[position]
    const gradient = current(folding, next)
    if (!output || folded.has(gradient)) return gradient
    return multiply(after, gradient, bring(folding, place, output.parameter), output.activation)
  })
  const changed: LoopNode = {
    ...loop,
    carried: loop.carried.map((entry, position) => ({ ...entry, initial: starts[position], next: nexts[position] })),
    slices: place.slices,
    stacks: loop.stacks.map(({ value, stacked }) => ({ value: current(folding, value), stacked })),
    body: [...body, ...after],
  }
  return [...before, changed]
}

function withInitials(folding: Folding, loop: LoopNode): LoopNode {
  if (loop.carried.every(({ initial }) => current(folding, initial) === initial)) return loop
  const carried = loop.carried.map((entry) => ({ ...entry, initial: current(folding, entry.initial) }))
  return { ...loop, carried }
}

/** Finds the forward loop of a gradient loop: the loop that makes the stacks that the gradient loop slices. */
function findPlace(
  { makers }: Folding,
  { slices }: LoopNode,
  around: GradientBody | undefined,
): GradientBody | undefined {
  for (const { stacked } of slices) {
    const beside = makers.get(stacked)
    if (beside) return { forward: beside, slices: [...slices] }
    const inside = around && seenAs(around, stacked)
    const forward = inside && makers.get(inside)
    if (forward) return { forward, slices: [...slices], outer: around }
  }
  return undefined
}

/** Returns the value of the forward loop's body that a slice of the gradient loop contains. */
function seenAs({ forward, slices, outer }: GradientBody, parameter: Value): Value | undefined {
  const slice = slices.find((candidate) => candidate.parameter === parameter)
  const stacked = slice && outer ? seenAs(outer, slice.stacked) : slice?.stacked
  return forward.stacks.find((stack) => stack.stacked === stacked)?.value
}

/**
 * Records, for each loop of a recomputed body, the forward loop of which it is a copy. The body of a gradient loop that
 * recomputes begins with a copy of the forward loop's body.
 */
function noteCopies(folding: Folding, copies: readonly Node[], nodes: readonly Node[]): void {
  nodes.forEach((node, position) => {
    const copy = copies[position]
    if (copy.kind === 'op' || node.kind === 'op') return
    folding.originals.set(copy, node)
    noteCopies(folding, copy.body, node.body)
  })
}

/**
 * Returns an entry for each gradient that the gradient loop carries. Each entry describes a carried value of the
 * forward loop, or is undefined if the carried value is not an activation's output.
 */
function carriedOutputs({ activations, originals }: Folding, loop: LoopNode, forward: LoopNode) {
  const { carried } = originals.get(forward) ?? forward
  if (carried.length !== loop.carried.length) return []
  return carried.map((entry, position) => {
    const activation = activations.get(entry)
    const { parameter, result } = forward.carried[position]
    return activation && { activation, parameter, result }
  })
}

/**
 * Makes a value of the forward loop's body readable in the gradient loop's body. The function adds a stack and a slice
 * for the value if the stack or the slice is missing.
 */
function bring(folding: Folding, { forward, slices, outer }: GradientBody, value: Value): Value {
  const { emitter, added } = folding
  const own = added.get(forward) ?? []
  const known = [...forward.stacks, ...own].find((stack) => stack.value === value)
  const stack = known ?? { value, stacked: emitter.value([forward.times, ...value.shape], value.element) }
  if (!known) added.set(forward, [...own, stack])
  const stacked = outer ? bring(folding, outer, stack.stacked) : stack.stacked
  const slice = slices.find((candidate) => candidate.stacked === stacked)
  if (slice) return slice.parameter
  const parameter = emitter.value(value.shape, value.element)
  slices.push({ stacked, parameter })
  return parameter
}

/** Returns the nodes, with the added stacks in their loops. */
function withStacks(folding: Folding, nodes: readonly Node[]): Node[] {
  return nodes.map((node) => {
    if (node.kind === 'op') return node
    const stacks = [...node.stacks, ...(folding.added.get(node) ?? [])]
    return { ...node, stacks, body: withStacks(folding, node.body) }
  })
}
