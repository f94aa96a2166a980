/** Evaluates a graph node by node and iteration by iteration, exactly by the definitions in src/graph/graph.ts. */
import { type Graph, type LoopNode, type Node, sizeOf, type Value } from '../../graph/graph.ts'
import { assertInvariant } from '../../support/errors.ts'
import type { Numbers } from './operation.ts'
import { operations } from './operations.ts'

/**
 * The numbers that each value of the graph holds at the moment. Inside the body of a loop, a value has the numbers of
 * the current iteration.
 */
export type Environment = Map<Value, Numbers>

export function read(environment: Environment, value: Value): Numbers {
  const numbers = environment.get(value)
  assertInvariant(numbers !== undefined, `value %${value.id} is read before any node has computed its numbers`)
  return numbers
}

export function newNumbers({ shape, element }: Value): Numbers {
  return element === 'int' ? new Int32Array(sizeOf(shape)) : new Float64Array(sizeOf(shape))
}

/**
 * Computes every value of the graph's nodes and adds the value to `environment`, which already holds the graph's
 * inputs.
 */
export function evaluateGraph(graph: Graph, environment: Environment): void {
  for (const { value, data } of graph.constants) {
    const numbers = newNumbers(value)
    numbers.set(data)
    environment.set(value, numbers)
  }
  evaluateNodes(graph.body, environment)
}

function evaluateNodes(nodes: readonly Node[], environment: Environment): void {
  for (const node of nodes) {
    if (node.kind === 'loop') {
      evaluateLoop(node, environment)
      continue
    }
    const inputs = node.inputs.map((input) => read(environment, input))
    const results = operations[node.op](inputs, node)
    node.outputs.forEach((output, position) => {
      assertInvariant(results[position].length === sizeOf(output.shape), `${node.op} gives ${output.shape}`)
      environment.set(output, results[position])
    })
  }
}

function evaluateLoop(loop: LoopNode, environment: Environment): void {
  const { times, reverse, carried, slices, stacks, body } = loop
  for (const { initial, parameter } of carried) environment.set(parameter, read(environment, initial))
  const stacked = stacks.map((stack) => newNumbers(stack.stacked))
  for (let count = 0; count < times; count++) {
    const index = reverse ? times - 1 - count : count
    for (const { stacked: whole, parameter } of slices) {
      const size = sizeOf(parameter.shape)
      environment.set(parameter, read(environment, whole).subarray(index * size, (index + 1) * size))
    }
    evaluateNodes(body, environment)
    stacks.forEach(({ value }, position) => {
      stacked[position].set(read(environment, value), index * sizeOf(value.shape))
    })
    // At the end of an iteration, all carried values for the next iteration are read before any loop parameter is set.
    // The next value of one carried value may be the loop parameter of another carried value.
    const nexts = carried.map(({ next }) => read(environment, next))
    carried.forEach(({ parameter }, position) => {
      environment.set(parameter, nexts[position])
    })
  }
  for (const { parameter, result } of carried) environment.set(result, read(environment, parameter))
  stacks.forEach((stack, position) => {
    environment.set(stack.stacked, stacked[position])
  })
}
