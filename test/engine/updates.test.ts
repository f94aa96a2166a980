/**
 * Tests of updates that run as soon as a gradient is made, if the gradients cannot be read. Fused updates use other
 * kernels and other memory, and give the same bits.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Backend } from '../../src/backends/backend.ts'
import { createReferenceBackend } from '../../src/backends/reference/backend.ts'
import { createWasmBackend } from '../../src/backends/wasm/backend.ts'
import { kernelsOf } from '../../src/backends/wasm/plan/barriers.ts'
import { createPlan } from '../../src/backends/wasm/plan/create.ts'
import { schedule } from '../../src/backends/wasm/schedule/schedule.ts'
import {
  batchNorm,
  chain,
  conv,
  dense,
  flatten,
  layerNorm,
  relu,
  repeat,
  residual,
  tanh,
} from '../../src/network/layers.ts'
import { bitsOf, differences } from '../support/compare.ts'
import { verifyAll } from '../support/legal.ts'
import { exampleNames, examples, fullOptions } from '../support/networks.ts'
import {
  adamRule,
  createProblem,
  momentumRule,
  type Outcome,
  type ProblemOptions,
  rmspropRule,
  runProblem,
} from '../support/problems.ts'

const planOf = (options: ProblemOptions, network = large) =>
  createPlan(createProblem(network, options).graph, { precision: 'float32', ringSlots: 1, reservedBytes: 0 })

const large = chain(
  dense(20),
  repeat(9, chain(dense(20), tanh())),
  repeat(3, repeat(2, residual(chain(dense(20), layerNorm(), relu())))),
  repeat(3, chain(dense(20), batchNorm(), relu())),
  dense(3),
)

/** Removes the gradients from an outcome, because only programs with readable gradients have them. */
const withoutGradients = ({ values, ...outcome }: Outcome): Outcome => ({
  ...outcome,
  values: new Map([...values].filter(([name]) => !name.startsWith('gradient.'))),
})

const kinds = {
  momentum: momentumRule,
  rmsprop: { ...rmspropRule, kind: 'rmspropMomentum', momentum: 0.9 },
  adam: { ...adamRule, decoupled: true },
} as const

describe.each(Object.entries(kinds))('fused updates of %s:', (_kind, optimizer) => {
  const sunk = createProblem(large, { batch: 13, steps: 3, optimizer, gradients: false })
  const kept = createProblem(large, { batch: 13, steps: 3, optimizer })
  let backends: Backend[] = []
  beforeAll(async () => {
    const modes = [{ threads: 'inline' }, { threads: 2 }, { threads: 3, precision: 'float64' }] as const
    backends = await Promise.all(modes.map((mode) => createWasmBackend(mode)))
  })
  afterAll(() => {
    for (const backend of backends) backend.dispose()
  })

  test('the graph and the plan are legal', () => {
    verifyAll(sunk.graph)
  })

  test('the scheduled graph has the results of the original graph', async () => {
    const reference = createReferenceBackend()
    const expected = withoutGradients(await runProblem(reference, kept))
    const scheduled = { ...sunk, graph: schedule(sunk.graph) }
    expect(differences(await runProblem(reference, scheduled), expected, 1e-15)).toEqual([])
  })

  test('programs with and without readable gradients give the same bits', async () => {
    for (const backend of backends) {
      const expected = bitsOf(withoutGradients(await runProblem(backend, kept)))
      expect(bitsOf(await runProblem(backend, sunk)) === expected).toBe(true)
    }
  })

  test.each(exampleNames)(
    'programs with and without readable gradients give the same bits for the example: %s',
    async (name) => {
      const { network, options } = examples[name]
      const [backend] = backends
      const run = (gradients: boolean): Promise<Outcome> =>
        runProblem(backend, createProblem(network, { ...fullOptions(options), optimizer, gradients }))
      expect(bitsOf(await run(false)) === bitsOf(withoutGradients(await run(true)))).toBe(true)
    },
  )

  test('gradients that are summed in blocks of rows give the same bits with and without readable gradients', async () => {
    const network = chain(conv(9, { kernel: 1 }), repeat(3, chain(conv(9, { kernel: 1 }), tanh())), flatten(), dense(3))
    // The convolutions have 720 rows, and the dense layer has 5 rows.
    const options = { input: [4, 12, 12], batch: 5, steps: 3, optimizer } as const
    const [apart, joined] = [true, false].map((gradients) => createProblem(network, { ...options, gradients }))
    verifyAll(joined.graph)
    const judged = await runProblem(createReferenceBackend(), joined)
    for (const backend of backends) {
      const found = await runProblem(backend, joined)
      expect(bitsOf(found) === bitsOf(withoutGradients(await runProblem(backend, apart)))).toBe(true)
      expect(differences(found, judged, backend.precision === 'float32' ? 1e-4 : 1e-12)).toEqual([])
    }
  })

  test('a step whose loss is not finite updates no parameter', async () => {
    const problem = createProblem(large, { batch: 13, steps: 3, optimizer, gradients: false })
    problem.steps[1].get('x')?.fill(Number.NaN)
    for (const backend of backends) {
      const { finished, values } = await runProblem(backend, problem)
      expect(finished).toBe(1)
      expect([...(values.get('dense1.weight') ?? [Number.NaN])].every(Number.isFinite)).toBe(true)
    }
  })
})

test('fused updates of dense layers need no pass over the parameters and no memory for gradients', () => {
  const network = chain(dense(64), repeat(20, chain(dense(64), tanh())), dense(3))
  const passes = (gradients: boolean): number => {
    const plan = planOf({ gradients }, network)
    return [...kernelsOf(plan.body)].filter(({ partition }) => partition.by === 'flat').length
  }
  expect([passes(true), passes(false)]).toEqual([2, 0])
  const blocks = planOf({ gradients: false }, network).body.filter(
    (node) => node.kind === 'loop' && node.body.length > 1,
  )
  expect(blocks.at(-1)).toMatchObject({ times: 3, body: [{ kind: 'loop' }, { kind: 'barrier' }, { kind: 'loop' }] })
  const parameters = 20 * 64 * 64 * 4
  expect(planOf({}, network).bytes - planOf({ gradients: false }, network).bytes).toBeGreaterThan(0.9 * parameters)
})
