/** Makes the values and operations that a schedule pass adds to a graph. */
import type { Attributes, Element, Graph, Node, OpNode, Shape, Value } from '../../../graph/graph.ts'
import { type OpName, ops } from '../../../graph/ops.ts'

export interface Emitter {
  readonly value: (shape: Shape, element?: Element) => Value
  /**
   * Makes an operation with new outputs. The caller must insert the new operation into the body of a graph or of a
   * loop.
   */
  readonly op: (op: OpName, inputs: readonly Value[], attributes: Attributes, path: string) => OpNode
}

/** Creates an emitter whose values get ids above the highest id in the graph. */
export function createEmitter({ inputs, constants, body }: Graph): Emitter {
  let nextId = 1 + Math.max(highestId([...inputs, ...constants].map((entry) => entry.value)), highestIdIn(body))
  const value = (shape: Shape, element: Element = 'real'): Value => Object.freeze({ id: nextId++, shape, element })
  const op: Emitter['op'] = (name, operands, attributes, path) => {
    const results = ops[name].infer(operands, attributes)
    const outputs = results.map((result) => value(result.shape, result.element))
    return { kind: 'op', op: name, inputs: operands, outputs, attributes, path }
  }
  return { value, op }
}

const highestId = (values: readonly Value[]): number => values.reduce((highest, { id }) => Math.max(highest, id), -1)

const highestIdIn = (nodes: readonly Node[]): number =>
  nodes.reduce((highest, node) => Math.max(highest, highestIdOf(node)), -1)

function highestIdOf(node: Node): number {
  if (node.kind === 'op') return highestId(node.outputs)
  const made = [
    ...node.carried.flatMap(({ parameter, result }) => [parameter, result]),
    ...node.slices.map(({ parameter }) => parameter),
    ...node.stacks.map(({ stacked }) => stacked),
  ]
  return Math.max(highestId(made), highestIdIn(node.body))
}
