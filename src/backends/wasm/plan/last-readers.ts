/** Finds the nodes that read a value, and the results that can be written over a value that is no longer needed. */
import { type Node, type OpNode, readsAny, sameShape, type Value } from '../../../graph/graph.ts'
import { canFuse } from './access.ts'
import type { Operations } from './fuse.ts'

/**
 * Finds, for each value, the nodes of one sequence of nodes that read the value. A loop reads all values that its body
 * reads.
 */
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
  /** Id of the loop whose body contains the step, or undefined for a step outside all loops. */
  readonly loop: number | undefined
}

/**
 * Finds elementwise steps that compute a new value from a value that no later step reads. If the step writes the new
 * value over the old value, no additional memory enters the cache.
 */
export class LastReaders {
  /**
   * Results that share their memory with no other value until their last use. Each result is mapped to the id of the
   * loop whose body makes the result.
   */
  private readonly transient = new Map<Value, number | undefined>()
  private readonly placed = new Set<Node>()

  /** Records a result that has memory of its own. */
  note(value: Value, loop: number | undefined): void {
    this.transient.set(value, loop)
  }

  /** Records that the nodes have been placed in a kernel. */
  place(nodes: readonly OpNode[]): void {
    for (const node of nodes) this.placed.add(node)
  }

  /** Returns the value whose memory a new result takes over, or undefined if the result needs memory of its own. */
  takeOver(result: Value, { before, nodes }: Operations, { consumers, loop }: Scope): Value | undefined {
    const isMap = before.length === 0 && nodes.every(canFuse)
    const [elementwise, others] = isMap ? [nodes, before] : [before, nodes]
    if (elementwise.at(-1)?.outputs[0] !== result) return undefined
    const isReadHereLast = (input: Value): boolean =>
      this.transient.has(input) &&
      // Another iteration of the loop may need a value from outside the loop.
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
