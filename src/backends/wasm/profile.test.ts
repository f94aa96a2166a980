/**
 * Tests the times that profiled programs measure. Also tests that programs without a profile contain no code for
 * measurements.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bitsOf } from '../../../test/support/compare.ts'
import { examples, fullOptions } from '../../../test/support/networks.ts'
import { compileProblem, createProblem, readOutcome, runProblem } from '../../../test/support/problems.ts'
import { dense, repeat } from '../../network/layers.ts'
import { createWasmBackend, type WasmBackend, type WasmOptions } from './backend.ts'
import { control, emitModule } from './module.ts'
import { createPlan } from './plan/create.ts'

const { network, options } = examples['loops in loops']
const problem = createProblem(network, fullOptions(options))

test('a program without a profile imports only its memory and has the same bytes with the option profile: false', () => {
  const plan = createPlan(problem.graph, { precision: 'float32', ringSlots: 1, reservedBytes: control.bytes })
  const settings = { threads: 2, relaxed: false, shared: true }
  const [plain, refused, profiled] = [undefined, false, true].map((profile) =>
    emitModule(plan, { ...settings, profile }),
  )
  const importsOf = (bytes: Uint8Array<ArrayBuffer>): string[] =>
    WebAssembly.Module.imports(new WebAssembly.Module(bytes)).map(({ name }) => name)
  expect(refused.bytes).toEqual(plain.bytes)
  expect(plain.profile).toBeUndefined()
  expect(importsOf(plain.bytes)).toEqual(['memory'])
  expect(importsOf(profiled.bytes)).toEqual(['memory', 'now'])
  expect(profiled.kernels).toEqual(plain.kernels)
})

const modes: readonly (readonly [string, WasmOptions])[] = [
  ['in the calling thread', { threads: 'inline' }],
  ['on three threads', { threads: 3 }],
  ['on two threads in float64', { threads: 2, precision: 'float64' }],
]

describe.each(modes)('%s', (_name, wasmOptions) => {
  let backend: WasmBackend
  beforeAll(async () => {
    backend = await createWasmBackend(wasmOptions)
  })
  afterAll(() => backend.dispose())

  const compile: WasmBackend['compileProfiled'] = (graph, compileOptions) =>
    backend.compileProfiled(graph, compileOptions)

  test('a profiled program computes the same bits as a program without a profile', async () => {
    expect(bitsOf(await runProblem({ compile }, problem))).toBe(bitsOf(await runProblem(backend, problem)))
  })

  test("the times of a thread's kernels and barriers fit into the measured time, and taking a profile resets them", async () => {
    const program = await compileProblem({ compile }, problem)
    const start = performance.now()
    const { finished } = await program.run(0, problem.steps.length)
    const passed = performance.now() - start
    expect((await readOutcome(program, problem, finished)).finished).toBe(problem.steps.length)
    const profile = program.takeProfile()
    const again = program.takeProfile()
    program.dispose()
    const parts = [...profile.kernels, profile.barriers]
    for (const { milliseconds } of parts) expect(milliseconds).toHaveLength(profile.threads)
    for (let thread = 0; thread < profile.threads; thread++) {
      const total = parts.reduce((sum, { milliseconds }) => sum + milliseconds[thread], 0)
      expect(total).toBeGreaterThan(0)
      expect(total).toBeLessThanOrEqual(passed)
    }
    for (const { milliseconds } of profile.kernels) expect(Math.max(...milliseconds)).toBeGreaterThan(0)
    for (const { milliseconds } of [...again.kernels, again.barriers]) expect(Math.max(...milliseconds)).toBe(0)
  })
})

test('a profile multiplies the calls of a kernel in one step by the iterations of the loops around the kernel', async () => {
  const backend = await createWasmBackend({ threads: 'inline' })
  const looped = createProblem(repeat(5, repeat(3, dense(8))), { input: [8], loss: 'squared-error' })
  const program = await backend.compileProfiled(looped.graph)
  const calls = new Map(program.takeProfile().kernels.map(({ name, calls }) => [name, calls]))
  for (const name of ['dense+addBias', 'denseInputGradient', 'denseWeightGradient']) expect(calls.get(name)).toBe(15)
  expect(calls.get('squaredError')).toBe(1)
  backend.dispose()
})
