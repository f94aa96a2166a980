/**
 * Tests that every backend must pass, in every precision and mode. The reference backend is compared with answers that
 * were computed by other programs. All other backends are compared with the reference backend.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Backend, fillInput } from '../../src/backends/backend.ts'
import { createReferenceBackend } from '../../src/backends/reference/backend.ts'
import { createBlueprint } from '../../src/blueprint/create.ts'
import { initialize } from '../../src/blueprint/initialize.ts'
import { ops } from '../../src/graph/ops.ts'
import { evaluationGraph } from '../../src/graph/programs.ts'
import { activationNames } from '../../src/network/activations.ts'
import { batchNorm, chain, dense } from '../../src/network/layers.ts'
import { createRandom } from '../../src/support/random.ts'
import { callActivations, type JudgedCalls } from '../support/activation-range.ts'
import { type Call, runCalls } from '../support/calls.ts'
import { bitsOf, differences, largestDifference, largestSize, worstElement } from '../support/compare.ts'
import { downloadOne } from '../support/downloads.ts'
import { callEveryOperation } from '../support/every-operation.ts'
import { knownAnswers } from '../support/known-answers.ts'
import { knownGelu, knownWideGelu } from '../support/known-gelu.ts'
import { type ExampleName, exampleNames, examples, fullOptions } from '../support/networks.ts'
import { compileProblem, createProblem, normals, readOutcome, runProblem } from '../support/problems.ts'
import { unitOf, variants, wasmVariants } from '../support/variants.ts'

const reference = createReferenceBackend()
const awkwardBatches = [1, 3, 5, 7, 128]
const awkwardFeatures = [1, 2, 3, 7, 8, 9, 17, 100, 256]

/** Caches the results of `compute`, because every variant asks for the same results of the reference backend. */
function once<K, V>(compute: (key: K) => Promise<V>): (key: K) => Promise<V> {
  const known = new Map<K, Promise<V>>()
  return (key) => {
    const found = known.get(key) ?? compute(key)
    known.set(key, found)
    return found
  }
}

/**
 * Returns the outputs whose error is above `limit` units of the precision. The error is relative to 1 or to the largest
 * element of the output, whichever is larger.
 */
async function wrongOutputs(backend: Backend, { calls, expected }: JudgedCalls, limit: number): Promise<string[]> {
  const found = await runCalls(backend, calls)
  return calls.flatMap(({ op, attributes }, call) =>
    expected[call].flatMap((values, output) => {
      const error = largestDifference(found[call][output], values) / Math.max(1, largestSize(values))
      const units = error / unitOf(backend.precision)
      return units <= limit ? [] : [`${op} ${attributes?.function ?? ''} ${output}: ${units.toFixed(1)} units`]
    }),
  )
}

/** Returns gelu(x) and the derivative of gelu for each x. */
async function runGelu(backend: Backend, x: readonly number[]): Promise<Float64Array[]> {
  const attributes = { function: 'gelu', slope: 0 }
  const [kept, ones] = [x, x.map(() => 1)].map((values) => ({ shape: [1, x.length], values }))
  const calls: Call[] = [
    { op: 'activation', inputs: [kept], attributes },
    { op: 'activationGradient', inputs: [ones, kept], attributes },
  ]
  return (await runCalls(backend, calls)).flat()
}

/**
 * Returns the size with which an error of gelu's derivative is compared. The derivative is 0 at -0.7518, as the
 * difference of two larger terms. Around -0.7518, the size is the size of the two terms.
 */
function geluGradientSize(x: number, derivative: number): number {
  return Math.max(Math.abs(derivative), x > -2 && x < 0 ? 0.2 : 0)
}

const expectedOutcome = once(async (name: ExampleName) => {
  const { network, options } = examples[name]
  const problem = createProblem(network, { ...fullOptions(options), taps: () => true })
  return { problem, expected: await runProblem(reference, problem) }
})

test('every operation except the views has a known answer', () => {
  const known = new Set(knownAnswers.map(({ op }) => op))
  expect(Object.keys(ops).filter((op) => ![...known, 'part', 'join'].includes(op))).toEqual([])
})

test.each(activationNames)('%s and its gradient have known answers', (name) => {
  const known = knownAnswers.filter(({ attributes }) => attributes?.function === name).map(({ op }) => op)
  expect(known).toEqual(expect.arrayContaining(['activation', 'activationGradient']))
})

describe.each(variants)('$name backend:', ({ create }) => {
  let backend: Backend
  beforeAll(async () => {
    backend = await create()
  })
  afterAll(() => backend.dispose())

  test('every operation gives the known answers', async () => {
    const expected = knownAnswers.map(({ outputs }) => outputs.map((values) => Float64Array.from(values)))
    expect(await wrongOutputs(backend, { calls: knownAnswers, expected }, 8)).toEqual([])
  })

  test('gelu and its gradient keep their digits for small results', async () => {
    const rows = [...knownGelu, ...(backend.precision === 'float64' ? knownWideGelu : [])]
    const [values, gradients] = await runGelu(
      backend,
      rows.map(([x]) => x),
    )
    const wrong = rows.flatMap(([x, value, derivative], row) => {
      const off = [values[row] - value, gradients[row] - derivative]
      const sizes = [Math.abs(value), geluGradientSize(x, derivative)]
      const units = off.map((error, which) => Math.abs(error) / sizes[which] / unitOf(backend.precision))
      return Math.max(...units) <= 4 ? [] : [`${x}: ${units.map((unit) => unit.toFixed(1)).join(', ')} units`]
    })
    expect(wrong).toEqual([])
  })

  test.each(activationNames)('%s returns NaN for NaN in every lane', async (name) => {
    const values = Float64Array.from({ length: 16 }, (_, index) => (index % 3 === 0 ? Number.NaN : index - 8))
    const inputs = [{ shape: [2, 8], values }]
    const call: Call = { op: 'activation', inputs, attributes: { function: name, slope: 0.1 } }
    const [[y]] = await runCalls(backend, [call])
    expect([...y].map(Number.isNaN)).toEqual([...values].map(Number.isNaN))
  })

  test('dropout drops the requested fraction of units, and different units in each step and layer', async () => {
    const ones = { shape: [100, 100], values: new Float64Array(10000).fill(1) }
    const int = (value: number) => ({ shape: [], values: [value], element: 'int' as const })
    const call = (key: number, step: number): Call => {
      const threshold = int(Math.floor(0.3 * 2 ** 32) | 0)
      return { op: 'dropout', inputs: [ones, int(key), int(step), threshold, { shape: [], values: [2] }] }
    }
    const keys: [number, number][] = [
      [1, 0],
      [1, 1],
      [2, 0],
      [-5, 123456],
    ]
    const masks = (
      await runCalls(
        backend,
        keys.map(([key, step]) => call(key, step)),
      )
    ).map(([mask]) => mask)
    for (const mask of masks) {
      expect(new Set(mask)).toEqual(new Set([0, 2]))
      // Six standard deviations of the kept fraction of 10,000 units are 0.028.
      expect(mask.filter((value) => value > 0).length / 10000).toBeCloseTo(0.7, 1)
      for (const other of masks) {
        const both = mask.filter((value, index) => value > 0 && other[index] > 0).length / 10000
        expect(Math.abs(both - (other === mask ? 0.7 : 0.49))).toBeLessThan(0.028)
      }
    }
  })

  test('running statistics move by the momentum toward the mean and the unbiased variance', async () => {
    const network = chain(batchNorm({ momentum: 0.25, name: 'norm' }), dense(2))
    const problem = createProblem(network, { input: [1], batch: 4 })
    problem.steps[0].get('x')?.set([1, 2, 3, 6])
    const { values } = await runProblem(backend, problem)
    // The mean of 1, 2, 3 and 6 is 3, and the squared deviations sum to 14, which gives an unbiased variance of 14/3.
    // The running mean starts at 0 and the running variance at 1.
    expect(values.get('norm.running_mean')?.[0]).toBeCloseTo(0.75 * 0 + 0.25 * 3, 5)
    expect(values.get('norm.running_var')?.[0]).toBeCloseTo(0.75 * 1 + (0.25 * 14) / 3, 5)
  })

  test('parameters, states and inputs read back as written, in every ring slot', async () => {
    const { problem } = await expectedOutcome('loops in loops')
    const program = await compileProblem(backend, problem)
    for (const [name, values] of problem.start) {
      expect(await downloadOne(program, name)).toEqual(rounded(backend, values))
    }
    for (const [slot, inputs] of problem.steps.entries()) {
      for (const [name, values] of inputs) {
        expect(await downloadOne(program, name, slot)).toEqual(rounded(backend, values))
      }
    }
    program.dispose()
  })

  test('a download has the precision of the program, or fills a given array', async () => {
    const { problem } = await expectedOutcome('mlp')
    const program = await compileProblem(backend, problem)
    const [[name, values]] = problem.start
    const own = await program.download(name)
    expect(own).toBeInstanceOf(backend.precision === 'float32' ? Float32Array : Float64Array)
    const into = new Float64Array(values.length)
    expect(await program.download(name, { into })).toBe(into)
    expect([...into]).toEqual([...own])
    program.dispose()
  })

  test('fillInput writes the same rows as upload', async () => {
    const { problem } = await expectedOutcome('mlp')
    const written = await runProblem(backend, problem)
    const program = await compileProblem(backend, problem)
    problem.steps.forEach((inputs, slot) => {
      const x = inputs.get('x') ?? new Float64Array()
      const features = 9
      program.upload('x', new Float64Array(x.length), slot)
      fillInput(program, 'x', slot, ({ array, offset, stride }) => {
        for (let row = 0; row * features < x.length; row++) {
          array.set(x.subarray(row * features, (row + 1) * features), offset + row * stride)
        }
      })
    })
    const { finished, losses } = await program.run(0, problem.steps.length)
    const outcome = await readOutcome(program, problem, finished)
    expect(bitsOf(outcome)).toBe(bitsOf(written))
    expect(losses).toEqual(outcome.losses)
    program.dispose()
  })

  test('many steps in one call and one step in many calls give the same bits', async () => {
    const { problem } = await expectedOutcome('batch normalization')
    const together = await runProblem(backend, problem)
    const program = await compileProblem(backend, problem)
    for (let slot = 0; slot < problem.steps.length; slot++) {
      expect(await program.run(slot, 1)).toEqual({ finished: 1, losses: together.losses.slice(slot, slot + 1) })
    }
    expect(bitsOf(await readOutcome(program, problem, problem.steps.length))).toBe(bitsOf(together))
    program.dispose()
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 1e30])(
    'a step whose loss is not finite (x = %d) changes no parameter and no state',
    async (bad) => {
      const { network } = examples['batch normalization']
      const options = { batch: 5, steps: 4, loss: 'squared-error' as const }
      const healthy = createProblem(network, { ...options, steps: 2 })
      const broken = createProblem(network, options)
      broken.steps[2].get('x')?.set([bad])
      broken.steps[2].get('targets')?.set([bad ** 20])
      const outcome = await runProblem(backend, broken)
      expect(outcome.finished).toBe(2)
      expect(Number.isFinite(outcome.losses[2])).toBe(false)
      const expected = await runProblem(backend, healthy)
      expect(outcome.losses.slice(0, 2)).toEqual(expected.losses)
      for (const { name, role } of healthy.graph.inputs) {
        if (role !== 'input') expect(outcome.values.get(name), name).toEqual(expected.values.get(name))
      }
    },
  )

  test.each(exampleNames)('taps change no bit of the results: %s', async (name) => {
    const { network, options } = examples[name]
    const plain = await runProblem(backend, createProblem(network, fullOptions(options)))
    const tapped = await runProblem(backend, createProblem(network, { ...fullOptions(options), taps: () => true }))
    const kept = new Map([...tapped.values].filter(([key]) => !key.startsWith('tap.')))
    expect(tapped.values.size).toBeGreaterThan(kept.size)
    expect(bitsOf({ ...tapped, values: kept })).toBe(bitsOf(plain))
  })
})

function rounded({ precision }: Backend, values: Float64Array): Float64Array {
  return precision === 'float32' ? values.map(Math.fround) : values
}

const everyOperation = once(async (batch: number): Promise<JudgedCalls> => {
  const shift = awkwardBatches.indexOf(batch) + 1
  const calls = awkwardFeatures.flatMap((F, index) => {
    const O = awkwardFeatures[(index + shift) % awkwardFeatures.length]
    return callEveryOperation({ B: batch, F, O })
  })
  return { calls, expected: await runCalls(reference, calls) }
})

const activationCalls = once(callActivations)

const evaluations = once(async (name: ExampleName) =>
  Promise.all([false, true].map((batchStatistics) => evaluate(name, batchStatistics))),
)

async function evaluate(name: ExampleName, batchStatistics: boolean) {
  const { network, options } = examples[name]
  const { input = [5], batch = 6 }: { input?: readonly number[]; batch?: number } = options
  const blueprint = createBlueprint(network, input)
  const graph = evaluationGraph(blueprint, { batch, batchStatistics, taps: () => true })
  const random = createRandom(3)
  const start = initialize(blueprint, 5)
  for (const [key, values] of start) {
    if (key.endsWith('running_mean')) values.set(normals(random, values.length))
    if (key.endsWith('running_var')) values.set(normals(random, values.length).map((value) => 0.5 + value * value))
  }
  const slots = [0, 1].map(() => normals(random, batch * input.reduce((product, size) => product * size, 1)))
  const run = async (backend: Backend): Promise<Map<string, Float64Array>> => {
    const program = await backend.compile(graph, { ringSlots: slots.length })
    for (const [key, values] of start) program.upload(key, values)
    slots.forEach((x, slot) => {
      program.upload('x', x, slot)
    })
    await program.run(0, slots.length)
    const results = new Map<string, Float64Array>()
    for (const { name: key } of graph.outputs) results.set(key, await downloadOne(program, key, 1))
    results.set('outputs of slot 0', await downloadOne(program, 'outputs'))
    program.dispose()
    return results
  }
  return { run, expected: await run(reference) }
}

describe.each(wasmVariants)('$name backend compared with the reference:', ({ precision, create }) => {
  let backend: Backend
  beforeAll(async () => {
    backend = await create()
  })
  afterAll(() => backend.dispose())
  const tolerance = precision === 'float32' ? 2e-5 : 1e-12

  test.each(awkwardBatches)('every operation on a batch of %i has the same results', async (batch) => {
    expect(await wrongOutputs(backend, await everyOperation(batch), 64)).toEqual([])
  })

  test('activations and their gradients have the same results on inputs of all sizes', async () => {
    const { forward, backward } = await activationCalls(precision)
    for (const { calls, expected } of [forward, backward]) {
      const found = await runCalls(backend, calls)
      const wrong = calls.flatMap(({ op, inputs, attributes }, call) => {
        const { index, difference } = worstElement(found[call][0], expected[call][0])
        const units = difference / unitOf(precision)
        const at = inputs.map(({ values }) => values[index]).join(', ')
        const numbers = `got ${found[call][0][index]}, expected ${expected[call][0][index]}`
        return units <= 4 ? [] : [`${op} ${attributes?.function} at ${at}: ${numbers}, ${units.toFixed(1)} units apart`]
      })
      expect(wrong).toEqual([])
    }
  })

  test('gelu and its gradient have a small relative error at every size of the input', async () => {
    const lowest = precision === 'float32' ? -13 : -37
    const x = Array.from({ length: 8000 }, (_, index) => Math.fround(lowest * (1 - (index / 8000) * 1.3)))
    const found = await runGelu(backend, x)
    const expected = await runGelu(reference, x)
    const worst = expected.map((values, which) =>
      values.reduce((most, value, index) => {
        const size = which === 0 ? Math.abs(value) : geluGradientSize(x[index], value)
        return Math.max(most, Math.abs(found[which][index] - value) / size / unitOf(precision))
      }, 0),
    )
    // In float64, the error of the reference is as large as the error of wasm.
    expect(Math.max(...worst)).toBeLessThanOrEqual(precision === 'float32' ? 4 : 8)
  })

  test.each(exampleNames)('three training steps have the same results: %s', async (name) => {
    const { problem, expected } = await expectedOutcome(name)
    expect(differences(await runProblem(backend, problem), expected, tolerance)).toEqual([])
  })

  test.each(exampleNames)('evaluation with running or batch statistics has the same results: %s', async (name) => {
    for (const { run, expected } of await evaluations(name)) {
      for (const [key, values] of await run(backend)) {
        const wanted = expected.get(key) ?? new Float64Array()
        expect(largestDifference(values, wanted), key).toBeLessThan(tolerance * Math.max(1, largestSize(wanted)))
      }
    }
  })
})
