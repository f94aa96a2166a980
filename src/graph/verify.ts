/**
 * Checks that a graph is legal: values are defined before they are used, and the shapes of operations and loops match.
 */
import { assertInvariant } from '../support/errors.ts'
import type { Graph, LoopNode, Node, OpNode, Shape, Value } from './graph.ts'
import { sameShape, sizeOf } from './graph.ts'
import { ops } from './ops.ts'

/** Throws an `internal` error if the graph is not legal. */
export function verifyGraph(graph: Graph): void {
  new Verifier().graph(graph)
}

function sameKind(a: Value, b: Value): boolean {
  return sameShape(a.shape, b.shape) && a.element === b.element
}

function isStackOf(stacked: Value, value: Value, times: number): boolean {
  return sameShape(stacked.shape, [times, ...value.shape]) && stacked.element === value.element
}

function verifyUnique(names: readonly string[], what: string): void {
  names.forEach((name, position) => {
    assertInvariant(names.indexOf(name) === position, `two ${what} are called ${name}`)
  })
}

class Verifier {
  /**
   * All values of the graph that the checked nodes have made so far, in all scopes. Every value of a graph may be made
   * only once.
   */
  private readonly made = new Set<Value>()

  graph({ inputs, constants, body, updates, outputs, guard }: Graph): void {
    const visible = new Set<Value>()
    for (const { value } of inputs) this.make(value, visible)
    for (const { value, data, name } of constants) {
      assertInvariant(
        data.length === sizeOf(value.shape),
        `constant ${name} of shape [${value.shape}] has ${data.length} values`,
      )
      this.make(value, visible)
    }
    this.nodes(body, visible)
    for (const { target, value } of updates) {
      assertInvariant(
        visible.has(value) && sameKind(target, value),
        `the update of %${target.id} has another shape or an undefined value`,
      )
      const kept = inputs.some((input) => input.value === target && input.role !== 'input')
      assertInvariant(kept, `an update has the target %${target.id}, which is not a parameter or state`)
    }
    const targets = updates.map(({ target }) => target)
    assertInvariant(new Set(targets).size === targets.length, 'an input is updated twice')
    for (const { name, value } of outputs) assertInvariant(visible.has(value), `output ${name} isn't defined`)
    // No two inputs or outputs may have the same name, because a program finds inputs and outputs by name.
    verifyUnique(
      [...inputs, ...outputs].map(({ name }) => name),
      'inputs or outputs',
    )
    if (guard) assertInvariant(visible.has(guard) && guard.shape.length === 0, 'the guard is not a scalar of the graph')
  }

  private make(value: Value, visible: Set<Value>): void {
    assertInvariant(!this.made.has(value), `%${value.id} is defined twice`)
    this.made.add(value)
    visible.add(value)
  }

  /** Adds the values that the nodes make to `visible`. */
  private nodes(nodes: readonly Node[], visible: Set<Value>): void {
    for (const node of nodes) {
      if (node.kind === 'op') this.op(node, visible)
      else this.loop(node, visible)
    }
  }

  private op({ op, inputs, outputs, attributes, path }: OpNode, visible: Set<Value>): void {
    for (const input of inputs) {
      assertInvariant(visible.has(input), `${op} at ${path} reads %${input.id}, which isn't defined`)
    }
    const results = ops[op].infer(inputs, attributes)
    assertInvariant(results.length === outputs.length, `${op} at ${path} gives ${results.length} values`)
    outputs.forEach((output, position) => {
      const { shape, element }: { shape: Shape; element: Value['element'] } = results[position]
      assertInvariant(
        sameShape(output.shape, shape) && output.element === element,
        `${op} at ${path} gives ${element} [${shape}], not ${output.element} [${output.shape}]`,
      )
      this.make(output, visible)
    })
  }

  private loop({ times, carried, slices, stacks, body, path }: LoopNode, visible: Set<Value>): void {
    const where = `loop ${path}`
    assertInvariant(Number.isInteger(times) && times >= 1, `${where} runs ${times} times`)
    const inside = new Set(visible)
    const expectIn = (scope: ReadonlySet<Value>, value: Value, does: string): void =>
      assertInvariant(scope.has(value), `${where} ${does} %${value.id}, which isn't defined`)
    for (const { initial, parameter, next, result } of carried) {
      expectIn(visible, initial, 'carries')
      const isOneKind = [parameter, next, result].every((value) => sameKind(value, initial))
      assertInvariant(isOneKind, `${where} carries a value that changes its shape`)
      this.make(parameter, inside)
    }
    for (const { stacked, parameter } of slices) {
      expectIn(visible, stacked, 'slices')
      assertInvariant(
        isStackOf(stacked, parameter, times),
        `${where} cuts a value of shape [${stacked.shape}] into ${times} slices`,
      )
      this.make(parameter, inside)
    }
    this.nodes(body, inside)
    for (const { next } of carried) expectIn(inside, next, 'carries forward')
    for (const { value, stacked } of stacks) {
      expectIn(inside, value, 'stacks')
      assertInvariant(
        isStackOf(stacked, value, times),
        `${where} stacks ${times} values of shape [${value.shape}] as [${stacked.shape}]`,
      )
      this.make(stacked, visible)
    }
    for (const { result } of carried) this.make(result, visible)
  }
}
