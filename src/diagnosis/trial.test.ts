import { beforeAll, describe, expect, it } from 'vitest'
import { laterRefusal } from '../../test/support/refusal.ts'
import { fewPoints, preset } from '../../test/support/tiny-training.ts'
import { train } from '../api/train.ts'
import type { Backend, Program } from '../backends/backend.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialise } from '../blueprint/initialise.ts'
import { moons } from '../data/planar.ts'
import { createStandardiser } from '../data/standardise.ts'
import { momentum } from '../graph/optimizers/momentum.ts'
import { batchNorm, chain, dense, relu } from '../network/layers.ts'
import type { Network } from '../network/network.ts'
import { resolveOptions } from '../settings/options.ts'
import type { TrainingOptions } from '../settings/training.ts'
import { IsobathError } from '../support/errors.ts'
import { createEvaluator } from '../training/evaluate.ts'
import type { LossRecord } from '../training/train.ts'
import { runTraining } from '../training/train.ts'
import { hashTensors, toTensors } from '../training/weights.ts'
import { runTrial, type Trial, type TrialObserver, type TrialSpec } from './trial.ts'

let float32: Backend
beforeAll(async () => {
  float32 = await createWasmBackend({ threads: 'inline' })
})

const network = preset('mlp:depth=3,width=8')
const common = { steps: 24, batch: 16, seed: 4, optimizer: momentum({ rate: 0.05 }) }

function specOf(of: Network = network, options: TrainingOptions = {}, changed: Partial<TrialSpec> = {}): TrialSpec {
  const settings = resolveOptions({ ...common, ...options }, fewPoints.train.count)
  const blueprint = createBlueprint(of, fewPoints.shape)
  return {
    control: 'patient',
    seed: settings.seed,
    blueprint,
    settings,
    data: fewPoints,
    precision: 'float32',
    start: initialise(blueprint, settings.seed),
    isWatched: true,
    work: 1234,
    ...changed,
  }
}

async function finished(spec: TrialSpec, backend = float32, observer: TrialObserver = {}): Promise<Trial> {
  const trial = await runTrial(spec, backend, observer)
  if (!trial) throw new Error('the trial was stopped')
  return trial
}

const hashOf = ({ weights, spec: { blueprint } }: Trial): Promise<string> => hashTensors(toTensors(blueprint, weights))

/** A backend that counts the programs that are there. */
function counting(backend: Backend) {
  const there = new Set<Program>()
  const compile: Backend['compile'] = async (...those) => {
    const program = await backend.compile(...those)
    const one: Program = Object.assign(Object.create(program), {
      dispose: () => {
        there.delete(one)
        program.dispose()
      },
    })
    there.add(one)
    return one
  }
  const counted: Backend = Object.assign(Object.create(backend), { compile })
  return { there, backend: counted }
}

describe('a trial', () => {
  it('trains to the same bits as a training with the same settings and seed', async () => {
    const trained = await train(network, { ...common, data: fewPoints, threads: 1 })
    const trial = await finished(specOf())
    expect(await hashOf(trial)).toBe(trained.weightsSha256)
    expect(trial.record.losses.map(({ loss }) => loss)).toEqual(trained.losses.map(({ loss }) => loss))
    expect(trial.record.train.loss).toBeCloseTo(trained.train.loss ?? Number.NaN, 12)
    expect(trial.record.train.error).toBe(trained.train.error)
    expect(trial.record.test.error).toBe(trained.test.error)
  })

  it('is changed by no look', async () => {
    const alone = await finished(specOf(network, {}, { isWatched: false }))
    for (const evaluateEvery of [1, 5, 100]) {
      const watched = await finished(specOf(network, { evaluateEvery }))
      expect(await hashOf(watched)).toBe(await hashOf(alone))
      expect(watched.record.train).toEqual(alone.record.train)
      expect(watched.record.test).toEqual(alone.record.test)
    }
  })

  it('is looked at before the first step, every so many, and after the last', async () => {
    const { record } = await finished(specOf(network, { evaluateEvery: 10 }))
    expect(record.looks.map(({ step }) => step)).toEqual([0, 10, 20, 24])
    const [first, second, , last] = record.looks
    expect(first.train).toBeUndefined()
    expect(second.train?.loss).toBeGreaterThan(0)
    // So few samples that the same ones are scored on the way and at the end.
    expect([last.train, last.test]).toEqual([record.train, record.test])
    expect(first.reading.meanSquare).toHaveLength(4)
    expect(second.reading.meanSquare).toHaveLength(4)
    expect(second.reading.effectiveRank).toBeUndefined()
    expect(last.reading.effectiveRank).toHaveLength(4)
    expect(first.reading.meanSquare).not.toEqual(last.reading.meanSquare)
    // Looks are of the network that a training of so many steps ends with.
    const shorter = await finished(specOf(network, { steps: 10 }))
    expect(second.train).toEqual(shorter.record.train)
    expect(second.reading.gradientNorm).toEqual(shorter.record.looks.at(-1)?.reading.gradientNorm)
  })

  it('has no readings where it is not watched', async () => {
    const { record } = await finished(specOf(network, { evaluateEvery: 5 }, { isWatched: false }))
    expect(record.looks.map(({ step, reading }) => ({ step, reading }))).toEqual([
      { step: 0, reading: {} },
      { step: 24, reading: {} },
    ])
  })

  it('starts from the weights that it is given', async () => {
    const own = specOf()
    const zeros = new Map([...own.start].map(([name, values]) => [name, new Float64Array(values.length)]))
    const { record } = await finished({ ...own, start: zeros })
    expect(record.looks[0].reading.meanSquare).toEqual([0, 0, 0, 0])
    expect(record.losses[0].loss).toBeCloseTo(Math.log(2), 6)
    expect(own.start.get('readout.weight')?.[0]).not.toBe(0)
  })

  it('is plain data about what was done', async () => {
    const { record, spec } = await finished(specOf())
    expect(record).toMatchObject({ control: 'patient', seed: 4, steps: 24, precision: 'float32', diverged: null })
    expect(record.work).toBe(spec.work)
    expect(record.seconds).toBeGreaterThan(0)
    const { looks, ...rest } = record
    expect(JSON.parse(JSON.stringify(rest))).toEqual(rest)
    expect(looks).toHaveLength(2)
  })

  it('tells its losses on the way', async () => {
    const told: LossRecord[] = []
    const { record } = await finished(specOf(), float32, { onProgress: (_done, losses) => void told.push(...losses) })
    expect(told).toEqual(record.losses)
  })

  it('frees the programs that it compiled', async () => {
    const { there, backend } = counting(float32)
    await finished(specOf(network, { evaluateEvery: 5 }), backend)
    await finished(specOf(network, {}, { isWatched: false }), backend)
    expect(there.size).toBe(0)
  })

  it('scores the same samples on its way as at its end, and more of them for itself', async () => {
    const data = moons({ seed: 3, train: 3000, test: 3000 })
    const settings = resolveOptions({ ...common, evaluateEvery: 8 }, 3000)
    const own = specOf(network, {}, { data, settings })
    const { record } = await finished(own)
    const shorter = await finished({ ...own, settings: { ...settings, steps: 8 } })
    expect(record.looks[1].test).toEqual(shorter.record.looks.at(-1)?.test)
    expect(record.looks.at(-1)?.test).not.toEqual(record.test)
  })

  it('scores one set where it is both', async () => {
    const { record } = await finished(specOf(network, {}, { data: { ...fewPoints, test: fewPoints.train } }))
    expect(record.test).toEqual(record.train)
  })
})

describe('a trial that does not fit into memory', () => {
  it('is refused, and frees what it had', async () => {
    const { there, backend } = counting(float32)
    for (const most of [0, 1, 2, 3]) {
      let left = most
      const compile: Backend['compile'] = async (...those) => {
        if (left-- <= 0) throw new IsobathError('memory', 'it does not fit.')
        return backend.compile(...those)
      }
      const small: Backend = Object.assign(Object.create(backend), { compile })
      expect(await laterRefusal(() => finished(specOf(), small))).toContain('does not fit')
      expect(there.size).toBe(0)
    }
  })
})

describe('a trial that is stopped', () => {
  it('is none, whether it trains, is looked at or scored meanwhile', async () => {
    const { there, backend } = counting(float32)
    for (const after of [0, 1, 7, 24]) {
      const stop = new AbortController()
      const onProgress = (done: number): void => {
        if (done >= after) stop.abort()
      }
      expect(await runTrial(specOf(network, { evaluateEvery: 1 }), backend, { abort: stop.signal, onProgress })).toBe(
        undefined,
      )
    }
    expect(there.size).toBe(0)
  })

  it('is none where that was before it began', async () => {
    expect(await runTrial(specOf(), float32, { abort: AbortSignal.abort() })).toBeUndefined()
  })
})

describe('a trial that diverges', () => {
  const wild = { optimizer: momentum({ rate: 1e25 }), evaluateEvery: 1 }

  it('has a record without scores, which says where it broke', async () => {
    const { record } = await finished(specOf(network, wild))
    expect(record.train).toEqual({ loss: null, error: null })
    expect(record.test).toEqual({ loss: null, error: null })
    expect(record.diverged).toMatch(/^after \d+ steps? /)
    expect(record.steps).toBeLessThan(24)
    expect(record.looks.at(-1)).toMatchObject({ step: record.steps, train: { loss: null } })
  })

  it('may be normalised, or in no one’s sight', async () => {
    const normalised = chain(dense(8), batchNorm(), relu(), dense(2))
    const { record } = await finished(specOf(normalised, { ...wild, optimizer: momentum({ rate: 1e38 }) }))
    expect(record.diverged).not.toBeNull()
    const unseen = await finished(specOf(network, wild, { isWatched: false }))
    expect(unseen.record.diverged).not.toBeNull()
  })
})

describe('a trial in float64', () => {
  it('is the same training with other roundings', async () => {
    const float64 = await createWasmBackend({ threads: 'inline', precision: 'float64' })
    const exact = await finished(specOf(network, {}, { precision: 'float64', control: 'float64' }), float64)
    const rounded = await finished(specOf())
    expect(exact.record).toMatchObject({ precision: 'float64', control: 'float64' })
    expect(exact.weights.get('readout.weight')).toBeInstanceOf(Float64Array)
    const [one, other] = [exact.record.losses.at(-1)?.loss ?? 0, rounded.record.losses.at(-1)?.loss ?? 0]
    expect(one).not.toBe(other)
    expect(one).toBeCloseTo(other, 4)
    float64.dispose()
  })
})

describe('a trial with batch norm', () => {
  const normalised = chain(dense(8), batchNorm(), relu(), dense(8), batchNorm(), relu(), dense(2))

  it('is scored with statistics that were taken anew, and its weights are left as trained', async () => {
    const spec = specOf(normalised, { steps: 3, optimizer: momentum({ rate: 0.1 }) })
    const trial = await finished(spec)
    const { blueprint, settings, start } = spec
    const standardiser = createStandardiser(fewPoints.train, fewPoints.shape, settings.standardise)
    const { state } = await runTraining({
      blueprint,
      data: fewPoints,
      settings,
      standardiser,
      backend: float32,
      weights: start,
    })
    const evaluator = await createEvaluator(spec.blueprint, float32, 64)
    const lossWith = async (weights: Trial['weights']): Promise<number> => {
      evaluator.load(weights)
      return (await evaluator.evaluate(fewPoints.train, standardiser, 'cross-entropy')).loss ?? Number.NaN
    }
    const [settled, lagging] = [await lossWith(trial.weights), await lossWith(state.weights)]
    expect(trial.record.train.loss).toBeCloseTo(settled, 9)
    expect(Math.abs(settled - lagging)).toBeGreaterThan(1e-3)
    for (const { name, role } of spec.blueprint.parameters) {
      const [own, before] = [trial.weights, state.weights].map((weights) => Array.from(weights.get(name) ?? []))
      if (role.startsWith('running')) expect(own).not.toEqual(before)
      else expect(own).toEqual(before)
    }
    evaluator.dispose()
  })
})

describe('a trial with a warm-up that ends with an error', () => {
  /** Looks at the error every so many steps, until it is below the fraction. */
  const warming = (error: number, changed: Partial<TrialSpec> = {}, options: TrainingOptions = {}): TrialSpec => {
    const spec = specOf(network, { optimizer: momentum({ rate: 0.5 }), ...options }, changed)
    const untilError = { factor: 0.01, error, every: 4, samples: 32 }
    return { ...spec, settings: { ...spec.settings, schedule: { ...spec.settings.schedule, untilError } } }
  }

  it('ends it while it is looked at as it does alone', async () => {
    const alone = await finished(warming(1, { isWatched: false }))
    for (const evaluateEvery of [1, 3, 4, 100]) {
      expect(await hashOf(await finished(warming(1, {}, { evaluateEvery })))).toBe(await hashOf(alone))
    }
    const { there, backend } = counting(float32)
    await finished(warming(1, {}, { evaluateEvery: 3 }), backend)
    expect(there.size).toBe(0)
    const never = await finished(warming(1e-9, {}, { evaluateEvery: 3 }))
    expect(await hashOf(never)).not.toBe(await hashOf(alone))
  })
})
