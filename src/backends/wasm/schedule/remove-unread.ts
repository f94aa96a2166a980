/** Removes the slices and stacks of loops whose readers have been removed by a pass. */
import type { Graph, Node, Value } from '../../../graph/graph.ts'

/**
 * Removes the candidate values that no node reads anymore, and the slices and stacks that only removed candidates read.
 */
export function removeUnread(graph: Graph, candidates: ReadonlySet<Value>): Graph {
  const { outputs, updates, guard } = graph
  const read = new Set([...outputs, ...updates].map(({ value }) => value))
  if (guard) read.add(guard)
  return { ...graph, body: withoutUnread(graph.body, { read, candidates: new Set(candidates) }) }
}

interface Readings {
  /**
   * The values that are read by the nodes after the current node. Each visited node adds the values that the node
   * reads.
   */
  readonly read: Set<Value>
  /**
   * Values that may be removed if no node reads them. The source of each removed slice or stack becomes a candidate for
   * removal too.
   */
  readonly candidates: Set<Value>
}

function withoutUnread(nodes: readonly Node[], { read, candidates }: Readings): Node[] {
  /** Decides whether to keep a slice or a stack that makes the value `made` from the value `source`. */
  const isKept = (made: Value, source: Value): boolean => {
    const kept = read.has(made) || !candidates.has(made)
    const noted = kept ? read : candidates
    noted.add(source)
    return kept
  }
  const lastFirst = [...nodes].reverse().map((node): Node => {
    if (node.kind === 'op') {
      for (const input of node.inputs) read.add(input)
      return node
    }
    const { carried } = node
    const stacks = node.stacks.filter(({ value, stacked }) => isKept(stacked, value))
    for (const { next } of carried) read.add(next)
    const body = withoutUnread(node.body, { read, candidates })
    const slices = node.slices.filter(({ parameter, stacked }) => isKept(parameter, stacked))
    for (const { initial } of carried) read.add(initial)
    return { ...node, slices, stacks, body }
  })
  return lastFirst.reverse()
}
