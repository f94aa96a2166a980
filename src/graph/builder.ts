/** Builds a graph node by node; open loops form a stack of scopes, and values move across their borders as slices and stacks. */
import { sameShape } from '../blueprint/shape.ts'
import { assertInvariant } from '../support/errors.ts'
import type {
  Attributes,
  Carried,
  Element,
  Graph,
  GraphConstant,
  GraphInput,
  GraphOutput,
  LoopNode,
  Node,
  Shape,
  Slice,
  Stack,
  Update,
  Value,
} from './graph.ts'
import { type OpName, ops } from './ops.ts'

interface Scope {
  readonly nodes: Node[]
  readonly slices: Slice[]
  readonly stacks: Stack[]
  readonly times: number
}

/** Iterations from `first` on, `count` of them, in segments of `length` (0: in one loop). */
interface Segment {
  readonly first: number
  readonly count: number
  readonly length: number
}

export class GraphBuilder {
  private readonly inputs: GraphInput[] = []
  private readonly constants: GraphConstant[] = []
  private readonly updates: Update[] = []
  private readonly outputs: GraphOutput[] = []
  private readonly scopes: Scope[] = [{ nodes: [], slices: [], stacks: [], times: 1 }]
  private nextId = 0
  /** The piece of a loop that is being built in pieces. */
  private segment: Segment | undefined
  private readonly parts = new Map<string, Value>()
  private readonly joined = new Map<string, Value>()
  private guard: Value | undefined

  value(shape: Shape, element: Element = 'real'): Value {
    return Object.freeze({ id: this.nextId++, shape, element })
  }

  input(name: string, role: GraphInput['role'], shape: Shape, element: Element = 'real'): Value {
    const value = this.value(shape, element)
    this.inputs.push({ name, role, value })
    return value
  }

  /** A constant of the given shape; equal constants of the same name are one. */
  constant(name: string, shape: Shape, data: readonly number[], element: Element = 'real'): Value {
    const known = this.constants.find((constant) => constant.name === name)
    if (known) return known.value
    const value = this.value(shape, element)
    this.constants.push({ name, value, data })
    return value
  }

  get nodes(): Node[] {
    return this.scopes[this.scopes.length - 1].nodes
  }

  /** The number of loops that are open. */
  get depth(): number {
    return this.scopes.length - 1
  }

  op(op: OpName, inputs: readonly Value[], attributes: Attributes, path: string): readonly Value[] {
    return this.opInto(this.nodes, op, inputs, attributes, path)
  }

  opInto(nodes: Node[], op: OpName, inputs: readonly Value[], attributes: Attributes, path: string): readonly Value[] {
    const outputs = ops[op].infer(inputs, attributes).map((result) => this.value(result.shape, result.element))
    nodes.push({ kind: 'op', op, inputs, outputs, attributes, path })
    return outputs
  }

  /** Opens a loop, builds its body from the carried parameter, closes it; returns the value after the last iteration. */
  loop(
    times: number,
    initial: Value,
    path: string,
    build: (carried: Value) => Value,
    options: Pick<LoopNode, 'recompute'> = {},
  ): Value {
    const parameter = this.value(initial.shape, initial.element)
    const scope: Scope = { nodes: [], slices: [], stacks: [], times }
    this.scopes.push(scope)
    const next = build(parameter)
    this.scopes.pop()
    const result = this.value(initial.shape, initial.element)
    const carried: Carried[] = [{ initial, parameter, next, result }]
    this.nodes.push({
      kind: 'loop',
      times,
      reverse: false,
      carried,
      slices: scope.slices,
      stacks: scope.stacks,
      body: scope.nodes,
      path,
      ...options,
    })
    return result
  }

  /**
   * The same loop, of which about the first `again` iterations are in segments of about sqrt(again): of these the backward
   * pass needs no more than the value carried into each, and computes the rest again (Chen et al. 2016). What is left
   * over is a loop as usual.
   */
  segmentedLoop(
    { times, again }: { readonly times: number; readonly again: number },
    initial: Value,
    path: string,
    build: (carried: Value) => Value,
  ): Value {
    assertInvariant(this.depth === 0, 'only an outermost loop is cut into segments')
    assertInvariant(again >= 1 && again <= times, `${again} of ${times} iterations computed again`)
    const segments = Math.floor(Math.sqrt(again))
    const length = Math.floor(again / segments)
    const count = segments * length
    const inner = (carried: Value): Value => this.loop(length, carried, path, build)
    this.segment = { first: 0, count, length }
    let result = this.loop(segments, initial, path, inner, { recompute: true })
    this.segment = { first: count, count: times - count, length: 0 }
    if (count < times) result = this.loop(times - count, result, path, build)
    this.segment = undefined
    return result
  }

  /** What the current segment sees of a stack over all iterations of the segmented loop. */
  private partOf(stacked: Value, { first, count, length }: Segment): Value {
    const key = `${stacked.id} ${first}`
    const known = this.parts.get(key)
    if (known) return known
    const [part] = this.opInto(this.scopes[0].nodes, 'part', [stacked], { first, count, length }, '')
    this.parts.set(key, part)
    return part
  }

  /** A value from outside whose leading axes are the counts of the `axes` innermost open loops, as this iteration sees it. */
  slice(stacked: Value, axes: number): Value {
    // A segmented loop is two loops where the network has one; it is the outermost of them.
    const { segment, depth } = this
    const added = segment && segment.length > 0 ? 1 : 0
    const isSegmented = segment !== undefined && axes === depth - added
    let value = isSegmented ? this.partOf(stacked, segment) : stacked
    for (const scope of this.scopes.slice(this.scopes.length - (isSegmented ? axes + added : axes))) {
      assertInvariant(value.shape[0] === scope.times, `a slice of [${value.shape}] in a loop of ${scope.times}`)
      const known = scope.slices.find((slice) => slice.stacked === value)
      if (known) {
        value = known.parameter
      } else {
        const parameter = this.value(value.shape.slice(1), value.element)
        scope.slices.push({ stacked: value, parameter })
        value = parameter
      }
    }
    return value
  }

  /** The value of every iteration of all open loops, as seen outside of them: of a segmented loop, one piece at a time. */
  stack(value: Value): Value {
    let stacked = value
    for (const scope of this.scopes.slice(1).reverse()) {
      const known = scope.stacks.find((stack) => stack.value === stacked)
      if (known) {
        stacked = known.stacked
        continue
      }
      const outer = this.value([scope.times, ...stacked.shape], stacked.element)
      scope.stacks.push({ value: stacked, stacked: outer })
      stacked = outer
    }
    return stacked
  }

  /** The pieces that a segmented loop stacked, as one; a loop that isn't segmented has one piece, which is all of it. */
  join(pieces: readonly Value[], shape: Shape, path: string): Value {
    if (pieces.length === 1 && sameShape(pieces[0].shape, shape)) return pieces[0]
    // What is joined once has one place: two layers that give the same value share it.
    const key = pieces.map(({ id }) => id).join()
    const joined = this.joined.get(key) ?? this.op('join', pieces, {}, path)[0]
    this.joined.set(key, joined)
    return joined
  }

  update(target: Value, value: Value): void {
    this.updates.push({ target, value })
  }

  output(name: string, value: Value): void {
    this.outputs.push({ name, value })
  }

  guardBy(value: Value): void {
    this.guard = value
  }

  finish(name: string): Graph {
    assertInvariant(this.scopes.length === 1, 'a loop was left open')
    const { inputs, constants, updates, outputs, guard } = this
    return { name, inputs, constants, body: this.nodes, updates, outputs, ...(guard && { guard }) }
  }

  /** Replaces what has been built so far (the gradient adds stacks to the loops of the forward pass). */
  replaceBody(nodes: readonly Node[]): void {
    this.scopes[0].nodes.splice(0, Number.POSITIVE_INFINITY, ...nodes)
  }
}
