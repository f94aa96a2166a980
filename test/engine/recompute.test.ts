/** Computing parts of the forward pass again changes where values lie, and nothing else: not one bit. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Backend } from '../../src/backends/backend.ts'
import { createReferenceBackend } from '../../src/backends/reference/backend.ts'
import { createWasmBackend } from '../../src/backends/wasm/backend.ts'
import { createPlan } from '../../src/backends/wasm/plan/create.ts'
import type { Graph } from '../../src/graph/graph.ts'
import { batchNorm, chain, dense, dropout, layerNorm, relu, repeat, residual, tanh } from '../../src/network/layers.ts'
import { bitsOf, differences } from '../support/compare.ts'
import { verifyAll } from '../support/legal.ts'
import { exampleNames, examples, fullOptions } from '../support/networks.ts'
import { createProblem, type ProblemOptions, runProblem } from '../support/problems.ts'

const networks = {
  'as many as fit into segments': chain(dense(9), tanh(), repeat(9, chain(dense(9), tanh())), dense(3)),
  'some left over': chain(
    dense(9),
    relu(),
    repeat(11, residual(chain(dense(9), relu()), { multiplier: 0.3 })),
    dense(3),
  ),
  'what differs from layer to layer': chain(
    dense(9),
    repeat(
      7,
      residual(chain(dense(9), tanh(), dropout([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6])), {
        multiplier: [1, 2, 3, 4, 5, 6, 7],
      }),
    ),
    dense(3),
  ),
  'running statistics': chain(dense(9), repeat(5, chain(dense(9), batchNorm(), relu())), dense(3)),
  'a repeat in a repeat, and two in a row': chain(
    dense(9),
    repeat(5, chain(repeat(3, residual(chain(dense(9), tanh()), { multiplier: [0.1, 0.2, 0.3] })), layerNorm())),
    repeat(4, chain(dense(9), tanh())),
    dense(3),
  ),
}

const names = Object.keys(networks).filter((name): name is keyof typeof networks => name in networks)
const pair = (name: keyof typeof networks, options: ProblemOptions = {}) => {
  const common = { batch: 6, steps: 3, recompute: true, ...options }
  return {
    kept: createProblem(networks[name], { ...common, recompute: false }),
    recomputed: createProblem(networks[name], common),
  }
}

/** The same, computed again for the first four iterations of every loop alone; the rest is kept. */
const partOf = (name: keyof typeof networks, options: ProblemOptions = {}) => {
  const { kept } = pair(name, options)
  const outermost = kept.graph.body.flatMap((node) => (node.kind === 'loop' && !node.reverse ? [node.path] : []))
  return pair(name, { ...options, recompute: new Map(outermost.map((path) => [path, 4])) })
}

const planOf = (graph: Graph) => createPlan(graph, { precision: 'float32', ringSlots: 1, reservedBytes: 0 })

/** What is there from step to step: parameters, states, inputs, and what lies beside them. */
const persistentBytes = (graph: Graph): number =>
  planOf(graph).buffers.reduce((sum, { persistent, bytes }) => (persistent ? sum + bytes : sum), 0)

const loopsComputedAgain = ({ body }: Graph): number =>
  body.filter((node) => node.kind === 'loop' && node.recompute).length

const ways = { 'all of it': pair, 'the first iterations': partOf }
const cases = names.flatMap((name) => Object.entries(ways).map(([how, make]) => ({ name, how, make })))

describe.each(cases)('$name, $how', ({ name, make }) => {
  const { kept, recomputed } = make(name)

  test('is a legal graph and a legal plan', () => {
    verifyAll(recomputed.graph)
    expect(loopsComputedAgain(recomputed.graph)).toBeGreaterThan(0)
  })

  test('keeps no gradients where nobody reads them', () => {
    const sunk = make(name, { gradients: false })
    verifyAll(sunk.recomputed.graph)
    expect(persistentBytes(sunk.recomputed.graph)).toBe(persistentBytes(sunk.kept.graph))
  })

  test('means what it meant before', async () => {
    const reference = createReferenceBackend()
    const expected = await runProblem(reference, kept)
    expect(differences(await runProblem(reference, recomputed), expected, 1e-15)).toEqual([])
  })
})

describe('compiled', () => {
  let backends: Backend[] = []
  beforeAll(async () => {
    const modes = [{ threads: 'inline' }, { threads: 2 }, { threads: 3, precision: 'float64' }] as const
    backends = await Promise.all(modes.map((mode) => createWasmBackend(mode)))
  })
  afterAll(() => {
    for (const backend of backends) backend.dispose()
  })

  test.each(cases)('the same bits: $name, $how', async ({ name, make }) => {
    for (const gradients of make === pair ? [true, false] : [false]) {
      const { kept, recomputed } = make(name, { gradients })
      for (const backend of backends) {
        const same = bitsOf(await runProblem(backend, recomputed)) === bitsOf(await runProblem(backend, kept))
        expect(same).toBe(true)
      }
    }
  })

  test.each(exampleNames)('the same bits of all examples, what is tapped included: %s', async (name) => {
    const { network, options } = examples[name]
    const [backend] = backends
    const common = { ...fullOptions(options), taps: () => true }
    const kept = await runProblem(backend, createProblem(network, common))
    const recomputed = await runProblem(backend, createProblem(network, { ...common, recompute: true }))
    expect(bitsOf(recomputed) === bitsOf(kept)).toBe(true)
  })
})

test('memory for activations grows as the square root of the depth', () => {
  const activations = (depth: number, recompute: boolean): number => {
    const network = chain(dense(8), repeat(depth, chain(dense(8), tanh())), dense(3))
    const { graph } = createProblem(network, { batch: 512, recompute })
    return planOf(graph).bytes - persistentBytes(graph)
  }
  /** 4 where memory grows as the depth, 2 where it grows as its square root, whatever the part is that doesn't grow. */
  const growth = (recompute: boolean): number => {
    const [small, medium, large] = [1600, 6400, 25600].map((depth) => activations(depth, recompute))
    return (large - medium) / (medium - small)
  }
  expect(growth(false)).toBeCloseTo(4, 1)
  expect(growth(true)).toBeCloseTo(2, 1)
  expect(activations(6400, false) / activations(6400, true)).toBeGreaterThan(30)
})
