/**
 * Moves the update of a repeated layer's parameter into the loop that makes its gradients: there it is done while the
 * gradient is at hand, and no stack of all gradients is needed.
 */
import type { GraphBuilder } from './builder.ts'
import { type Attributes, type LoopNode, type Node, type OpNode, readsAny, type Value } from './graph.ts'
import { gradientOps, type OpName } from './ops.ts'

export interface SinkingUpdate {
  readonly op: OpName
  readonly attributes: Attributes
  readonly path: string
  /** What is updated: the parameter, then its states, all with the axes of the loops around them. */
  readonly updated: readonly Value[]
  readonly gradient: Value
  readonly scalars: readonly Value[]
}

export interface Sunk {
  readonly nodes: Node[]
  /** The new values of what is updated. */
  readonly results: readonly Value[]
}

/**
 * Undefined where the gradient isn't made by a loop, or by the loops that another was cut into, or where the parameter is
 * still read after it.
 */
export function sinkUpdate(builder: GraphBuilder, nodes: readonly Node[], update: SinkingUpdate): Sunk | undefined {
  const { gradient } = update
  const made = nodes.findIndex((node) =>
    node.kind === 'op' ? node.outputs.includes(gradient) : node.stacks.some(({ stacked }) => stacked === gradient),
  )
  const maker = nodes[made]
  if (maker?.kind === 'loop') return sinkIntoLoop(builder, nodes, update, maker)
  return maker?.op === 'join' ? sinkIntoParts(builder, nodes, update, maker) : appendUpdate(builder, nodes, update)
}

function sinkIntoLoop(
  builder: GraphBuilder,
  nodes: readonly Node[],
  update: SinkingUpdate,
  loop: LoopNode,
): Sunk | undefined {
  const { gradient, updated } = update
  const position = nodes.indexOf(loop)
  const stack = loop.stacks.find(({ stacked }) => stacked === gradient)
  if (!stack || isReadAfter(nodes, position, updated)) return undefined
  const slices = [...loop.slices]
  const inside = updated.map((stacked) => {
    const known = slices.find((slice) => slice.stacked === stacked)
    if (known) return known.parameter
    const parameter = builder.value(stacked.shape.slice(1), stacked.element)
    slices.push({ stacked, parameter })
    return parameter
  })
  const sunk = sinkUpdate(builder, loop.body, { ...update, gradient: stack.value, updated: inside })
  if (!sunk) return undefined
  const made = sunk.results.map((value) => ({ value, stacked: builder.value([loop.times, ...value.shape]) }))
  const others = loop.stacks.filter((other) => other !== stack)
  const changed: LoopNode = { ...loop, slices, stacks: [...others, ...made], body: sunk.nodes }
  const around = nodes.map((node) => (node === loop ? changed : node))
  return { nodes: around, results: made.map(({ stacked }) => stacked) }
}

/** A loop in segments and what was left over of it: each updates its own part, and no gradients are joined. */
function sinkIntoParts(
  builder: GraphBuilder,
  nodes: readonly Node[],
  update: SinkingUpdate,
  join: OpNode,
): Sunk | undefined {
  const { updated, gradient } = update
  let rest: readonly Node[] = nodes.filter((node) => node !== join)
  if (rest.some((node) => readsAny(node, new Set([gradient])))) return undefined
  const pieces: (readonly Value[])[] = []
  let first = 0
  for (const piece of join.inputs) {
    const isSegmented = piece.shape.length > gradient.shape.length
    const [count, length] = isSegmented ? [piece.shape[0] * piece.shape[1], piece.shape[1]] : [piece.shape[0], 0]
    const parts = updated.map((stacked) => {
      const known = findPart(rest, stacked, first)
      if (known) return known
      const views: Node[] = []
      const [part] = builder.opInto(views, 'part', [stacked], { first, count, length }, '')
      rest = [...views, ...rest]
      return part
    })
    const sunk = sinkUpdate(builder, rest, { ...update, gradient: piece, updated: parts })
    if (!sunk) return undefined
    rest = sunk.nodes
    pieces.push(sunk.results)
    first += count
  }
  const all = [...rest]
  const results = updated.map((_, position) => {
    const made = pieces.map((results) => results[position])
    return builder.opInto(all, 'join', made, {}, join.path)[0]
  })
  return { nodes: all, results }
}

function findPart(nodes: readonly Node[], stacked: Value, first: number): Value | undefined {
  for (const node of nodes) {
    if (node.kind !== 'op' || node.op !== 'part') continue
    if (node.inputs[0] === stacked && node.attributes.first === first) return node.outputs[0]
  }
  return undefined
}

function appendUpdate(builder: GraphBuilder, nodes: readonly Node[], update: SinkingUpdate): Sunk | undefined {
  const { op, attributes, path, updated, gradient, scalars } = update
  const position = nodes.findIndex((node) => node.kind === 'op' && node.outputs.includes(gradient))
  const maker = nodes[position]
  if (maker?.kind !== 'op' || !gradientOps.has(maker.op) || isReadAfter(nodes, position, updated)) return undefined
  const [parameter, ...states] = updated
  const all = [...nodes]
  const results = builder.opInto(all, op, [parameter, gradient, ...states, ...scalars], attributes, path)
  return { nodes: all, results }
}

const isReadAfter = (nodes: readonly Node[], position: number, updated: readonly Value[]): boolean => {
  const own = new Set(updated)
  return nodes.slice(position + 1).some((node) => readsAny(node, own))
}
