/** Tests of the public functions on a machine that the caller gives. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createDeferredBackend } from '../../test/support/deferred-backend.ts'
import { laterRefusal } from '../../test/support/refusal.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { fewPoints, lossesOf, preset } from '../../test/support/tiny-training.ts'
import type { Backend } from '../backends/backend.ts'
import { createMachine, type Machine } from '../backends/machine.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import type { DiagnosisEvent } from '../diagnosis/events.ts'
import { sgd } from '../graph/optimizers/sgd.ts'
import { evaluationGraph } from '../graph/programs.ts'
import type { ObservedStep } from '../training/observers.ts'
import { compare } from './compare.ts'
import { diagnose } from './diagnose.ts'
import { evaluate } from './evaluate.ts'
import { predict } from './predict.ts'
import { resume } from './resume.ts'
import { train } from './train.ts'

const network = preset('mlp:depth=3,width=8')
const options = { data: fewPoints, steps: 40, batch: 16, logEvery: 1 }
const families = [{ name: 'mlp', label: 'plain', ofDepth: (depth: number) => preset(`mlp:width=8,depth=${depth}`) }]
const folder = temporaryFolder()

async function on<T>(machine: Promise<Machine>, work: (machine: Machine) => Promise<T>): Promise<T> {
  const made = await machine
  try {
    return await work(made)
  } finally {
    made.dispose()
  }
}

/** A machine of wasm backends under another name, which counts the backends that have not been disposed of. */
async function counted(name = 'counted'): Promise<{ machine: Machine; inUse: () => number }> {
  let inUse = 0
  const machine = await createMachine({
    backend: async (wanted): Promise<Backend> => {
      const made = await createWasmBackend({ ...wanted, threads: 'inline' })
      inUse++
      const dispose = (): void => {
        inUse--
        made.dispose()
      }
      return { ...made, name, dispose }
    },
  })
  return { machine, inUse: () => inUse }
}

describe('when a machine is disposed of too early,', () => {
  const early =
    'IsobathError: machine: the machine was disposed of before its work was finished. Dispose of a machine after all its work has ended.'

  it.each([1, 2])(
    'the training on %i threads ends with one error, and the folder of the run is released',
    async (threads) => {
      const machine = await createMachine({ threads })
      const run = join(folder, `early ${threads}`)
      const dispose = (done: number): void => {
        if (done > 100) machine.dispose()
      }
      expect(
        await laterRefusal(() => train(network, { ...options, steps: 5000, machine, run, onProgress: dispose })),
      ).toBe(early)
      expect((await resume(run, { data: fewPoints, threads: 1, abort: AbortSignal.abort() })).interrupted).toBe(true)
    },
  )

  it('calls that have just started end with an error, and the backend compiles and runs no program', async () => {
    const machine = await createMachine({ threads: 2 })
    const backend = await machine.backend()
    const training = laterRefusal(() => train(network, { ...options, machine }))
    machine.dispose()
    expect(await training).toMatch(/^IsobathError: machine: the machine was disposed of/)
    const graph = evaluationGraph(createBlueprint(network, fewPoints.shape), { batch: 4 })
    expect(await laterRefusal(() => backend.compile(graph))).toBe(early)
    const inline = await createWasmBackend({ threads: 'inline' })
    const program = await inline.compile(graph)
    inline.dispose()
    expect(await laterRefusal(() => program.run(0, 1))).toBe(early)
  })
})

describe('when a function is given a machine,', () => {
  it('train on the reference backend gives the losses of wasm in float64, and nearly the losses of wasm in float32', async () => {
    const reference = await on(createMachine({ backend: 'reference' }), (machine) =>
      train(network, { ...options, machine }),
    )
    const float64 = await on(createMachine({ precision: 'float64', threads: 1 }), (machine) =>
      train(network, { ...options, machine }),
    )
    const float32 = await train(network, { ...options, threads: 1 })
    expect([...reference.weights.values()].every((values) => values instanceof Float64Array)).toBe(true)
    expect(reference.losses).toHaveLength(40)
    const largestGap = (losses: readonly number[]): number =>
      Math.max(...lossesOf(reference).map((loss, step) => Math.abs(loss - losses[step])))
    expect(largestGap(lossesOf(float64))).toBeLessThan(1e-12)
    expect(largestGap(lossesOf(float32))).toBeLessThan(1e-5)
    expect(largestGap(lossesOf(float32))).toBeGreaterThan(0)
    expect(reference.test.error).toBe(float32.test.error)
  })

  it('a backend that answers later gives the same bits as a backend that answers at once', async () => {
    const wild = sgd({ rate: 1e200 })
    const probes = { of: ['gradientNorm', 'meanSquare', 'updateRatio'], every: 10 } as const
    const trained = async (backend: 'reference' | typeof createDeferredBackend) =>
      on(createMachine({ backend }), async (machine) => {
        const seen: number[] = []
        const observe = async ({ gradient }: ObservedStep): Promise<void> => {
          seen.push(...(await gradient('readout.weight')))
        }
        const measured = { evaluateEvery: 10, probes, observers: [{ every: 7, observe }] }
        const run = await train(network, { ...options, ...measured, machine })
        const broken = await train(network, { ...options, optimizer: wild, machine })
        const predictions = await predict(network, { data: fewPoints, weights: run.weights, machine })
        const facts = [run, broken].map(({ losses, weightsSha256, test, evaluations, probes, diverged }) => {
          return { losses, weightsSha256, test, evaluations, probes, diverged }
        })
        return { facts, seen, values: predictions.values }
      })
    const expected = await trained('reference')
    expect(expected.facts[1].diverged).not.toBeNull()
    expect(expected.seen).toHaveLength(6 * 16)
    expect(await trained(createDeferredBackend)).toEqual(expected)
  })

  it('compare on the reference backend gives the same losses as train', async () => {
    await on(createMachine({ backend: 'reference' }), async (machine) => {
      const { rows } = await compare(families, { ...options, machine, depths: [1, 3], seeds: [0] })
      expect(rows[1].losses).toEqual((await train(network, { ...options, machine })).losses)
    })
  })

  it('diagnose on the reference backend trains only in float64, and has no control in another precision', async () => {
    await on(createMachine({ backend: 'reference' }), async (machine) => {
      const measured: string[] = []
      const onEvent = (event: DiagnosisEvent): void => {
        if (event.kind === 'measuring') measured.push(event.measurement)
      }
      const faulty = preset('mlp:depth=5,width=8,activation=tanh,sw2=0.05')
      const { steps, batch } = options
      const diagnosis = await diagnose(faulty, {
        data: fewPoints,
        steps,
        batch,
        seeds: [0],
        budget: 600,
        machine,
        onEvent,
      })
      const { trials, ruledOut, findings, open } = diagnosis
      expect(new Set(trials.map(({ precision }) => precision))).toEqual(new Set(['float64']))
      expect(trials.map(({ control }) => control)).not.toContain('float64')
      expect(trials.length).toBeGreaterThan(3)
      expect(measured).toContain('sharpness')
      expect([...findings, ...open].map(({ cause }) => cause)).not.toContain('numerical-error')
      expect(ruledOut.map(({ cause }) => cause)).toContain('numerical-error')
    })
  })

  it('all functions compute on the given machine and do not dispose of it', async () => {
    const { machine, inUse } = await counted()
    const { weights, weightsSha256, test, train: onTrain } = await train(network, { ...options, machine })
    expect(await evaluate(network, { data: fewPoints, weights, machine })).toEqual({ train: onTrain, test })
    expect((await predict(network, { data: fewPoints, weights, machine })).count).toBe(32)
    const { rows } = await compare(families, { ...options, machine, depths: [3], seeds: [0] })
    expect(rows[0].weightsSha256).toBe(weightsSha256)
    // The backend of `train` is the only backend left, because the comparison has disposed of its own backends.
    expect(inUse()).toBe(1)
    expect((await train(network, { ...options, machine })).weightsSha256).toBe(weightsSha256)
    machine.dispose()
    await new Promise((resolve) => setTimeout(resolve, 0))
    expect(inUse()).toBe(0)
    expect(await laterRefusal(() => train(network, { ...options, machine }))).toContain(
      'machine: the machine was disposed of',
    )
  })

  it('a stored run can only be resumed with the same backend', async () => {
    const { machine } = await counted()
    const run = join(folder, 'run')
    const stop = new AbortController()
    const onProgress = (done: number): void => {
      if (done > 0) stop.abort()
    }
    await train(network, { ...options, steps: 400, run, machine, abort: stop.signal, onProgress })
    const refused = await laterRefusal(() => resume(run, { data: fewPoints }))
    expect(refused.replace(run, 'RUN')).toMatchInlineSnapshot(
      `"IsobathError: RUN: expected the backend counted, as in the run, got the backend wasm. Give a machine like the one on which the run began."`,
    )
    const whole = await train(network, { ...options, steps: 400, machine })
    expect((await resume(run, { data: fewPoints, machine })).weightsSha256).toBe(whole.weightsSha256)
    machine.dispose()
  })

  it('a machine is refused together with options of a machine, and a float64 machine is refused for a folder', async () => {
    const machine = await createMachine({ backend: 'reference' })
    const weights = new Map<string, Float32Array>()
    const refusals = [
      await laterRefusal(() => train(network, { ...options, machine, threads: 2 })),
      await laterRefusal(() => evaluate(network, { data: fewPoints, weights, machine, exact: false })),
      await laterRefusal(() => compare(families, { ...options, depths: [1], seeds: [0], machine, winograd: true })),
      await laterRefusal(() => train(network, { ...options, machine, run: join(folder, 'refused') })),
    ]
    const notYet: object = { ...options, machine: createMachine() }
    refusals.push(await laterRefusal(() => train(network, { ...options, ...notYet })))
    expect(refusals.join('\n')).toMatchInlineSnapshot(`
      "IsobathError: machine: expected a machine or threads, got both. Give threads to createMachine, or leave the machine out.
      IsobathError: machine: expected a machine or exact, got both. Give exact to createMachine, or leave the machine out.
      IsobathError: machine: expected a machine or winograd, got both. Give winograd to createMachine, or leave the machine out.
      IsobathError: run: expected a machine that computes in float32, because a folder stores float32 weights, got a machine in float64. Leave run out.
      IsobathError: machine: expected a machine, got an object. Await createMachine and give its result, or leave the option out."
    `)
    machine.dispose()
  })
})
