/**
 * Builds a graph node by node. The builder has a stack of scopes, one for each open loop. A stacked value enters a loop
 * slice by slice. A value that leaves a loop is stacked over the loop's iterations.
 */
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

/**
 * A range of `count` loop iterations that starts at `first` and is cut into segments of `length` (a length of 0 means
 * no segments).
 */
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
  /** The piece of a segmented loop that is being built, or undefined outside of segmented loops. */
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

  /** Declares a constant of the given shape. A second constant of the same name reuses the value of the first one. */
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

  /** The number of open loops. */
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

  /**
   * Builds a loop whose body is made by `build` from the carried value. Returns the carried value after the last
   * iteration of the loop.
   */
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
   * Builds a loop in which about the first `again` iterations are cut into segments of about sqrt(again) iterations.
   * For a segment, the backward pass needs only the value carried into the segment and recomputes all other values
   * (Chen et al. 2016). The iterations after the last segment form an ordinary loop without segments.
   */
  segmentedLoop(
    { times, again }: { readonly times: number; readonly again: number },
    initial: Value,
    path: string,
    build: (carried: Value) => Value,
  ): Value {
    assertInvariant(this.depth === 0, 'only an outermost loop can be cut into segments')
    assertInvariant(again >= 1 && again <= times, `a loop of ${times} iterations recomputes ${again}`)
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

  /** Returns the slices of `stacked` that belong to the current segment; `stacked` has all iterations of the loop. */
  private partOf(stacked: Value, { first, count, length }: Segment): Value {
    const key = `${stacked.id} ${first}`
    const known = this.parts.get(key)
    if (known) return known
    const [part] = this.opInto(this.scopes[0].nodes, 'part', [stacked], { first, count, length }, '')
    this.parts.set(key, part)
    return part
  }

  /**
   * Returns the slice of `stacked` that belongs to the current iteration. The first `axes` axes of `stacked` are the
   * iteration counts of the `axes` innermost open loops.
   */
  slice(stacked: Value, axes: number): Value {
    // A segmented loop turns one repeat of the network, always an outermost repeat, into two nested loops.
    const { segment, depth } = this
    const added = segment && segment.length > 0 ? 1 : 0
    const isSegmented = segment !== undefined && axes === depth - added
    let value = isSegmented ? this.partOf(stacked, segment) : stacked
    for (const scope of this.scopes.slice(this.scopes.length - (isSegmented ? axes + added : axes))) {
      assertInvariant(
        value.shape[0] === scope.times,
        `a loop of ${scope.times} iterations slices a value of shape [${value.shape}]`,
      )
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

  /**
   * Stacks `value` over the iterations of all open loops, so that nodes outside the loops can read all iterations. In a
   * segmented loop, the stacked value covers only the current piece of the loop.
   */
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

  /**
   * Joins the stacked pieces of a segmented loop into one value. A loop without segments stacks a single piece, which
   * is returned unchanged.
   */
  join(pieces: readonly Value[], shape: Shape, path: string): Value {
    if (pieces.length === 1 && sameShape(pieces[0].shape, shape)) return pieces[0]
    // Equal lists of pieces are joined only once, so two layers that return the same value share one joined value.
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
    assertInvariant(this.scopes.length === 1, 'a graph is finished while a loop is open')
    const { inputs, constants, updates, outputs, guard } = this
    return { name, inputs, constants, body: this.nodes, updates, outputs, ...(guard && { guard }) }
  }

  /** Replaces all nodes of the graph. Differentiation replaces nodes to add stacks to the loops of the forward pass. */
  replaceBody(nodes: readonly Node[]): void {
    this.scopes[0].nodes.splice(0, Number.POSITIVE_INFINITY, ...nodes)
  }
}
