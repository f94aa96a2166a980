/** Checks that a graph is legal: definitions before uses, shapes as the operations say, loops that fit together. */
import { assertInvariant } from '../support/errors.ts'
import type { Graph, LoopNode, Node, Value } from './graph.ts'
import { sameShape, sizeOf } from './graph.ts'
import { ops } from './ops.ts'

function sameKind(a: Value, b: Value): boolean {
  return sameShape(a.shape, b.shape) && a.element === b.element
}

function verifyLoop(loop: LoopNode, defined: ReadonlySet<Value>): void {
  const where = `loop ${loop.path}`
  const inside = new Set(defined)
  for (const { initial, parameter, next, result } of loop.carried) {
    assertInvariant(defined.has(initial), `${where} carries %${initial.id}, which isn't defined`)
    assertInvariant(
      [parameter, next, result].every((value) => sameKind(value, initial)),
      `${where} carries one shape`,
    )
    inside.add(parameter)
  }
  for (const { stacked, parameter } of loop.slices) {
    assertInvariant(defined.has(stacked), `${where} slices %${stacked.id}, which isn't defined`)
    assertInvariant(sameShape(stacked.shape, [loop.times, ...parameter.shape]), `${where} slices one of ${loop.times}`)
    inside.add(parameter)
  }
  verifyNodes(loop.body, inside)
  for (const { value, stacked } of loop.stacks) {
    assertInvariant(inside.has(value), `${where} stacks %${value.id}, which isn't defined`)
    assertInvariant(sameShape(stacked.shape, [loop.times, ...value.shape]), `${where} stacks one of ${loop.times}`)
  }
  for (const { next } of loop.carried) assertInvariant(inside.has(next), `${where}: %${next.id} isn't defined`)
}

/** Adds what the nodes define to `defined`. */
function verifyNodes(nodes: readonly Node[], defined: Set<Value>): void {
  const define = (value: Value): void => {
    assertInvariant(!defined.has(value), `%${value.id} is defined twice`)
    defined.add(value)
  }
  for (const node of nodes) {
    if (node.kind === 'loop') {
      verifyLoop(node, defined)
      for (const { result } of node.carried) define(result)
      for (const { stacked } of node.stacks) define(stacked)
      continue
    }
    for (const input of node.inputs) {
      assertInvariant(defined.has(input), `${node.op} at ${node.path} reads %${input.id}, which isn't defined`)
    }
    const results = ops[node.op].infer(node.inputs, node.attributes)
    assertInvariant(results.length === node.outputs.length, `${node.op} gives ${results.length} values`)
    node.outputs.forEach((output, position) => {
      assertInvariant(sameShape(output.shape, results[position].shape), `${node.op} at ${node.path}: wrong shape`)
      define(output)
    })
  }
}

/** Throws an internal error where the graph isn't legal. */
export function verifyGraph(graph: Graph): void {
  const defined = new Set<Value>()
  for (const { value } of graph.inputs) defined.add(value)
  for (const { value, data, name } of graph.constants) {
    assertInvariant(data.length === sizeOf(value.shape), `constant ${name} has ${data.length} values`)
    defined.add(value)
  }
  verifyNodes(graph.body, defined)
  for (const { target, value } of graph.updates) {
    assertInvariant(defined.has(value) && sameKind(target, value), `update of %${target.id}`)
    assertInvariant(
      graph.inputs.some((input) => input.value === target),
      `update of %${target.id}, which is no input`,
    )
  }
  for (const { name, value } of graph.outputs) assertInvariant(defined.has(value), `output ${name} isn't defined`)
}
