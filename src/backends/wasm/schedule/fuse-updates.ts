/**
 * Moves the update of a repeated layer's parameter into the loop that makes the parameter's gradients. Inside the loop,
 * the update runs as soon as a gradient is made, and no stack of all gradients is needed.
 */
import { type Graph, type LoopNode, type Node, type OpNode, readsAny, type Value } from '../../../graph/graph.ts'
import type { OpName } from '../../../graph/ops.ts'
import { isUpdateOp } from '../../../graph/optimizers/table.ts'
import type { Emitter } from './emitter.ts'

/**
 * Operations that make a parameter's gradient vector by vector, so that the update can run while a vector is in
 * registers.
 */
export const gradientOps: ReadonlySet<OpName> = new Set<OpName>([
  'denseWeightGradient',
  'sumParts',
  'sumOverBatch',
  'layerNormScaleGradient',
  'batchNormScaleGradient',
])

/**
 * Returns true for an update that needs only one gradient, and neither the norm of all gradients nor layer-wise rates.
 */
export const isSelfContained = ({ op, attributes }: OpNode): boolean =>
  isUpdateOp(op) && attributes.clipped !== true && attributes.layered !== true

/** An optimizer's update that is being moved into loops. */
interface MovingUpdate {
  readonly node: OpNode
  /** The parameter and its states, each with the axes of the loops into which the update has not moved yet. */
  readonly updated: readonly Value[]
  readonly gradient: Value
  readonly scalars: readonly Value[]
}

interface Fused {
  readonly nodes: readonly Node[]
  /** Operations that replace the moved update. */
  readonly instead: readonly Node[]
  /** The updated values of the parameter and of the optimizer's states. */
  readonly results: readonly Value[]
}

export function fuseUpdates(graph: Graph, emitter: Emitter): Graph {
  const read = new Set(graph.outputs.map(({ value }) => value))
  const moved = new Map<Value, Value>()
  let { body } = graph
  for (const node of graph.body) {
    if (node.kind !== 'op' || !isSelfContained(node)) continue
    const own = new Set([node.inputs[1], ...node.outputs])
    const isTakenByOthers = body.some((other) => other !== node && readsAny(other, own))
    if (isTakenByOthers || [...own].some((value) => read.has(value))) continue
    const fused = fuseRepeated(emitter, body, movingUpdate(node))
    if (!fused) continue
    body = fused.nodes.flatMap((other) => (other === node ? fused.instead : [other]))
    node.outputs.forEach((output, position) => {
      moved.set(output, fused.results[position])
    })
  }
  const updates = graph.updates.map(({ target, value }) => ({ target, value: moved.get(value) ?? value }))
  return { ...graph, body, updates }
}

function movingUpdate(node: OpNode): MovingUpdate {
  const [parameter, gradient, ...others] = node.inputs
  const states = node.outputs.length - 1
  return { node, gradient, updated: [parameter, ...others.slice(0, states)], scalars: others.slice(states) }
}

/**
 * Moves an update into the loop that makes the gradient, or into the loops of a repeat that is cut into segments.
 * Returns undefined if no loop makes the gradient, or if a node reads the parameter after the loop.
 */
function fuseRepeated(emitter: Emitter, nodes: readonly Node[], update: MovingUpdate): Fused | undefined {
  const maker = makerOf(nodes, update.gradient)
  if (maker?.kind === 'loop') return fuseIntoLoop(emitter, nodes, update, maker)
  return maker?.op === 'join' ? fuseIntoParts(emitter, nodes, update, maker) : undefined
}

const makerOf = (nodes: readonly Node[], value: Value): Node | undefined =>
  nodes.find((node) =>
    node.kind === 'op' ? node.outputs.includes(value) : node.stacks.some(({ stacked }) => stacked === value),
  )

function fuseIntoLoop(
  emitter: Emitter,
  nodes: readonly Node[],
  update: MovingUpdate,
  loop: LoopNode,
): Fused | undefined {
  const { gradient, updated } = update
  const stack = loop.stacks.find(({ stacked }) => stacked === gradient)
  if (!stack || isReadAfter(nodes, loop, update)) return undefined
  const slices = [...loop.slices]
  const inside = updated.map((stacked) => {
    const known = slices.find((slice) => slice.stacked === stacked)
    if (known) return known.parameter
    const parameter = emitter.value(stacked.shape.slice(1), stacked.element)
    slices.push({ stacked, parameter })
    return parameter
  })
  const inner = { ...update, gradient: stack.value, updated: inside }
  const fused = fuseRepeated(emitter, loop.body, inner) ?? appendUpdate(emitter, loop.body, inner)
  if (!fused) return undefined
  const made = fused.results.map((value) => ({ value, stacked: emitter.value([loop.times, ...value.shape]) }))
  const others = loop.stacks.filter((other) => other !== stack)
  const changed: LoopNode = { ...loop, slices, stacks: [...others, ...made], body: fused.nodes }
  const around = nodes.map((node) => (node === loop ? changed : node))
  return { nodes: around, instead: [], results: made.map(({ stacked }) => stacked) }
}

/**
 * Moves an optimizer's update into the segments of a loop that is cut into segments. Each segment of the loop updates
 * its own part of the parameter, and no gradients are joined.
 */
function fuseIntoParts(
  emitter: Emitter,
  nodes: readonly Node[],
  update: MovingUpdate,
  join: OpNode,
): Fused | undefined {
  const { updated, gradient } = update
  let rest: readonly Node[] = nodes.filter((node) => node !== join)
  const pieces: (readonly Value[])[] = []
  let first = 0
  for (const piece of join.inputs) {
    const isSegmented = piece.shape.length > gradient.shape.length
    const [count, length] = isSegmented ? [piece.shape[0] * piece.shape[1], piece.shape[1]] : [piece.shape[0], 0]
    const parts = updated.map((stacked) => {
      const known = findPart(rest, stacked, first)
      if (known) return known
      const view = emitter.op('part', [stacked], { first, count, length }, '')
      rest = [view, ...rest]
      return view.outputs[0]
    })
    const fused = fuseRepeated(emitter, rest, { ...update, gradient: piece, updated: parts })
    if (!fused) return undefined
    rest = fused.nodes
    pieces.push(fused.results)
    first += count
  }
  const joins = updated.map((_, position) => {
    const made = pieces.map((results) => results[position])
    return emitter.op('join', made, {}, join.path)
  })
  return { nodes: rest, instead: joins, results: joins.flatMap(({ outputs }) => outputs) }
}

function findPart(nodes: readonly Node[], stacked: Value, first: number): Value | undefined {
  for (const node of nodes) {
    if (node.kind !== 'op' || node.op !== 'part') continue
    if (node.inputs[0] === stacked && node.attributes.first === first) return node.outputs[0]
  }
  return undefined
}

/** Appends an update to the end of the body that makes the gradient. */
function appendUpdate(emitter: Emitter, nodes: readonly Node[], update: MovingUpdate): Fused | undefined {
  const { node, updated, gradient, scalars } = update
  const maker = makerOf(nodes, gradient)
  if (maker?.kind !== 'op' || !gradientOps.has(maker.op) || isReadAfter(nodes, maker, update)) return undefined
  const [parameter, ...states] = updated
  const fused = emitter.op(node.op, [parameter, gradient, ...states, ...scalars], node.attributes, node.path)
  return { nodes: [...nodes, fused], instead: [], results: fused.outputs }
}

function isReadAfter(nodes: readonly Node[], maker: Node, { node, updated }: MovingUpdate): boolean {
  const own = new Set(updated)
  return nodes.slice(nodes.indexOf(maker) + 1).some((other) => other !== node && readsAny(other, own))
}
