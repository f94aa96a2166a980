/**
 * Runs a graph on symbols instead of numbers. Two symbols are equal if the same operations made them from the same
 * inputs. The verifier compares the symbols that a plan leaves in memory with the symbols that the graph makes.
 */
import type { Graph, Node, OpNode, Value } from '../../../graph/graph.ts'
import { assertInvariant } from '../../../support/errors.ts'
import { isOverStacks, isUpdate } from './access.ts'

/** The symbols of a value, one symbol for each tensor along the value's loop axes. */
export type Contents = readonly number[]

export class Symbols {
  private readonly numbers = new Map<string, number>()
  private readonly nodes = new Map<OpNode, number>()

  named(text: string): number {
    const known = this.numbers.get(text)
    if (known !== undefined) return known
    this.numbers.set(text, this.numbers.size)
    return this.numbers.size - 1
  }

  /** Returns the results of an operation. The result of a copy is the copied symbol. */
  apply(node: OpNode, inputs: readonly Contents[]): Contents[] {
    if (node.op === 'copy') return [inputs[0]]
    if (node.op === 'join') return [inputs.flat()]
    if (node.op === 'part') {
      const [times] = node.inputs[0].shape
      const each = inputs[0].length / times
      const first = Number(node.attributes.first) * each
      return [inputs[0].slice(first, first + Number(node.attributes.count) * each)]
    }
    const known = this.nodes.get(node)
    const number = known ?? this.nodes.size
    if (known === undefined) this.nodes.set(node, number)
    if (!isUpdate(node) && isOverStacks(node)) return [[this.named(`${number}(${inputs.flat().join()})`)]]
    // Updates process the tensors of a stack one by one. Operations other than updates work on single tensors.
    const tensors = isUpdate(node) ? inputs[0].length : 1
    const isWhole = inputs.every(({ length }) => length === tensors || length === 1)
    assertInvariant(isWhole, `${node.op} at ${node.path} takes a stack of tensors instead of one tensor`)
    return node.outputs.map((_, position) =>
      Array.from({ length: tensors }, (__, tensor) => {
        const read = inputs.map((contents) => contents[contents.length === 1 ? 0 : tensor])
        return this.named(`${number}.${position}(${read.join()})`)
      }),
    )
  }
}

export type SymbolicEnvironment = Map<Value, Contents>

function read(environment: SymbolicEnvironment, value: Value): Contents {
  const contents = environment.get(value)
  assertInvariant(contents !== undefined, `%${value.id} is read before it is made`)
  return contents
}

function runNodes(nodes: readonly Node[], symbols: Symbols, environment: SymbolicEnvironment): void {
  for (const node of nodes) {
    if (node.kind === 'op') {
      const results = symbols.apply(
        node,
        node.inputs.map((input) => read(environment, input)),
      )
      node.outputs.forEach((output, position) => {
        environment.set(output, results[position])
      })
      continue
    }
    const { times, reverse, carried, slices, stacks, body } = node
    for (const { initial, parameter } of carried) environment.set(parameter, read(environment, initial))
    const stacked = stacks.map((): Contents[] => new Array(times))
    for (let count = 0; count < times; count++) {
      const index = reverse ? times - 1 - count : count
      for (const slice of slices) {
        const whole = read(environment, slice.stacked)
        const size = whole.length / times
        environment.set(slice.parameter, whole.slice(index * size, (index + 1) * size))
      }
      runNodes(body, symbols, environment)
      stacks.forEach(({ value }, position) => {
        stacked[position][index] = read(environment, value)
      })
      const nexts = carried.map(({ next }) => read(environment, next))
      carried.forEach(({ parameter }, position) => {
        environment.set(parameter, nexts[position])
      })
    }
    for (const { parameter, result } of carried) environment.set(result, read(environment, parameter))
    stacks.forEach((stack, position) => {
      environment.set(stack.stacked, stacked[position].flat())
    })
  }
}

/**
 * Adds the symbols of all values that the graph makes to an environment with the symbols of all inputs and constants.
 */
export function runSymbolically(graph: Graph, symbols: Symbols, environment: SymbolicEnvironment): void {
  runNodes(graph.body, symbols, environment)
}
