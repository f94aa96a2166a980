/** Who reads a value, and where one that is made of another takes that one's place. */
import { type Node, type OpNode, readsAny, sameShape, type Value } from '../../../graph/graph.ts'
import { canFuse } from './access.ts'
import type { Operations } from './fuse.ts'

/** The nodes of one straight line that read each value (a loop reads what any part of it reads). */
export function findConsumers(nodes: readonly Node[]): ReadonlyMap<Value, Set<Node>> {
  const consumers = new Map<Value, Set<Node>>()
  const add = (value: Value, node: Node): void => {
    const known = consumers.get(value)
    if (known) known.add(node)
    else consumers.set(value, new Set([node]))
  }
  const visit = (inner: readonly Node[], user: Node | undefined): void => {
    for (const node of inner) {
      const reader = user ?? node
      if (node.kind === 'op') {
        for (const input of node.inputs) add(input, reader)
        continue
      }
      for (const { initial, next } of node.carried) for (const value of [initial, next]) add(value, reader)
      for (const { stacked } of node.slices) add(stacked, reader)
      for (const { value } of node.stacks) add(value, reader)
      visit(node.body, reader)
    }
  }
  visit(nodes, undefined)
  return consumers
}

interface Scope {
  readonly consumers: ReadonlyMap<Value, Set<Node>>
  /** The loop whose body the step is in, if it is in any. */
  readonly loop: number | undefined
}

/**
 * Finds what a step reads for the last time where it makes another value of it, element by element: written there, that value
 * brings no other memory into the cache.
 */
export class LastReaders {
  /** Results whose memory is theirs alone while somebody needs them, with the loop in whose body they are made. */
  private readonly transient = new Map<Value, number | undefined>()
  private readonly placed = new Set<Node>()

  /** Notes a result that has memory of its own. */
  note(value: Value, loop: number | undefined): void {
    this.transient.set(value, loop)
  }

  /** Notes that the nodes are in a kernel. */
  place(nodes: readonly OpNode[]): void {
    for (const node of nodes) this.placed.add(node)
  }

  /** The value whose place the result takes over. */
  takeOver(result: Value, { before, nodes }: Operations, { consumers, loop }: Scope): Value | undefined {
    const isMap = before.length === 0 && nodes.every(canFuse)
    const [elementwise, others] = isMap ? [nodes, before] : [before, nodes]
    if (elementwise.at(-1)?.outputs[0] !== result) return undefined
    const isReadHereLast = (input: Value): boolean =>
      this.transient.has(input) &&
      // Another iteration may need what comes from outside.
      this.transient.get(input) === loop &&
      sameShape(input.shape, result.shape) &&
      [...(consumers.get(input) ?? [])].every((user) => this.placed.has(user)) &&
      !others.some((node) => readsAny(node, new Set([input])))
    const input = elementwise.flatMap(({ inputs }) => inputs).find(isReadHereLast)
    if (!input) return undefined
    this.transient.delete(input)
    this.transient.set(result, loop)
    return input
  }
}
