/**
 * Reverse-mode differentiation. The gradient of a loop is a loop in the opposite direction. The forward loop stacks the
 * values that the backward body needs, and the backward loop reads the stacks slice by slice. Stacked parameters get
 * stacked gradients.
 */
import { assertInvariant } from '../support/errors.ts'
import type { GraphBuilder } from './builder.ts'
import { type Emit, gradientRule } from './gradients.ts'
import type { LoopNode, Node, OpNode, Slice, Stack, Value } from './graph.ts'

type Cotangents = Map<Value, Value>

/** Adds all values that depend on a trained parameter to `active`. */
function findActive(nodes: readonly Node[], active: Set<Value>): void {
  for (const node of nodes) {
    if (node.kind === 'op') {
      if (node.inputs.some((input) => active.has(input))) for (const output of node.outputs) active.add(output)
      continue
    }
    for (const { stacked, parameter } of node.slices) if (active.has(stacked)) active.add(parameter)
    // A carried value is active if any iteration makes the value active. The first pass over a loop's body detects
    // active carried values, and the second pass marks values of the body that depend on these carried values.
    for (let pass = 0; pass < 2; pass++) {
      for (const { initial, next, parameter } of node.carried) {
        if (active.has(initial) || active.has(next)) active.add(parameter)
      }
      findActive(node.body, active)
    }
    for (const { next, result } of node.carried) if (active.has(next)) active.add(result)
  }
}

function accumulate(
  builder: GraphBuilder,
  nodes: Node[],
  cotangents: Cotangents,
  value: Value,
  cotangent: Value,
): void {
  const known = cotangents.get(value)
  cotangents.set(value, known ? builder.opInto(nodes, 'add', [known, cotangent], {}, '')[0] : cotangent)
}

/** Returns all values that the nodes read but do not define. */
function freeValues(nodes: readonly Node[], extra: readonly Value[]): Set<Value> {
  const defined = new Set<Value>()
  const free = new Set<Value>()
  const read = (value: Value) => {
    if (!defined.has(value)) free.add(value)
  }
  for (const node of nodes) {
    if (node.kind === 'op') {
      node.inputs.forEach(read)
      for (const output of node.outputs) defined.add(output)
      continue
    }
    for (const { initial } of node.carried) read(initial)
    for (const { stacked } of node.slices) read(stacked)
    const own = new Set([...node.carried.map((c) => c.parameter), ...node.slices.map((s) => s.parameter)])
    const results = [...node.carried.map((c) => c.next), ...node.stacks.map((s) => s.value)]
    for (const value of freeValues(node.body, results)) if (!own.has(value)) read(value)
    for (const { result } of node.carried) defined.add(result)
    for (const { stacked } of node.stacks) defined.add(stacked)
  }
  extra.forEach(read)
  return free
}

function definedValues(nodes: readonly Node[]): Set<Value> {
  const defined = new Set<Value>()
  for (const node of nodes) {
    if (node.kind === 'op') for (const output of node.outputs) defined.add(output)
    else
      for (const value of [...node.carried.map((c) => c.result), ...node.stacks.map((s) => s.stacked)])
        defined.add(value)
  }
  return defined
}

/** Returns the nodes with every use of a `value` replaced by `replacement.get(value)`. */
function substitute(nodes: readonly Node[], replacement: ReadonlyMap<Value, Value>): Node[] {
  const swap = (value: Value): Value => replacement.get(value) ?? value
  return nodes.map((node) =>
    node.kind === 'op'
      ? { ...node, inputs: node.inputs.map(swap) }
      : {
          ...node,
          carried: node.carried.map((c) => ({ ...c, initial: swap(c.initial), next: swap(c.next) })),
          slices: node.slices.map((s) => ({ ...s, stacked: swap(s.stacked) })),
          stacks: node.stacks.map((s) => ({ ...s, value: swap(s.value) })),
          body: substitute(node.body, replacement),
        },
  )
}

/**
 * Copies the nodes and returns the copies, which make new values. The map `copies` receives the new value for each
 * value that the original nodes make.
 */
function copyNodes(builder: GraphBuilder, nodes: readonly Node[], copies: Map<Value, Value>): Node[] {
  const read = (value: Value): Value => copies.get(value) ?? value
  const make = (value: Value): Value => {
    const copy = builder.value(value.shape, value.element)
    copies.set(value, copy)
    return copy
  }
  return nodes.map((node) => {
    if (node.kind === 'op') return { ...node, inputs: node.inputs.map(read), outputs: node.outputs.map(make) }
    const carried = node.carried.map((entry) => ({
      ...entry,
      initial: read(entry.initial),
      parameter: make(entry.parameter),
    }))
    const slices = node.slices.map(({ stacked, parameter }) => ({ stacked: read(stacked), parameter: make(parameter) }))
    const body = copyNodes(builder, node.body, copies)
    return {
      ...node,
      body,
      slices,
      carried: carried.map((entry) => ({ ...entry, next: read(entry.next), result: make(entry.result) })),
      stacks: node.stacks.map(({ value, stacked }) => ({ value: read(value), stacked: make(stacked) })),
    }
  })
}

/** Removes from the loops all stacked outputs that no node reads, and returns the nodes. */
function withoutUnread(nodes: readonly Node[], isRead: (value: Value) => boolean): Node[] {
  return nodes.map((node) =>
    node.kind === 'op' ? node : { ...node, stacks: node.stacks.filter(({ stacked }) => isRead(stacked)) },
  )
}

class Differentiator {
  /** Gradients of the parts of each stacked value. The list grows while the parts are differentiated. */
  private readonly partGradients = new Map<Value, { first: number; part: Value; gradient: Value | undefined }[]>()

  constructor(
    private readonly builder: GraphBuilder,
    private readonly active: ReadonlySet<Value>,
  ) {}

  /**
   * Appends the backward pass of `nodes` to `backward`. Returns the forward nodes, whose loops also stack the values
   * that the backward pass reads.
   */
  run(nodes: readonly Node[], cotangents: Cotangents, backward: Node[]): Node[] {
    const forward: Node[] = []
    for (const node of [...nodes].reverse()) {
      if (node.kind === 'loop') {
        forward.unshift(this.loop(node, cotangents, backward))
        continue
      }
      forward.unshift(node)
      if (node.op === 'part') {
        this.part(node, nodes, cotangents, backward)
        continue
      }
      const { op, path } = node
      const outputs = node.outputs.map((output) => cotangents.get(output))
      const isActive = node.inputs.map((input) => this.active.has(input))
      if (outputs.every((output) => output === undefined) || !isActive.includes(true)) continue
      const emit: Emit = (name, inputs, attributes = {}) =>
        this.builder.opInto(backward, name, inputs, attributes, path)
      const results = gradientRule(op)({ node, cotangents: outputs, emit, wanted: (input) => isActive[input] })
      results.forEach((cotangent, input) => {
        if (cotangent && isActive[input]) accumulate(this.builder, backward, cotangents, node.inputs[input], cotangent)
      })
    }
    return forward
  }

  private zeros(nodes: Node[], like: Value): Value {
    return this.builder.opInto(nodes, 'zeros', [], { shape: like.shape.join('x') }, '')[0]
  }

  /**
   * Stores the gradient of one part of a stacked value. The call for the value's last part joins the gradients of all
   * parts.
   */
  private part(node: OpNode, nodes: readonly Node[], cotangents: Cotangents, backward: Node[]): void {
    const [stacked] = node.inputs
    const [part] = node.outputs
    if (!this.active.has(stacked)) return
    const known = this.partGradients.get(stacked) ?? []
    known.push({ first: Number(node.attributes.first), part, gradient: cotangents.get(part) })
    this.partGradients.set(stacked, known)
    const isPart = (other: Node): boolean => other.kind === 'op' && other.op === 'part' && other.inputs[0] === stacked
    if (known.length < nodes.filter(isPart).length || known.every(({ gradient }) => gradient === undefined)) return
    const inOrder = known.sort((a, b) => a.first - b.first)
    const pieces = inOrder.map(({ gradient, part: view }) => gradient ?? this.zeros(backward, view))
    const [joined] = this.builder.opInto(backward, 'join', pieces, {}, node.path)
    accumulate(this.builder, backward, cotangents, stacked, joined)
  }

  private loop(loop: LoopNode, cotangents: Cotangents, backward: Node[]): LoopNode {
    const { builder } = this
    const carried = loop.carried.filter(({ parameter }) => this.active.has(parameter))
    if (!carried.some(({ result }) => cotangents.has(result))) return loop

    const inner: Cotangents = new Map()
    const body: Node[] = []
    const entries = carried.map((entry) => {
      const initial = cotangents.get(entry.result) ?? this.zeros(backward, entry.result)
      const parameter = builder.value(entry.parameter.shape)
      accumulate(builder, body, inner, entry.next, parameter)
      return { entry, initial, parameter }
    })
    const differentiated = this.run(loop.body, inner, body)
    const nexts = entries.map(({ entry }) => inner.get(entry.parameter) ?? this.zeros(body, entry.parameter))

    const gradientStacks: { stack: Stack; target: Value }[] = []
    for (const { stacked, parameter } of loop.slices) {
      const value = inner.get(parameter)
      if (value && this.active.has(parameter)) {
        gradientStacks.push({ target: stacked, stack: { value, stacked: builder.value(stacked.shape) } })
      }
    }

    const results = [...nexts, ...gradientStacks.map(({ stack }) => stack.value)]
    if (loop.recompute) {
      // To recompute a loop's values, the backward body begins with a copy of the forward body and reads the values of
      // the copy.
      const needed = freeValues(body, results)
      const copies = new Map<Value, Value>()
      const again = copyNodes(
        builder,
        withoutUnread(differentiated, (value) => needed.has(value)),
        copies,
      )
      body.splice(0, body.length, ...again, ...substitute(body, copies))
    }
    const forwardBody = loop.recompute ? loop.body : differentiated
    // Values of the forward body reach the backward body through stacks. A slice that the forward loop reads needs no
    // further stack, because the backward loop can slice the same stacked value again.
    const inForward = loop.recompute ? new Set<Value>() : definedValues(forwardBody)
    for (const { parameter } of loop.carried) inForward.add(parameter)
    const slices: Slice[] = []
    const added: Stack[] = []
    const replacement = new Map<Value, Value>()
    for (const value of freeValues(body, results)) {
      const slice = loop.slices.find(({ parameter }) => parameter === value)
      if (!slice && !inForward.has(value)) continue
      const known = slice ?? loop.stacks.find((stack) => stack.value === value)
      const stacked = known?.stacked ?? builder.value([loop.times, ...value.shape], value.element)
      if (!known) added.push({ value, stacked })
      const parameter = builder.value(value.shape, value.element)
      slices.push({ stacked, parameter })
      replacement.set(value, parameter)
    }
    const swap = (value: Value): Value => replacement.get(value) ?? value

    const results2 = entries.map(({ entry, initial, parameter }, position) => ({
      target: entry.initial,
      carried: { initial, parameter, next: swap(nexts[position]), result: builder.value(parameter.shape) },
    }))
    backward.push({
      kind: 'loop',
      times: loop.times,
      reverse: !loop.reverse,
      carried: results2.map(({ carried: entry }) => entry),
      slices,
      stacks: gradientStacks.map(({ stack }) => ({ ...stack, value: swap(stack.value) })),
      body: substitute(body, replacement),
      path: loop.path,
    })
    for (const { target, carried: entry } of results2) {
      if (this.active.has(target)) accumulate(builder, backward, cotangents, target, entry.result)
    }
    for (const { target, stack } of gradientStacks) accumulate(builder, backward, cotangents, target, stack.stacked)
    return { ...loop, body: forwardBody, stacks: [...loop.stacks, ...added] }
  }
}

/**
 * Appends the gradient of the batch's mean loss to the builder's nodes. Returns a map with the gradient of each
 * parameter. A parameter that the loss does not depend on is missing from the map.
 */
export function differentiate(
  builder: GraphBuilder,
  lossPerSample: Value,
  parameters: readonly Value[],
): ReadonlyMap<Value, Value> {
  assertInvariant(builder.depth === 0, 'differentiate is called inside a loop')
  const active = new Set(parameters)
  findActive(builder.nodes, active)
  const backward: Node[] = []
  // The gradient rules of losses use the gradient that the loss operation itself computes. The cotangent of the loss
  // therefore only marks the loss as the root, and no rule reads its value.
  const cotangents: Cotangents = new Map([[lossPerSample, lossPerSample]])
  const forward = new Differentiator(builder, active).run(builder.nodes, cotangents, backward)
  builder.replaceBody([...forward, ...backward])
  return cotangents
}
