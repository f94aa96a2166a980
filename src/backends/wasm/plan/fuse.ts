/**
 * Groups the operations of a sequence without loops into kernels, so that values are used while they are in registers
 * or in a fast cache. Elementwise operations join the kernel that makes their input tiles, or the convolution that
 * reads the result of these operations. Sums over rows join the kernel of the convolution that makes the rows.
 */
import type { Node, OpNode, Value } from '../../../graph/graph.ts'
import { readsAny, sameShape } from '../../../graph/graph.ts'
import { canFollow, canFuse, canHost, canSum, isRowSum, isUpdate, partsOfImages } from './access.ts'

/** The operations of one kernel, or a loop. */
export type PlanStep =
  | { readonly kind: 'ops'; readonly nodes: OpNode[]; readonly before: readonly OpNode[] }
  | { readonly kind: 'loop'; readonly node: Node & { kind: 'loop' } }

/**
 * Groups a sequence of nodes into the steps of a plan. `prepares` says whether the kernel of a node can run the
 * elementwise operations that make the node's first input.
 */
export function fuse(nodes: readonly Node[], prepares: (node: OpNode) => boolean): PlanStep[] {
  const steps: PlanStep[] = []
  /**
   * Maps each value to the position of the step that makes the value. Values from outside the sequence of nodes have no
   * entry.
   */
  const madeAt = new Map<Value, number>()
  for (const node of nodes) {
    if (node.kind === 'loop') {
      const step: PlanStep = { kind: 'loop', node }
      for (const value of madeBy(step)) madeAt.set(value, steps.length)
      steps.push(step)
      continue
    }
    const host = findHost(node, steps, madeAt) ?? makeHost(node, steps, madeAt)
    const step = host === undefined ? undefined : steps[host]
    if (step?.kind === 'ops') step.nodes.push(node)
    else steps.push({ kind: 'ops', nodes: [node], before: prepares(node) ? takeSource(node, steps, madeAt) : [] })
    const position = host ?? steps.length - 1
    for (const value of madeBy(steps[position])) madeAt.set(value, position)
  }
  return steps
}

/**
 * Returns the position of the latest step that makes an input of the node, if the node can join the step. All other
 * inputs of the node exist before the latest step runs.
 */
function findHost(node: OpNode, steps: readonly PlanStep[], madeAt: ReadonlyMap<Value, number>): number | undefined {
  if (isUpdate(node)) return findGradient(node, steps, madeAt)
  if (isRowSum(node)) return findSummed(node, steps, madeAt)
  if (!canFuse(node)) return undefined
  const host = Math.max(...node.inputs.map((input) => madeAt.get(input) ?? -1))
  return canJoin(node, steps[host]) ? host : undefined
}

function canJoin(node: OpNode, step: PlanStep | undefined): boolean {
  if (step?.kind !== 'ops' || !canHost(step.nodes[0]) || readsBefore(node, step)) return false
  return sameShape(step.nodes[0].outputs[0].shape, node.outputs[0].shape)
}

/**
 * Handles a node whose latest input comes from a step that the node cannot join, although the node could join an
 * earlier step. Moves the steps that make the node's other inputs in front of the step that the node can join. Returns
 * the new position of the step that the node can join.
 */
function makeHost(node: OpNode, steps: PlanStep[], madeAt: Map<Value, number>): number | undefined {
  if (isUpdate(node) || !canFuse(node)) return undefined
  const made = node.inputs.map((input) => madeAt.get(input) ?? -1)
  const host = Math.max(...made.filter((position) => canJoin(node, steps[position])))
  if (!steps[host]) return undefined
  const moved = new Set<number>()
  const pending = made.filter((position) => position > host)
  for (let position = pending.pop(); position !== undefined; position = pending.pop()) {
    const step = steps[position]
    // An update must stay behind all nodes that read the updated value.
    if (step.kind !== 'ops' || step.nodes.some(isUpdate)) return undefined
    moved.add(position)
    const own = new Set(madeBy(step))
    const read = operationsOf(step)
      .flatMap(({ inputs }) => inputs)
      .filter((value) => !own.has(value))
    const before = read.map((value) => madeAt.get(value) ?? -1)
    if (before.includes(host)) return undefined
    pending.push(...before.filter((other) => other > host && !moved.has(other)))
  }
  const inOrder = [...moved].sort((a, b) => a - b).map((position) => steps[position])
  const rest = steps.filter((_, position) => position >= host && !moved.has(position))
  steps.splice(host, steps.length - host, ...inOrder, ...rest)
  notePositions(steps, madeAt)
  return host + inOrder.length
}

function notePositions(steps: readonly PlanStep[], madeAt: Map<Value, number>): void {
  steps.forEach((step, position) => {
    for (const value of madeBy(step)) madeAt.set(value, position)
  })
}

/**
 * Removes the step of elementwise operations that makes the node's first input, and returns the operations for the
 * node's kernel. Returns an empty list if a node in between reads the step's results or updates the step's inputs.
 */
function takeSource(node: OpNode, steps: PlanStep[], madeAt: Map<Value, number>): readonly OpNode[] {
  const position = madeAt.get(node.inputs[0])
  const step = position === undefined ? undefined : steps[position]
  if (position === undefined || step?.kind !== 'ops' || step.before.length > 0 || !step.nodes.every(canFuse)) return []
  const made = new Set(madeBy(step))
  const read = new Set(step.nodes.flatMap(({ inputs }) => inputs))
  const isInTheWay = (other: OpNode): boolean =>
    readsAny(other, made) || (isUpdate(other) && other.inputs.some((value) => read.has(value)))
  const later = steps.slice(position + 1)
  if (later.some((other) => other.kind === 'loop' || operationsOf(other).some(isInTheWay))) return []
  if (node.inputs.slice(1).some((value) => made.has(value))) return []
  steps.splice(position, 1)
  notePositions(steps, madeAt)
  return step.nodes
}

/** A step that consists of operations, not of a loop. */
export type Operations = Extract<PlanStep, { kind: 'ops' }>

const operationsOf = ({ before, nodes }: Operations): OpNode[] => [...before, ...nodes]

/**
 * Returns true if a node reads a value that the kernel makes before its first operation. Values made before a kernel's
 * first operation are not in registers.
 */
const readsBefore = (node: OpNode, { before }: Operations): boolean =>
  readsAny(node, new Set(before.flatMap(({ outputs }) => outputs)))

function madeBy(step: PlanStep): Value[] {
  if (step.kind === 'ops') return operationsOf(step).flatMap(({ outputs }) => outputs)
  const { carried, stacks } = step.node
  return [...carried.map(({ result }) => result), ...stacks.map(({ stacked }) => stacked)]
}

/**
 * Returns the position of the convolution that makes the summed value, if the convolution can compute the sum. All
 * other inputs of the sum must exist before the convolution.
 */
function findSummed(sum: OpNode, steps: readonly PlanStep[], madeAt: ReadonlyMap<Value, number>): number | undefined {
  const [summed, ...others] = sum.inputs
  const position = madeAt.get(summed)
  const step = position === undefined ? undefined : steps[position]
  if (position === undefined || step?.kind !== 'ops' || !canSum(sum, step.nodes[0])) return undefined
  if (readsBefore(sum, step)) return undefined
  if (others.some((value) => (madeAt.get(value) ?? -1) >= position)) return undefined
  // The elementwise operations in `before` run over whole images, so the sum must be cut between images too.
  if (step.before.length > 0 && sum.attributes.together !== partsOfImages(step.nodes[0]).together) return undefined
  const isCutSo = step.nodes.filter(isRowSum).every((other) => other.attributes.together === sum.attributes.together)
  return isCutSo ? position : undefined
}

/**
 * Returns the position of the step that makes an update's gradient, if the update can join the step. After the
 * gradient's step, no node other than the update may read the parameter.
 */
function findGradient(
  update: OpNode,
  steps: readonly PlanStep[],
  madeAt: ReadonlyMap<Value, number>,
): number | undefined {
  const [parameter, gradient, ...others] = update.inputs
  const position = madeAt.get(gradient)
  const step = position === undefined ? undefined : steps[position]
  if (position === undefined || step?.kind !== 'ops' || step.nodes.length > 1) return undefined
  if (!canFollow(update, step.nodes[0]) || step.nodes[0].outputs[0] !== gradient) return undefined
  if (others.some((value) => (madeAt.get(value) ?? -1) >= position)) return undefined
  const own = new Set([parameter, ...others.filter(({ shape }) => shape.length > 0)])
  const later = steps
    .slice(position + 1)
    .flatMap((other): Node[] => (other.kind === 'ops' ? operationsOf(other) : [other.node]))
  return later.some((node) => readsAny(node, own)) ? undefined : position
}
