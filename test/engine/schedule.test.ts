/** Tests that the passes of wasm's schedule change the order and the parts of a graph's computation, but no result. */
import { describe, expect, test } from 'vitest'
import { createReferenceBackend } from '../../src/backends/reference/backend.ts'
import { createEmitter } from '../../src/backends/wasm/schedule/emitter.ts'
import { type GraphPass, passes, schedule } from '../../src/backends/wasm/schedule/schedule.ts'
import { printGraph } from '../../src/graph/print.ts'
import { verifyGraph } from '../../src/graph/verify.ts'
import { differences } from '../support/compare.ts'
import { exampleNames, examples, fullOptions } from '../support/networks.ts'
import { createProblem, type Outcome, type Problem, type ProblemOptions, runProblem } from '../support/problems.ts'

const reference = createReferenceBackend()

const ways: Record<string, ProblemOptions> = {
  'updates without gradients': { gradients: false },
  'updates without gradients, recomputing': { gradients: false, recompute: true },
  'all gradients and taps': { taps: () => true },
}

const problems = exampleNames.flatMap((name) => {
  const { network, options } = examples[name]
  return Object.entries(ways).map(([way, chosen]) => ({
    name: `${name}, ${way}`,
    problem: createProblem(network, { ...fullOptions(options), steps: 2, ...chosen }),
  }))
})

/** The outcome of each problem's original graph, computed once for all passes. */
const expectedOutcomes = new Map<Problem, Promise<Outcome>>()

function expectedOf(problem: Problem): Promise<Outcome> {
  const expected = expectedOutcomes.get(problem) ?? runProblem(reference, problem)
  expectedOutcomes.set(problem, expected)
  return expected
}

const alone = (pass: GraphPass) => (problem: Problem) => pass(problem.graph, createEmitter(problem.graph))

const rewrites = {
  ...Object.fromEntries(Object.entries<GraphPass>(passes).map(([name, pass]) => [`${name} alone`, alone(pass)])),
  'all passes': ({ graph }: Problem) => schedule(graph),
}

describe.each(Object.entries(rewrites))('%s:', (_name, rewrite) => {
  const rewritten = problems.map(({ name, problem }) => ({ name, problem, graph: rewrite(problem) }))

  test.each(rewritten)('the rewritten graph is legal and gives the same results: $name', async ({ problem, graph }) => {
    verifyGraph(graph)
    const outcome = await runProblem(reference, { ...problem, graph })
    expect(differences(outcome, await expectedOf(problem), 1e-10)).toEqual([])
  })

  test('at least one graph changes', () => {
    const changed = rewritten.filter(({ problem, graph }) => printGraph(graph) !== printGraph(problem.graph))
    expect(changed.length).toBeGreaterThan(0)
  })
})

test.each(problems)('scheduling a scheduled graph again changes nothing: $name', ({ problem }) => {
  const scheduled = schedule(problem.graph)
  expect(printGraph(schedule(scheduled))).toBe(printGraph(scheduled))
})
