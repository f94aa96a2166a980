/**
 * Finds which leading axes of a value are loop axes, and which tensors are stored in panels. The operations that use a
 * value determine its loop axes and its storage.
 */
import { type Graph, type Node, type OpNode, sameShape, type Value } from '../../../graph/graph.ts'
import type { OpName } from '../../../graph/ops.ts'
import { isOverStacks, isView } from './access.ts'

export interface Form {
  /** The number of leading axes of a value that count loop iterations. */
  readonly axes: number
  /**
   * Number of kernel positions of a weight tensor, which is stored in panels. The number of kernel positions is 1 for a
   * dense layer's weight, and 0 for a value that is not a weight.
   */
  readonly panels: number
}

/** Two values whose forms are equal, except that `outer` has `axes` more loop axes than `inner`. */
interface Link {
  readonly inner: Value
  readonly outer: Value
  readonly axes: number
}

/** Positions of the weight tensors in the lists of an operation's inputs and outputs. */
const weights: Partial<Record<OpName, { readonly input?: number; readonly output?: number }>> = {
  dense: { input: 1 },
  denseInputGradient: { input: 1 },
  denseWeightGradient: { output: 0 },
  conv: { input: 1 },
  convInputGradient: { input: 1 },
  convWeightGradient: { output: 0 },
  flipKernel: { input: 0, output: 0 },
  sumParts: { input: 0, output: 0 },
}

function panelsOf({ op, attributes }: OpNode, position: number, side: 'input' | 'output'): number {
  return weights[op]?.[side] === position ? Number(attributes.kernel ?? 1) ** 2 : 0
}

function collect(nodes: readonly Node[], links: Link[], seeds: [Value, Form][]): void {
  for (const node of nodes) {
    if (node.kind === 'loop') {
      for (const { initial, parameter, next, result } of node.carried) {
        for (const value of [parameter, next, result]) links.push({ inner: value, outer: initial, axes: 0 })
      }
      for (const { stacked, parameter } of node.slices) links.push({ inner: parameter, outer: stacked, axes: 1 })
      for (const { stacked, value } of node.stacks) links.push({ inner: value, outer: stacked, axes: 1 })
      collect(node.body, links, seeds)
      continue
    }
    if (isView(node)) {
      const [whole, ...parts] =
        node.op === 'part' ? [...node.inputs, ...node.outputs] : [...node.outputs, ...node.inputs]
      for (const part of parts) links.push({ inner: whole, outer: part, axes: part.shape.length - whole.shape.length })
      continue
    }
    if (isOverStacks(node)) {
      // The operands of an operation over stacks include the loop axes. All operands with the parameter's shape have
      // the same form, but scalar and vector operands may have other forms.
      const [parameter, ...others] = [...node.inputs, ...node.outputs]
      const { axes } = node.attributes
      if (axes !== undefined) seeds.push([parameter, { axes: Number(axes), panels: 0 }])
      for (const other of others) {
        if (sameShape(other.shape, parameter.shape)) links.push({ inner: other, outer: parameter, axes: 0 })
      }
      continue
    }
    node.inputs.forEach((value, position) => {
      seeds.push([value, { axes: 0, panels: panelsOf(node, position, 'input') }])
    })
    node.outputs.forEach((value, position) => {
      seeds.push([value, { axes: 0, panels: panelsOf(node, position, 'output') }])
    })
  }
}

export function findForms(graph: Graph): ReadonlyMap<Value, Form> {
  const links: Link[] = []
  const seeds: [Value, Form][] = []
  collect(graph.body, links, seeds)
  for (const { target, value } of graph.updates) links.push({ inner: value, outer: target, axes: 0 })

  const neighbors = new Map<Value, { value: Value; axes: number }[]>()
  const connect = (from: Value, to: Value, axes: number): void => {
    const known = neighbors.get(from)
    if (known) known.push({ value: to, axes })
    else neighbors.set(from, [{ value: to, axes }])
  }
  for (const { inner, outer, axes } of links) {
    connect(inner, outer, axes)
    connect(outer, inner, -axes)
  }

  const forms = new Map<Value, Form>()
  const pending: Value[] = []
  const settle = (value: Value, form: Form): void => {
    const known = forms.get(value)
    if (known && (known.panels > 0 || form.panels === 0)) return
    forms.set(value, form)
    pending.push(value)
  }
  for (const [value, form] of seeds) settle(value, form)
  for (let value = pending.pop(); value; value = pending.pop()) {
    const form = forms.get(value)
    if (!form) continue
    for (const { value: neighbor, axes } of neighbors.get(value) ?? []) {
      settle(neighbor, { axes: form.axes + axes, panels: form.panels })
    }
  }
  return forms
}
