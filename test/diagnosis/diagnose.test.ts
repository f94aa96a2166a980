import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Backend, precisions } from '../../src/backends/backend.ts'
import { createWasmBackend } from '../../src/backends/wasm/backend.ts'
import { initialize } from '../../src/blueprint/initialize.ts'
import { moons } from '../../src/data/planar.ts'
import { searchCure } from '../../src/diagnosis/cure-search.ts'
import { type DiagnosisOutcome, runDiagnosis } from '../../src/diagnosis/diagnosis-loop.ts'
import type { DiagnosisEvent } from '../../src/diagnosis/events.ts'
import type { DiagnosisTask } from '../../src/diagnosis/task.ts'
import type { DiagnosisTrial, TrialKey } from '../../src/diagnosis/trial-record.ts'
import type { DiagnosisStore, StepPlan } from '../../src/diagnosis/trial-store.ts'
import { viewOf } from '../../src/diagnosis/view.ts'
import type { Graph } from '../../src/graph/graph.ts'
import { momentum } from '../../src/graph/optimizers/momentum.ts'
import { chain, dense, relu } from '../../src/network/layers.ts'
import type { Network } from '../../src/network/network.ts'
import { parseNetwork } from '../../src/network/presets.ts'
import { resolveOptions } from '../../src/settings/options.ts'
import type { TrainingOptions } from '../../src/settings/training.ts'
import { IsobathError } from '../../src/support/errors.ts'
import type { TrialResult } from '../../src/trials/result.ts'
import { createWorkers } from '../../src/trials/workers.ts'
import { laterRefusal } from '../support/refusal.ts'

const data = moons({ train: 150, test: 90 })
const preset = (text: string): Network => parseNetwork(text, { input: data.shape, classes: data.classes })
/** A network that learns the moons in 100 steps. */
const good = preset('mlp:depth=3,width=8')
/** A network that learns nothing with any control, while its twin with three layers learns. */
const bad = preset('mlp:depth=12,width=8,activation=tanh,sw2=0.2')
/** A network that a rate trains, but not as well as skip connections do. */
const deep = preset('mlp:depth=30,width=8')
const usual: TrainingOptions = { steps: 100, batch: 30, optimizer: momentum({ rate: 0.3 }) }

function taskOf(network: Network, changed: Partial<DiagnosisTask> = {}, options: TrainingOptions = {}): DiagnosisTask {
  return {
    network,
    data,
    settings: resolveOptions({ ...usual, ...options }, data.train.count),
    choosesSteps: false,
    seeds: [0, 1, 2],
    budgetSeconds: 600,
    reference: { name: data.name, options: {}, sha256: '' },
    workers: createWorkers(2, precisions, inline),
    ...changed,
  }
}

const scaledBy = (samples: typeof data.train, factor: number): typeof data.train => ({
  ...samples,
  inputs: Float32Array.from(samples.inputs, (value) => factor * value),
})

type CreateBackend = Parameters<typeof createWorkers>[2]
const inline: CreateBackend = (precision) => createWasmBackend({ threads: 'inline', precision })

async function diagnosed(...those: Parameters<typeof taskOf>): Promise<DiagnosisOutcome> {
  const task = taskOf(...those)
  return runDiagnosis(task).finally(() => task.workers.dispose())
}

const named = (records: readonly TrialKey[]): string[] => records.map(({ control, seed }) => `${control} ${seed}`)
const firstRound = ['network 0', 'network 1', 'network 2', 'shallow twin 0', 'shallow twin 1', 'shallow twin 2']
/** Returns the whole outcome as text, without durations. */
function timeless({ evidence: { records, fresh, measured, chance }, judgment }: DiagnosisOutcome): string {
  const all = [records, fresh].map((list) => list.map((record) => ({ ...record, seconds: 0 })))
  return JSON.stringify({ all, measured, chance, judgment })
}

const keyOf = ({ control, seed }: TrialKey): string => `${control} ${seed}`

/** A store in memory with public contents. */
function openStore(): DiagnosisStore & { readonly kept: Map<string, TrialResult>; readonly begun: StepPlan[] } {
  const kept = new Map<string, TrialResult>()
  const begun: StepPlan[] = []
  return {
    kept,
    begun,
    seconds: 0,
    begin: async (plan) => void begun.push(plan),
    has: (key) => kept.has(keyOf(key)),
    find: async (trial) => kept.get(keyOf(trial)),
    save: async (trial, result) => void kept.set(keyOf(trial), result),
  }
}

/** Returns an observer that passes on planned trainings and measurements. */
function watch(options: {
  readonly onTrials?: (trials: readonly DiagnosisTrial[]) => void
  readonly onMeasuring?: (what: string) => void
}) {
  return (event: DiagnosisEvent): void => {
    if (event.kind === 'planned') options.onTrials?.(event.trials)
    if (event.kind === 'measuring') options.onMeasuring?.(event.measurement)
  }
}

describe('A diagnosis of a healthy network', () => {
  it('trains the network and the twin with all seeds, runs the measurements, and stops', async () => {
    const { evidence, judgment, openQuestions, interrupted, seconds } = await diagnosed(good)
    expect(judgment).toMatchObject({ verdict: 'healthy', findings: [], open: [] })
    expect(named(evidence.records)).toEqual(firstRound)
    expect(Object.keys(evidence.measured)).toEqual(['linearProbe', 'affine'])
    expect(openQuestions).toEqual([])
    expect(interrupted).toBe(false)
    expect(seconds).toBeGreaterThan(0)
    expect(evidence.stages).toHaveLength(4)
    expect(evidence.depths).toMatchObject({ network: 3, shallow: 2 })
  })

  it('uses no twin if no layer is repeated', async () => {
    const { evidence, judgment } = await diagnosed(chain(dense(8), relu(), dense(2)))
    expect(named(evidence.records)).toEqual(['network 0', 'network 1', 'network 2'])
    expect(evidence.depths.network).toBe(1)
    expect(judgment.verdict).toBe('healthy')
  })

  it('works for a network without hidden layers', async () => {
    const { evidence, judgment } = await diagnosed(chain(dense(2)))
    expect(evidence.depths.network).toBe(0)
    expect(judgment.verdict).toBe('healthy')
    expect(evidence.applicable.has('4 x width')).toBe(false)
  })

  it('works for a network with batch norm or residual blocks', async () => {
    expect((await diagnosed(preset('mlp:depth=3,width=8,norm=batch'))).judgment.findings).toEqual([])
    const { judgment, evidence } = await diagnosed(preset('residual-mlp:depth=3,width=8'))
    expect(judgment.verdict).toBe('healthy')
    expect(Object.keys(evidence.measured)).toEqual(['linearProbe', 'withoutBlocks'])
  })
})

describe('A diagnosis of a network with a fault', () => {
  it('trains one seed of each needed control, and the shallower twin only if the shallow twin fails', async () => {
    const { evidence, judgment } = await diagnosed(bad)
    expect(judgment.verdict).toBe('vanishing-signal')
    expect(judgment.open).toEqual([])
    const names = named(evidence.records)
    expect(names.filter((name) => /^(network|shallow twin) \d/.test(name))).toEqual(firstRound)
    expect(names.filter((name) => !/rate|short run|^network|^shallow twin/.test(name))).toEqual([
      'float64 0',
      '3 x steps 0',
      '10 x steps 0',
      'rescaled weights 0',
    ])
    expect(names.filter((name) => name.startsWith('shallower'))).toEqual([])
    const { jacobian, ...measured } = evidence.measured
    expect(Object.keys(measured).sort()).toEqual(['constructive', 'linearProbe', 'precision', 'sharpness'])
    // With sw2 = 0.2, each of the 12 hidden layers shrinks lengths by more than half.
    expect(jacobian).toMatchObject({ samples: 8 })
    expect(jacobian?.largest).toBeLessThan(1e-3)
    expect(jacobian?.smallest).toBeLessThan(jacobian?.largest ?? 0)
  })

  it('climbs the ladder of rates with the first seed before further controls, also for the twin that trains', async () => {
    const order: string[] = []
    const onEvent = watch({ onTrials: (trials) => void order.push(...named(trials)) })
    const { evidence } = await diagnosed(bad, { onEvent })
    const place = (name: string): number => order.indexOf(name)
    const coarse = ['short run, rate / 100 0', 'short run, rate / 10 0', 'short run 0', 'short run, rate x 10 0']
    for (const name of coarse) {
      // The first training fails, so the ladder comes before the other seeds and before all other controls.
      expect(place(name)).toBeGreaterThan(place('network 0'))
      expect(place(name)).toBeLessThan(place('network 1'))
      expect(place(name)).toBeLessThan(place('float64 0'))
    }
    const twin = order.filter((name) => name.startsWith('short run of the shallow twin'))
    expect(twin.length).toBeGreaterThanOrEqual(5)
    expect(order.findLastIndex((name) => /^short run(,| 0)/.test(name))).toBeLessThan(place(twin[0]))
    expect(named([...evidence.records, ...evidence.fresh]).toSorted()).toEqual(order.toSorted())
    // The cure is measured last, with seeds that the diagnosis has not used.
    expect(
      order
        .slice(-5)
        .map((name) => Number(name.at(-1)))
        .toSorted(),
    ).toEqual([3, 4, 5, 6, 7])
  })

  it('trains a network that is healthy on standardized data on the raw data too, if the raw data have a fault', async () => {
    const scaled = { ...data, train: scaledBy(data.train, 1000), test: scaledBy(data.test, 1000) }
    const { evidence, judgment } = await diagnosed(good, { data: scaled })
    expect(judgment.verdict).toBe('healthy')
    expect(evidence.removed).toMatchObject([{ fact: 'unscaled-inputs' }])
    expect(named(evidence.records).slice(-3)).toEqual(['raw data 0', 'raw data 1', 'raw data 2'])
    expect(named((await diagnosed(good)).evidence.records).join()).not.toContain('raw data')
  })

  it('trains the shallower twin with all seeds if the shallow twin fails', async () => {
    const { evidence } = await diagnosed(preset('mlp:depth=60,width=8,activation=tanh,sw2=0.1'))
    const twins = named(evidence.records).filter((name) => /^shallower twin \d/.test(name))
    expect(twins).toEqual(['shallower twin 0', 'shallower twin 1', 'shallower twin 2'])
  })

  it('has the same result twice and with any number of workers', async () => {
    const [first, second, third] = [
      await diagnosed(bad),
      await diagnosed(bad),
      await diagnosed(bad, { workers: createWorkers(1, precisions, inline) }),
    ]
    expect(timeless(second)).toBe(timeless(first))
    expect(timeless(third)).toBe(timeless(first))
    expect(timeless(await diagnosed(bad, { seeds: [3, 4, 5] }))).not.toBe(timeless(first))
  })
})

describe('The budget of a diagnosis', () => {
  it('leaves controls open when the budget is spent, and estimates the duration of these controls', async () => {
    const { evidence, judgment, openQuestions } = await diagnosed(bad, { budgetSeconds: 1e-3 })
    expect(named(evidence.records).filter((name) => !/^(network|shallow)/.test(name))).toEqual([])
    expect(judgment.open.map(({ cause }) => cause)).toContain('numerical-error')
    const controls = openQuestions.filter(({ need }) => 'control' in need)
    expect(controls.length).toBeGreaterThan(0)
    for (const { seconds } of controls) expect(seconds).toBeGreaterThan(0)
  })

  it('determines the number of steps of the trainings, but never below a minimum', async () => {
    const plans: number[] = []
    const onEvent = (event: DiagnosisEvent): void => {
      if (event.kind === 'steps') plans.push(event.steps)
    }
    const { subject } = await diagnosed(good, { choosesSteps: true, budgetSeconds: 1e-3, onEvent, seeds: [0] })
    const { subject: given } = await diagnosed(good, { onEvent, seeds: [0] })
    expect(plans).toEqual([subject.settings.steps, given.settings.steps])
    expect(plans[0]).toBeGreaterThanOrEqual(50)
    expect(plans[1]).toBe(100)
  })

  it('can be any number of seconds above 0', async () => {
    // The trainings run once. Each budget only repeats the measurements.
    const store = openStore()
    await diagnosed(good, { store, seeds: [0] })
    let measurements = 0
    const onEvent = watch({ onMeasuring: () => void measurements++ })
    const budget = fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 3600 }) },
      { weight: 1, arbitrary: fc.double({ min: 0, minExcluded: true, noNaN: true }) },
    )
    await fc.assert(
      fc.asyncProperty(budget, async (budgetSeconds) => {
        const { evidence } = await diagnosed(good, { store, seeds: [0], budgetSeconds, onEvent })
        expect(named(evidence.records)).toEqual(['network 0', 'shallow twin 0'])
      }),
      { numRuns: 40, examples: [[66], [13.0001], [Number.MIN_VALUE], [Number.POSITIVE_INFINITY]] },
    )
    expect(measurements).toBeGreaterThan(0)
  })
})

describe('A diagnosis that is stopped', () => {
  it('returns the finished trainings and reports the interruption', async () => {
    const stop = new AbortController()
    const onEvent = (event: DiagnosisEvent): void => {
      if (event.kind === 'finished' && event.result && event.trial.control === 'network') stop.abort()
    }
    const { evidence, interrupted } = await diagnosed(bad, { abort: stop.signal, onEvent })
    expect(interrupted).toBe(true)
    expect(evidence.records.length).toBeGreaterThanOrEqual(1)
    expect(evidence.records.length).toBeLessThan(6)
  })

  it('has no finding if no network was trained', async () => {
    const { evidence, judgment, interrupted } = await diagnosed(bad, { abort: AbortSignal.abort() })
    expect(evidence.records).toEqual([])
    expect(interrupted).toBe(true)
    expect(judgment.findings).toEqual([])
    expect(judgment.verdict).toBe('undecided')
  })

  it('can be stopped between two controls', async () => {
    const stop = new AbortController()
    const onTrials = (trials: readonly DiagnosisTrial[]): void => {
      if (trials.some(({ control }) => control === 'float64')) stop.abort()
    }
    const { evidence, interrupted, judgment } = await diagnosed(bad, {
      abort: stop.signal,
      onEvent: watch({ onTrials }),
    })
    expect(interrupted).toBe(true)
    expect(named(evidence.records).filter((name) => name.startsWith('float64'))).toEqual([])
    expect(judgment.open.length).toBeGreaterThan(0)
  })

  it('can be stopped during a measurement', async () => {
    for (const stopped of ['sharpness', 'jacobian', 'linearProbe', 'withoutBlocks', 'affine']) {
      const stop = new AbortController()
      const onMeasuring = (what: string): void => {
        if (what === stopped) stop.abort()
      }
      const own = { abort: stop.signal, onEvent: watch({ onMeasuring }) }
      const healthy = stopped === 'withoutBlocks' ? preset('residual-mlp:depth=3,width=8') : good
      const { evidence, interrupted } = await diagnosed(/^[wa]/.test(stopped) ? healthy : bad, own)
      expect(interrupted, stopped).toBe(true)
      expect(Object.keys(evidence.measured), stopped).not.toContain(stopped)
    }
  })
})

describe('The options of a diagnosis', () => {
  it('can contain another comparison network', async () => {
    const against = preset('mlp:depth=2,width=5')
    const seen: DiagnosisTrial[] = []
    const onEvent = watch({ onTrials: (trials) => void seen.push(...trials) })
    const { evidence, judgment } = await diagnosed(bad, { twin: against, onEvent, seeds: [0, 1, 2] })
    const twins = seen.filter(({ control }) => control === 'shallow twin')
    expect(twins).toHaveLength(3)
    for (const twin of twins) expect(twin.network).toEqual(against)
    expect(evidence).toMatchObject({ isTwinGiven: true, depths: { shallow: 2 } })
    expect(judgment.verdict).toBe('vanishing-signal')
    expect(evidence.measured.constructive?.impossible).toEqual(expect.any(String))
  })

  it('can contain the first weights of all trainings', async () => {
    const zeros: DiagnosisTask['start'] = (blueprint, seed) =>
      new Map([...initialize(blueprint, seed)].map(([name, values]) => [name, new Float64Array(values.length)]))
    const { evidence } = await diagnosed(bad, { start: zeros, seeds: [0] })
    expect(new Set(evidence.records.map(({ control }) => control)).size).toBeGreaterThan(3)
    // One control draws the weights although the caller gave weights.
    const given = evidence.records.filter(({ control }) => !control.startsWith('drawn weights'))
    for (const { losses } of given) expect(losses[0].loss).toBeCloseTo(Math.log(2), 6)
  })

  it('default to the initializers of the network with the seed of each trial', async () => {
    const seen: DiagnosisTrial[] = []
    const onEvent = watch({ onTrials: (trials) => void seen.push(...trials) })
    const drawn = await diagnosed(good, { onEvent, seeds: [1, 2] })
    expect(seen.map(({ seed }) => seed)).toEqual([1, 1, 2, 2])
    expect(new Set(seen.map(({ start }) => start.kind))).toEqual(new Set(['seed']))
    const given = await diagnosed(good, { onEvent, seeds: [1, 2], start: initialize })
    expect(timeless(given)).toBe(timeless(drawn))
    const starts = seen.slice(4).map(({ start }) => (start.kind === 'object' ? start.sha256 : 'seed'))
    expect(new Set(starts).size).toBe(4)
    expect(starts.join()).toMatch(/^([0-9a-f]{64},?){4}$/)
  })
})

describe('The observer of a diagnosis', () => {
  it('receives the plan and the facts, and then the progress and the end of trials and measurements', async () => {
    const reported: string[] = []
    const open = new Set<DiagnosisTrial>()
    const onEvent = (event: DiagnosisEvent): void => {
      if (event.kind === 'planned') for (const trial of event.trials) open.add(trial)
      if (event.kind === 'progress') {
        expect(open.has(event.trial)).toBe(true)
        expect(event.done).toBeLessThanOrEqual(event.trial.settings.steps)
        return
      }
      if (event.kind === 'finished') {
        expect(open.delete(event.trial)).toBe(true)
        expect(event.result).toMatchObject({ id: event.trial.id })
      }
      reported.push(event.kind)
    }
    await diagnosed(bad, { seeds: [0], onEvent })
    expect(reported.slice(0, 4)).toEqual(['steps', 'facts', 'planned', 'started'])
    expect(reported.slice(4, 7).sort()).toEqual(['finished', 'finished', 'started'])
    expect(reported).toContain('measuring')
    expect(open.size).toBe(0)
  })
})

describe('The stored trials of a diagnosis', () => {
  it('are used again, so that no training is repeated and the answer is the same', async () => {
    const store = openStore()
    const first = await diagnosed(bad, { store })
    expect(store.begun).toEqual([{ steps: 100 }])
    expect([...store.kept.keys()].sort()).toEqual(named([...first.evidence.records, ...first.evidence.fresh]).sort())
    expect(store.kept.get('network 0')?.weights?.size).toBeGreaterThan(0)
    for (const other of ['float64 0', 'network 1']) expect(store.kept.get(other)?.weights).toBeUndefined()
    const trained: string[] = []
    const onEvent = watch({ onTrials: (trials) => void trained.push(...trials.map(keyOf)) })
    const second = await diagnosed(bad, { store, onEvent })
    expect(trained).toEqual([])
    expect(timeless(second)).toBe(timeless(first))
    store.kept.delete('shallow twin 1')
    await diagnosed(bad, { store, onEvent })
    expect(trained).toEqual(['shallow twin 1'])
  })
})

describe('A finished diagnosis', () => {
  it('keeps its cure, although the budget allowed fewer fresh seeds than a further try would need', async () => {
    const store = openStore()
    const first = await diagnosed(deep, { store })
    const cureOf = ({ evidence, judgment }: DiagnosisOutcome) => searchCure(viewOf(evidence), judgment)
    const { control } = cureOf(first)
    // The cure is a change that was tried after the change that proved the cause.
    expect(control).toContain('residual links')
    for (const seed of [6, 7]) store.kept.delete(`${control} ${seed}`)
    const again = await diagnosed(deep, { store, isOver: true })
    expect(again.evidence.fresh).toHaveLength(3)
    expect(cureOf(again)).toMatchObject({ control })
  })
})

describe('A control that does not fit into memory', () => {
  it('is left out without an error', async () => {
    const createBackend: CreateBackend = async (precision) => {
      const backend = await createWasmBackend({ threads: 'inline', precision })
      const isControl = (graph: Graph): boolean => graph.inputs.some(({ name }) => name === 'rate')
      const compile: Backend['compile'] = async (graph, options) => {
        if (precision === 'float64' && isControl(graph))
          throw new IsobathError('memory', 'the program does not fit into memory.')
        return backend.compile(graph, options)
      }
      return Object.assign(Object.create(backend), { compile })
    }
    const { evidence, judgment } = await diagnosed(bad, { workers: createWorkers(2, precisions, createBackend) })
    expect(judgment.verdict).toBe('vanishing-signal')
    expect(named(evidence.records)).not.toContain('float64 0')
    expect(evidence.applicable.has('float64')).toBe(false)
  })
})

describe('The duration of a measurement', () => {
  it('is estimated in advance and limited to a tenth of the budget', async () => {
    const { evidence, openQuestions } = await diagnosed(good, { budgetSeconds: 1, seeds: [0] })
    expect(evidence.measured).toEqual({})
    const affine = openQuestions.find(({ need }) => 'measurement' in need && need.measurement === 'affine')
    // The measurement compiles at least five programs.
    expect(affine?.seconds).toBeGreaterThan(0.5)
  })
})

describe('A measurement that does not fit into memory', () => {
  it('leaves a cause open without an error', async () => {
    const createBackend: CreateBackend = async (precision) => {
      const backend = await createWasmBackend({ threads: 'inline', precision })
      const compile: Backend['compile'] = async (graph, options) => {
        if (precision === 'float64') throw new IsobathError('memory', 'the program does not fit into memory.')
        return backend.compile(graph, options)
      }
      return Object.assign(Object.create(backend), { compile })
    }
    const { evidence, judgment } = await diagnosed(good, { workers: createWorkers(2, precisions, createBackend) })
    expect(Object.keys(evidence.measured)).toEqual(['linearProbe'])
    // The network trains, so a depth that may be useless leaves no doubt.
    expect(judgment).toMatchObject({ verdict: 'healthy', open: [{ cause: 'useless-depth' }] })
  })
})

describe('The order of the seeds', () => {
  it('is chosen by the caller, and pictures show the first seed', async () => {
    const { evidence } = await diagnosed(good, { seeds: [5, 1, 3] })
    expect(named(evidence.records).slice(0, 3)).toEqual(['network 5', 'network 1', 'network 3'])
  })
})

describe('A diagnosis with invalid options', () => {
  it('is refused like a training and disposes of all backends', async () => {
    const backends: Backend[] = []
    let disposed = 0
    const createBackend: CreateBackend = async (precision) => {
      const backend = await createWasmBackend({ threads: 'inline', precision })
      const one: Backend = Object.assign(Object.create(backend), { dispose: () => void disposed++ })
      backends.push(one)
      return one
    }
    const workers = createWorkers(2, precisions, createBackend)
    expect(await laterRefusal(() => diagnosed(chain(dense(4)), { workers }))).toContain('output: expected 2 values')
    expect(await laterRefusal(() => diagnosed(good, { workers, twin: chain(dense(4)) }))).toContain('output')
    await diagnosed(good, { workers, seeds: [0] })
    await new Promise((resolve) => setTimeout(resolve, 0))
    expect(backends.length).toBeGreaterThan(1)
    expect(disposed).toBe(backends.length)
  })
})
