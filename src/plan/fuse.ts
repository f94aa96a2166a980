/**
 * Groups the operations of a straight line into kernels: element-by-element work joins the kernel that makes the tiles
 * it works on, so that a value is touched while it is in registers.
 */
import type { Node, OpNode, Value } from '../graph/graph.ts'
import { sameShape } from '../graph/graph.ts'
import { canFuse, canHost } from './access.ts'

/** The operations of one kernel, or a loop. */
export type Step =
  | { readonly kind: 'ops'; readonly nodes: OpNode[] }
  | { readonly kind: 'loop'; readonly node: Node & { kind: 'loop' } }

export function fuse(nodes: readonly Node[]): Step[] {
  const steps: Step[] = []
  /** The position of the step that makes a value; values from outside have none. */
  const madeAt = new Map<Value, number>()
  for (const node of nodes) {
    if (node.kind === 'loop') {
      for (const { result } of node.carried) madeAt.set(result, steps.length)
      for (const { stacked } of node.stacks) madeAt.set(stacked, steps.length)
      steps.push({ kind: 'loop', node })
      continue
    }
    const host = findHost(node, steps, madeAt)
    const position = host ?? steps.length
    const step = steps[position]
    if (step?.kind === 'ops') step.nodes.push(node)
    else steps.push({ kind: 'ops', nodes: [node] })
    for (const output of node.outputs) madeAt.set(output, position)
  }
  return steps
}

/** The latest step that makes one of the node's inputs, if the node can join it and all else it reads is there by then. */
function findHost(node: OpNode, steps: readonly Step[], madeAt: ReadonlyMap<Value, number>): number | undefined {
  if (!canFuse(node)) return undefined
  const host = Math.max(...node.inputs.map((input) => madeAt.get(input) ?? -1))
  const step = steps[host]
  if (step?.kind !== 'ops' || !canHost(step.nodes[0])) return undefined
  if (!sameShape(step.nodes[0].outputs[0].shape, node.outputs[0].shape)) return undefined
  return host
}
