/** Tests that recomputing parts of the forward pass changes the memory layout of values and no bit of the results. */
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
  'iterations that fill all segments': chain(dense(9), tanh(), repeat(9, chain(dense(9), tanh())), dense(3)),
  'iterations that are left over': chain(
    dense(9),
    relu(),
    repeat(11, residual(chain(dense(9), relu()), { multiplier: 0.3 })),
    dense(3),
  ),
  'rates and multipliers that differ by layer': chain(
    dense(9),
    repeat(
      7,
      residual(chain(dense(9), tanh(), dropout([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6])), {
        multiplier: [1, 2, 3, 4, 5, 6, 7],
      }),
    ),
    dense(3),
  ),
  'layers with running statistics': chain(dense(9), repeat(5, chain(dense(9), batchNorm(), relu())), dense(3)),
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

/** Makes the same pair of problems, but recomputes only the first four iterations of every loop. */
const partOf = (name: keyof typeof networks, options: ProblemOptions = {}) => {
  const { kept } = pair(name, options)
  const outermost = kept.graph.body.flatMap((node) => (node.kind === 'loop' && !node.reverse ? [node.path] : []))
  return pair(name, { ...options, recompute: new Map(outermost.map((path) => [path, 4])) })
}

const planOf = (graph: Graph) => createPlan(graph, { precision: 'float32', ringSlots: 1, reservedBytes: 0 })

/** Returns the bytes of all persistent buffers, such as parameters, states and inputs. */
const persistentBytes = (graph: Graph): number =>
  planOf(graph).buffers.reduce((sum, { persistent, bytes }) => (persistent ? sum + bytes : sum), 0)

const loopsComputedAgain = ({ body }: Graph): number =>
  body.filter((node) => node.kind === 'loop' && node.recompute).length

const ways = { 'all iterations': pair, 'the first iterations': partOf }
const cases = names.flatMap((name) => Object.entries(ways).map(([how, make]) => ({ name, how, make })))

describe.each(cases)('recomputing $how of $name:', ({ name, make }) => {
  const { kept, recomputed } = make(name)

  test('the graph and the plan are legal', () => {
    verifyAll(recomputed.graph)
    expect(loopsComputedAgain(recomputed.graph)).toBeGreaterThan(0)
  })

  test('no persistent memory is added for gradients that nobody reads', () => {
    const sunk = make(name, { gradients: false })
    verifyAll(sunk.recomputed.graph)
    expect(persistentBytes(sunk.recomputed.graph)).toBe(persistentBytes(sunk.kept.graph))
  })

  test('the recomputing graph has the same results on the reference backend', async () => {
    const reference = createReferenceBackend()
    const expected = await runProblem(reference, kept)
    expect(differences(await runProblem(reference, recomputed), expected, 1e-15)).toEqual([])
  })
})

describe('compiled programs:', () => {
  let backends: Backend[] = []
  beforeAll(async () => {
    const modes = [{ threads: 'inline' }, { threads: 2 }, { threads: 3, precision: 'float64' }] as const
    backends = await Promise.all(modes.map((mode) => createWasmBackend(mode)))
  })
  afterAll(() => {
    for (const backend of backends) backend.dispose()
  })

  test.each(cases)('recomputing $how of $name gives the same bits', async ({ name, make }) => {
    for (const gradients of make === pair ? [true, false] : [false]) {
      const { kept, recomputed } = make(name, { gradients })
      for (const backend of backends) {
        const same = bitsOf(await runProblem(backend, recomputed)) === bitsOf(await runProblem(backend, kept))
        expect(same).toBe(true)
      }
    }
  })

  test.each(exampleNames)('recomputing gives the same bits, including tapped values: %s', async (name) => {
    const { network, options } = examples[name]
    const [backend] = backends
    const common = { ...fullOptions(options), taps: () => true }
    const kept = await runProblem(backend, createProblem(network, common))
    const recomputed = await runProblem(backend, createProblem(network, { ...common, recompute: true }))
    expect(bitsOf(recomputed) === bitsOf(kept)).toBe(true)
  })
})

test('with recomputation, memory for activations grows with the square root of the depth', () => {
  const activations = (depth: number, recompute: boolean): number => {
    const network = chain(dense(8), repeat(depth, chain(dense(8), tanh())), dense(3))
    const { graph } = createProblem(network, { batch: 512, recompute })
    return planOf(graph).bytes - persistentBytes(graph)
  }
  /**
   * Returns the growth of memory when the depth is multiplied by 4, without the constant part of the memory. Memory
   * that is proportional to the depth grows by 4, and memory that is proportional to the square root of the depth grows
   * by 2.
   */
  const growth = (recompute: boolean): number => {
    const [small, medium, large] = [1600, 6400, 25600].map((depth) => activations(depth, recompute))
    return (large - medium) / (medium - small)
  }
  expect(growth(false)).toBeCloseTo(4, 1)
  expect(growth(true)).toBeCloseTo(2, 1)
  expect(activations(6400, false) / activations(6400, true)).toBeGreaterThan(30)
})
