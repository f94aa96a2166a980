/**
 * Moves the update of a repeated layer's parameter into the loop that makes its gradients: there it is done while the
 * gradient is at hand, and no stack of all gradients is needed.
 */
import type { GraphBuilder } from './builder.ts'
import { type Attributes, type LoopNode, type Node, readsAny, type Value } from './graph.ts'
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

/** Undefined where the gradient isn't one loop's, or where the parameter is still read after it. */
export function sinkUpdate(builder: GraphBuilder, nodes: readonly Node[], update: SinkingUpdate): Sunk | undefined {
  const { gradient, updated } = update
  const position = nodes.findIndex(
    (node) => node.kind === 'loop' && node.stacks.some(({ stacked }) => stacked === gradient),
  )
  const loop = nodes[position]
  if (loop?.kind !== 'loop') return appendUpdate(builder, nodes, update)
  const stack = loop.stacks.find(({ stacked }) => stacked === gradient)
  if (!stack) return undefined
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
  const around = nodes.map((node, index) => (index === position ? changed : node))
  return { nodes: around, results: made.map(({ stacked }) => stacked) }
}

function appendUpdate(builder: GraphBuilder, nodes: readonly Node[], update: SinkingUpdate): Sunk | undefined {
  const { op, attributes, path, updated, gradient, scalars } = update
  const position = nodes.findIndex((node) => node.kind === 'op' && node.outputs.includes(gradient))
  const maker = nodes[position]
  if (maker?.kind !== 'op' || !gradientOps.has(maker.op)) return undefined
  const own = new Set(updated)
  if (nodes.slice(position + 1).some((node) => readsAny(node, own))) return undefined
  const [parameter, ...states] = updated
  const all = [...nodes]
  const results = builder.opInto(all, op, [parameter, gradient, ...states, ...scalars], attributes, path)
  return { nodes: all, results }
}
