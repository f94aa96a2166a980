/**
 * The reference backend, against which the tests compare all other backends. The reference backend evaluates the graph
 * with plain loops in float64, without a plan and without fusing operations. The reference backend shares only the
 * graph with the backends under test. The reference backend is slow, and simple enough to be checked by reading.
 */
import type { Graph, GraphInput } from '../../graph/graph.ts'
import { assertInvariant } from '../../support/errors.ts'
import type { Backend, Program } from '../backend.ts'
import { type Environment, evaluateGraph, newNumbers, read } from './evaluate-graph.ts'
import type { Numbers } from './operation.ts'

/**
 * True for an output that has values in every ring slot. An output without values in every ring slot holds only the
 * values of the last step.
 */
const isRingOutput = (name: string): boolean => name === 'loss' || name === 'outputs'

/**
 * Makes the reference backend, which computes in float64 with plain loops in the calling thread. The reference backend
 * is slow and simple, so that its results can check another backend's results. The reference backend accepts no options
 * and has no memory limit.
 */
export function createReferenceBackend(): Backend {
  return {
    name: 'reference',
    precision: 'float64',
    // Results of Math.exp and similar functions can differ in the last bit between JavaScript engines.
    capabilities: { precisions: ['float64'], exact: false },
    memoryLimit: Number.POSITIVE_INFINITY,
    // The reference backend reserves no memory in advance, because the JavaScript engine allocates the backend's
    // arrays.
    memoryOf: () => 0,
    compile: async (graph, { ringSlots = 1 } = {}) => createProgram(graph, ringSlots),
    dispose: () => {},
  }
}

function createProgram(graph: Graph, ringSlots: number): Program {
  const slotsOf = (count: number, make: () => Numbers): Numbers[] => Array.from({ length: count }, make)
  const inputSlots = ({ role, value }: GraphInput): Numbers[] =>
    slotsOf(role === 'input' ? ringSlots : 1, () => newNumbers(value))
  const inputs = new Map(graph.inputs.map((input) => [input.name, inputSlots(input)]))
  const outputs = new Map(
    graph.outputs.map(({ name, value }) => [
      name,
      slotsOf(isRingOutput(name) ? ringSlots : 1, () => newNumbers(value)),
    ]),
  )
  const inSlot = (slots: readonly Numbers[], slot: number): Numbers => {
    assertInvariant(
      Number.isInteger(slot) && slot >= 0 && slot < ringSlots,
      `expected a ring slot below ${ringSlots}, got ${slot}`,
    )
    return slots[slots.length === 1 ? 0 : slot]
  }
  const inputIn = (name: string, slot: number): Numbers => {
    const slots = inputs.get(name)
    assertInvariant(slots !== undefined, `the program has no input ${name}`)
    return inSlot(slots, slot)
  }

  /**
   * Runs one step in a ring slot. Returns false, without updating any parameter or state, if the graph's guard value is
   * not finite.
   */
  const runStep = (slot: number): boolean => {
    const environment: Environment = new Map(graph.inputs.map(({ name, value }) => [value, inputIn(name, slot)]))
    evaluateGraph(graph, environment)
    for (const { name, value } of graph.outputs) {
      inSlot(outputs.get(name) ?? [], slot).set(read(environment, value))
    }
    if (graph.guard && !Number.isFinite(read(environment, graph.guard)[0])) return false
    for (const { name, value } of graph.inputs) {
      const update = graph.updates.find(({ target }) => target === value)
      if (update) inputIn(name, slot).set(read(environment, update.value))
    }
    return true
  }

  return {
    graph,
    precision: 'float64',
    ringSlots,
    memoryBytes: [...inputs.values(), ...outputs.values()]
      .flat()
      .reduce((bytes, { byteLength }) => bytes + byteLength, 0),
    upload: (name, values, slot = 0) => {
      const target = inputIn(name, slot)
      assertInvariant(
        values.length === target.length,
        `expected ${target.length} values for ${name}, got ${values.length}`,
      )
      target.set(values)
    },
    download: async (name, { slot = 0, into } = {}) => {
      const slots = outputs.get(name) ?? inputs.get(name)
      assertInvariant(slots !== undefined, `the program has no output ${name}`)
      const values = inSlot(slots, slot)
      const result = into ?? new Float64Array(values.length)
      result.set(values)
      return result
    },
    run: async (first, count) => {
      assertInvariant(
        first >= 0 && count >= 1 && first + count <= ringSlots,
        `${count} steps from slot ${first} on fit into a ring of ${ringSlots} slots`,
      )
      let finished = 0
      while (finished < count && runStep(first + finished)) finished++
      const losses = outputs.get('loss') ?? []
      return { finished, losses: Float64Array.from(losses.slice(first, first + finished), ([loss]) => loss) }
    },
    dispose: () => {},
  }
}
