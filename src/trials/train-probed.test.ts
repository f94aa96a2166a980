import { beforeAll, describe, expect, it } from 'vitest'
import { laterRefusal } from '../../test/support/refusal.ts'
import { fewPoints, preset } from '../../test/support/tiny-training.ts'
import { train } from '../api/train.ts'
import type { Backend, Program } from '../backends/backend.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import { moons } from '../data/planar.ts'
import { createStandardizer } from '../data/standardize.ts'
import { momentum } from '../graph/optimizers/momentum.ts'
import { batchNorm, chain, dense, relu } from '../network/layers.ts'
import type { Network } from '../network/network.ts'
import { layerProbeNames } from '../probes/layer-probes.ts'
import { resolveOptions } from '../settings/options.ts'
import type { TrainingOptions } from '../settings/training.ts'
import { IsobathError } from '../support/errors.ts'
import { createEvaluator, type Weights } from '../training/evaluator.ts'
import { runTrainingLoop } from '../training/loop.ts'
import { withoutClassCounts } from '../training/scores.ts'
import type { LossRecord } from '../training/state.ts'
import { hashWeights } from '../training/weights.ts'
import type { ResolvedTrial, TrialObserver } from './resolver.ts'
import type { TrialResult } from './result.ts'
import { trainProbed } from './train-probed.ts'
import type { Trial } from './trial.ts'

let float32: Backend
beforeAll(async () => {
  float32 = await createWasmBackend({ threads: 'inline' })
})

const network = preset('mlp:depth=3,width=8')
const common = { steps: 24, batch: 16, seed: 4, optimizer: momentum({ rate: 0.05 }) }

interface Setup extends Partial<Omit<ResolvedTrial, 'trial'>> {
  readonly trial?: Partial<Trial>
}

/**
 * A trial with snapshots before the first step, after the last step, and every `evaluateEvery` steps if the option is
 * set.
 */
function trialOf(of: Network = network, options: TrainingOptions = {}, changed: Setup = {}): ResolvedTrial {
  const { evaluateEvery, ...settings } = resolveOptions({ ...common, ...options }, fewPoints.train.count)
  const blueprint = createBlueprint(of, fewPoints.shape)
  const { seed } = settings
  const trial: Trial = {
    id: 'id',
    network: of,
    data: { name: fewPoints.name, options: {}, sha256: '' },
    settings,
    seed,
    start: { kind: 'seed' },
    precision: 'float32',
    probes: { of: layerProbeNames, every: evaluateEvery ?? settings.steps },
    scoring: 'part',
    keepsWeights: true,
    work: 1234,
    ...changed.trial,
  }
  const start = (): Weights => initialize(blueprint, seed)
  return { blueprint, data: fewPoints, settings, start, ...changed, trial }
}

const unseen: Setup = { trial: { probes: null } }

type Finished = TrialResult & { readonly weights: Weights }

async function finished(trial: ResolvedTrial, backend = float32, observer: TrialObserver = {}): Promise<Finished> {
  const result = await trainProbed(trial, backend, observer)
  if (!result?.weights) throw new Error('the trial was stopped')
  return { ...result, weights: result.weights }
}

const hashOf = ({ weights }: Finished, of = network): Promise<string> =>
  hashWeights(createBlueprint(of, fewPoints.shape), weights)

/** A backend that counts the programs that are not disposed of. */
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

describe('A probed trial', () => {
  it('trains to the same bits as a training with the same settings and seed', async () => {
    const trained = await train(network, { ...common, data: fewPoints, threads: 1 })
    const result = await finished(trialOf())
    expect(await hashOf(result)).toBe(trained.weightsSha256)
    expect(result.losses.map(({ loss }) => loss)).toEqual(trained.losses.map(({ loss }) => loss))
    expect(result.scores.train.loss).toBeCloseTo(trained.train.loss ?? Number.NaN, 12)
    expect(result.scores.train.error).toBe(trained.train.error)
    expect(result.scores.test.error).toBe(trained.test.error)
  })

  it('is not changed by snapshots', async () => {
    const alone = await finished(trialOf(network, {}, unseen))
    for (const evaluateEvery of [1, 5, 100]) {
      const watched = await finished(trialOf(network, { evaluateEvery }))
      expect(await hashOf(watched)).toBe(await hashOf(alone))
      expect(watched.scores).toEqual(alone.scores)
    }
  })

  it('takes a snapshot before the first step, at every n-th step, and after the last step', async () => {
    const { snapshots, scores } = await finished(trialOf(network, { evaluateEvery: 10 }))
    expect(snapshots.map(({ step }) => step)).toEqual([0, 10, 20, 24])
    const [first, second, , last] = snapshots
    expect(first.train).toBeUndefined()
    expect(second.train?.loss).toBeGreaterThan(0)
    // The sets are so small that snapshots and final scores use the same samples.
    expect([last.train, last.test]).toEqual([scores.train, scores.test].map(withoutClassCounts))
    expect(first.reading.meanSquare).toHaveLength(4)
    expect(second.reading.meanSquare).toHaveLength(4)
    expect(second.reading.effectiveRank).toBeUndefined()
    expect(last.reading.effectiveRank).toHaveLength(4)
    expect(first.reading.meanSquare).not.toEqual(last.reading.meanSquare)
    // A snapshot shows the same network as the end of a training with as many steps.
    const shorter = await finished(trialOf(network, { steps: 10 }))
    expect(second.train).toEqual(withoutClassCounts(shorter.scores.train))
    expect(second.reading.gradientNorm).toEqual(shorter.snapshots.at(-1)?.reading.gradientNorm)
  })

  it('has empty readings if the trial has no probes', async () => {
    const { snapshots } = await finished(trialOf(network, {}, unseen))
    expect(snapshots.map(({ step, reading }) => ({ step, reading }))).toEqual([
      { step: 0, reading: {} },
      { step: 24, reading: {} },
    ])
  })

  it('starts from given weights', async () => {
    const own = trialOf()
    const zeros = new Map([...own.start()].map(([name, values]) => [name, new Float64Array(values.length)]))
    const { snapshots, losses } = await finished({ ...own, start: () => zeros })
    expect(snapshots[0].reading.meanSquare).toEqual([0, 0, 0, 0])
    expect(losses[0].loss).toBeCloseTo(Math.log(2), 6)
    expect(own.start().get('readout.weight')?.[0]).not.toBe(0)
  })

  it('has a result of plain data, except for the weights', async () => {
    const { weights, snapshots, ...rest } = await finished(trialOf())
    expect(rest).toMatchObject({ id: 'id', steps: 24, work: 1234, diverged: null })
    expect(rest.seconds).toBeGreaterThan(0)
    expect([...weights.keys()]).toEqual([...trialOf().start().keys()])
    expect(JSON.parse(JSON.stringify(rest))).toEqual(rest)
    expect(snapshots).toHaveLength(2)
  })

  it('reports losses during the training', async () => {
    const reported: LossRecord[] = []
    const { losses } = await finished(trialOf(), float32, {
      onProgress: (_done, fresh) => void reported.push(...fresh),
    })
    expect(reported).toEqual(losses)
  })

  it('frees the compiled programs', async () => {
    const { there, backend } = counting(float32)
    await finished(trialOf(network, { evaluateEvery: 5 }), backend)
    await finished(trialOf(network, {}, unseen), backend)
    expect(there.size).toBe(0)
  })

  it('scores the same samples in all snapshots, and more samples for the final scores', async () => {
    const data = moons({ seed: 3, train: 3000, test: 3000 })
    const settings = resolveOptions(common, 3000)
    const own = trialOf(network, { evaluateEvery: 8 }, { data, settings })
    const { snapshots, scores } = await finished(own)
    const shorter = await finished({ ...own, settings: { ...settings, steps: 8 } })
    expect(snapshots[1].test).toEqual(shorter.snapshots.at(-1)?.test)
    expect(snapshots.at(-1)?.test).not.toEqual(scores.test)
  })

  it('scores a set once if it is the training set and the test set', async () => {
    const { scores } = await finished(trialOf(network, {}, { data: { ...fewPoints, test: fewPoints.train } }))
    expect(scores.test).toEqual(scores.train)
  })
})

describe('A trial that does not fit into memory', () => {
  it('is refused and frees all programs', async () => {
    const { there, backend } = counting(float32)
    for (const most of [0, 1, 2, 3]) {
      let left = most
      const compile: Backend['compile'] = async (...those) => {
        if (left-- <= 0) throw new IsobathError('memory', 'the program does not fit into memory.')
        return backend.compile(...those)
      }
      const small: Backend = Object.assign(Object.create(backend), { compile })
      expect(await laterRefusal(() => finished(trialOf(), small))).toContain('does not fit')
      expect(there.size).toBe(0)
    }
  })
})

describe('A trial that is stopped', () => {
  it('has no result if the stop comes during the training, a snapshot or the scoring', async () => {
    const { there, backend } = counting(float32)
    for (const after of [0, 1, 7, 24]) {
      const stop = new AbortController()
      const onProgress = (done: number): void => {
        if (done >= after) stop.abort()
      }
      const { signal } = stop
      expect(await trainProbed(trialOf(network, { evaluateEvery: 1 }), backend, { signal, onProgress })).toBeUndefined()
    }
    expect(there.size).toBe(0)
  })

  it('has no result if the stop comes before the first step', async () => {
    expect(await trainProbed(trialOf(), float32, { signal: AbortSignal.abort() })).toBeUndefined()
  })
})

describe('A trial that diverges', () => {
  const wild = { optimizer: momentum({ rate: 1e25 }), evaluateEvery: 1 }

  it('has a result without scores that names the layer with non-finite numbers', async () => {
    const { scores, diverged, steps, snapshots } = await finished(trialOf(network, wild))
    const none = { loss: null, error: null }
    expect(scores).toEqual({ train: none, test: none })
    expect(diverged).toMatchObject({ step: steps, layer: expect.any(String) })
    expect(steps).toBeLessThan(24)
    expect(snapshots.at(-1)).toMatchObject({ step: steps, train: { loss: null } })
  })

  it('can have batch norm, and can have no probes', async () => {
    const normalized = chain(dense(8), batchNorm(), relu(), dense(2))
    const { diverged } = await finished(trialOf(normalized, { ...wild, optimizer: momentum({ rate: 1e38 }) }))
    expect(diverged).not.toBeNull()
    expect((await finished(trialOf(network, wild, unseen))).diverged).not.toBeNull()
  })
})

describe('A trial in float64', () => {
  it('differs from the trial in float32 by rounding errors only', async () => {
    const float64 = await createWasmBackend({ threads: 'inline', precision: 'float64' })
    const exact = await finished(trialOf(network, {}, { trial: { precision: 'float64' } }), float64)
    const rounded = await finished(trialOf())
    expect(exact.weights.get('readout.weight')).toBeInstanceOf(Float64Array)
    const [one, other] = [exact.losses.at(-1)?.loss ?? 0, rounded.losses.at(-1)?.loss ?? 0]
    expect(one).not.toBe(other)
    expect(one).toBeCloseTo(other, 4)
    float64.dispose()
  })
})

describe('A trial with batch norm', () => {
  const normalized = chain(dense(8), batchNorm(), relu(), dense(8), batchNorm(), relu(), dense(2))

  it('is scored with new batch norm statistics and keeps the trained weights', async () => {
    const trial = trialOf(normalized, { steps: 3, optimizer: momentum({ rate: 0.1 }) })
    const result = await finished(trial)
    const { blueprint, settings, start } = trial
    const standardizer = createStandardizer(fewPoints.train, fewPoints.shape, settings)
    const { state } = await runTrainingLoop({
      blueprint,
      data: fewPoints,
      settings,
      standardizer,
      backend: float32,
      weights: start(),
    })
    const evaluator = await createEvaluator(blueprint, float32, 64)
    const lossWith = async (weights: Weights): Promise<number> => {
      evaluator.load(weights)
      return (await evaluator.evaluate(fewPoints.train, standardizer, 'cross-entropy')).loss ?? Number.NaN
    }
    const [settled, lagging] = [await lossWith(result.weights), await lossWith(state.weights)]
    expect(result.scores.train.loss).toBeCloseTo(settled, 9)
    expect(Math.abs(settled - lagging)).toBeGreaterThan(1e-3)
    for (const { name, role } of blueprint.parameters) {
      const [own, before] = [result.weights, state.weights].map((weights) => Array.from(weights.get(name) ?? []))
      if (role.startsWith('running')) expect(own).not.toEqual(before)
      else expect(own).toEqual(before)
    }
    evaluator.dispose()
  })
})

describe('A trial with a warm-up that ends at a training error', () => {
  /** A trial whose warm-up ends when the training error is below `error`. The error is measured every 4 steps. */
  const warming = (error: number, changed: Setup = {}, options: TrainingOptions = {}): ResolvedTrial => {
    const trial = trialOf(network, { optimizer: momentum({ rate: 0.5 }), ...options }, changed)
    const untilError = { factor: 0.01, error, every: 4, samples: 32 }
    return { ...trial, settings: { ...trial.settings, schedule: { ...trial.settings.schedule, untilError } } }
  }

  it('ends the warm-up at the same step with and without snapshots', async () => {
    const alone = await finished(warming(1, unseen))
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
