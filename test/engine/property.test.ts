/** Properties that hold for any network. The seeds are fixed, so a failure is a counterexample and can be repeated. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Backend, Precision } from '../../src/backends/backend.ts'
import { createReferenceBackend } from '../../src/backends/reference/backend.ts'
import { createWasmBackend } from '../../src/backends/wasm/backend.ts'
import { createPlan } from '../../src/backends/wasm/plan/create.ts'
import { verifyPlan } from '../../src/backends/wasm/plan/verify.ts'
import { schedule } from '../../src/backends/wasm/schedule/schedule.ts'
import { lossNames } from '../../src/graph/losses.ts'
import { verifyGraph } from '../../src/graph/verify.ts'
import { createRandom } from '../../src/support/random.ts'
import { arbitraryNetwork } from '../support/arbitrary-network.ts'
import { bitsOf, differences } from '../support/compare.ts'
import { createProblem, normals, type Problem, runProblem } from '../support/problems.ts'

const reference = createReferenceBackend()

const arbitraryProblem = fc
  .constantFrom([5], [2, 5, 4])
  .chain((input) => fc.record({ input: fc.constant(input), ...choices(input) }))
  .map(({ network, isTapped, ...options }) =>
    createProblem(network, { ...options, steps: 2, taps: isTapped ? () => true : undefined }),
  )

function choices(input: readonly number[]) {
  return {
    network: arbitraryNetwork({ input, nesting: 2 }),
    batch: fc.integer({ min: 1, max: 9 }),
    loss: fc.constantFrom(...lossNames),
    seed: fc.integer({ min: 0, max: 1000 }),
    isTapped: fc.boolean(),
  }
}

/** Returns the same problem with weights moved by about a rounding error. */
function nudged(problem: Problem): Problem {
  const random = createRandom(1)
  const nudge = (values: Float64Array): Float64Array => {
    const noise = normals(random, values.length, 1e-15)
    return values.map((value, index) => value + (1 + Math.abs(value)) * noise[index])
  }
  const start = new Map([...problem.start].map(([name, values]) => [name, nudge(values)]))
  return { ...problem, start }
}

test('a fused program in float64 gives the results of the reference backend for any network', async () => {
  const backend = await createWasmBackend({ precision: 'float64', threads: 'inline' })
  const law = fc.asyncProperty(arbitraryProblem, async (problem) => {
    const expected = await runProblem(reference, problem)
    // Batch norm after batch norm of a constant amplifies rounding errors to noise. Problems in which rounding errors
    // become noise are skipped.
    fc.pre(differences(await runProblem(reference, nudged(problem)), expected, 1e-10).length === 0)
    expect(differences(await runProblem(backend, problem), expected, 1e-9)).toEqual([])
  })
  await fc.assert(law, { seed: 20, numRuns: 200 })
})

test('the graph and the plan of any network are legal', () => {
  const precisions = fc.constantFrom<Precision>('float32', 'float64')
  const law = fc.property(
    arbitraryProblem,
    precisions,
    fc.integer({ min: 1, max: 2 }),
    ({ graph }, precision, ringSlots) => {
      verifyGraph(graph)
      verifyGraph(schedule(graph))
      verifyPlan(createPlan(graph, { precision, ringSlots, reservedBytes: 256 }))
    },
  )
  fc.assert(law, { seed: 21, numRuns: 400 })
})

let one: Backend
let three: Backend
beforeAll(async () => {
  one = await createWasmBackend({ threads: 1 })
  three = await createWasmBackend({ threads: 3 })
})
afterAll(() => {
  one.dispose()
  three.dispose()
})

test('one thread and three threads give the same bits for any network', async () => {
  const law = fc.asyncProperty(arbitraryProblem, async (problem) => {
    expect(bitsOf(await runProblem(three, problem))).toBe(bitsOf(await runProblem(one, problem)))
  })
  await fc.assert(law, { seed: 22, numRuns: 25 })
})
