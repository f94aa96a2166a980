import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { laterRefusal } from '../../test/support/refusal.ts'
import { fewPoints, preset } from '../../test/support/tiny-training.ts'
import { precisions } from '../backends/backend.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import { resolveOptions } from '../settings/options.ts'
import { createBudget } from './budget.ts'
import type { TrialEvent } from './events.ts'
import type { TrialResolver } from './resolver.ts'
import type { TrialResult } from './result.ts'
import { type RunnerOptions, runTrials } from './runner.ts'
import { createSpec } from './spec.ts'
import { memoryStore } from './store.ts'
import type { Trial } from './trial.ts'
import { createWorkers, type Workers } from './workers.ts'

let workers: Workers
beforeAll(() => {
  workers = createWorkers(2, precisions, (precision) => createWasmBackend({ threads: 1, precision }))
})
afterAll(() => workers.dispose())

interface Labeled extends Trial {
  readonly label: string
}

async function trialOf(label: string, work: number, steps = 10): Promise<Labeled> {
  const { seed, ...settings } = resolveOptions({ steps, batch: 16 }, fewPoints.train.count)
  const data = { name: fewPoints.name, options: {}, sha256: '' }
  const { network } = createBlueprint(preset('mlp:width=8,depth=2'), fewPoints.shape)
  const whole = {
    start: { kind: 'seed' },
    precision: 'float32',
    probes: null,
    scoring: 'all',
    keepsWeights: false,
  } as const
  const spec = await createSpec({ network, data, settings, seed, ...whole })
  return { ...spec, work, label }
}

const forever = 10_000_000

function reported(event: TrialEvent<Labeled>): string {
  if (event.kind === 'planned') {
    const [trials, found] = [event.trials, event.found].map((those) => those.map(({ label }) => label).join())
    return `planned ${trials}${found && `, found ${found}`}`
  }
  if (event.kind === 'finished') return `${event.result ? 'finished' : 'stopped'} ${event.trial.label}`
  return `${event.kind} ${event.trial.label}`
}

type Watching = Partial<RunnerOptions<Labeled>>

/** Collects all events except progress, and the labels of the trials with a result. */
async function collect(trials: readonly Labeled[], options: Watching = {}) {
  const [events, labels]: string[][] = [[], []]
  const onEvent = (event: TrialEvent<Labeled>): void => {
    if (event.kind !== 'progress') events.push(reported(event))
    options.onEvent?.(event)
  }
  const all = { workers, resolver: { data: () => fewPoints }, ...options, onEvent }
  for await (const { trial, result } of runTrials(trials, all)) {
    expect(result).toMatchObject({ id: trial.id, steps: trial.settings.steps })
    labels.push(trial.label)
  }
  return { events, labels }
}

const withoutData = (trial: Labeled): Labeled => ({ ...trial, data: { ...trial.data, sha256: 'lost' } })

const losing: TrialResolver = {
  data: ({ sha256 }) => {
    if (sha256 === 'lost') throw new Error('the file is gone')
    return fewPoints
  },
}

describe('The runner of trials', () => {
  it('starts the longest trial first and yields a result for each trial', async () => {
    const trials = [await trialOf('short', 10), await trialOf('long', 30), await trialOf('middle', 20)]
    const { events, labels } = await collect(trials)
    expect(labels.toSorted()).toEqual(['long', 'middle', 'short'])
    expect(events[0]).toBe('planned short,long,middle')
    const started = events.filter((event) => event.startsWith('started'))
    expect(started).toEqual(['started long', 'started middle', 'started short'])
    expect(events.filter((event) => event.startsWith('finished'))).toHaveLength(3)
  })

  it('trains a spec that was sent as JSON to the same result', async () => {
    const trial = await trialOf('sent', 1, 20)
    const looked = await createSpec({ ...trial, probes: { of: ['meanSquare'], every: 10 }, scoring: 'part' })
    for (const one of [trial, { ...looked, work: 1, label: 'looked at' }]) {
      const sent: Labeled = JSON.parse(JSON.stringify(one))
      const results: TrialResult[] = []
      for await (const { result } of runTrials([one, sent], { workers, resolver: { data: () => fewPoints } })) {
        results.push({ ...result, seconds: 0 })
      }
      expect(results[0].losses).toHaveLength(20)
      expect(results[1]).toEqual(results[0])
    }
  })

  it('yields nothing for an empty list of trials', async () => {
    expect(await collect([])).toEqual({ events: ['planned '], labels: [] })
  })

  it('stops running trials at an abort signal and starts no further trial', async () => {
    const stop = new AbortController()
    const trials = [await trialOf('one', 3, forever), await trialOf('two', 2, forever), await trialOf('three', 1)]
    const { events, labels } = await collect(trials, {
      signal: stop.signal,
      onEvent: (event) => event.kind === 'progress' && event.done > 0 && stop.abort(),
    })
    expect(labels).toEqual([])
    expect(events.slice(1).sort()).toEqual(['started one', 'started two', 'stopped one', 'stopped two'])
  })

  it('stops the other trials if one trial fails, and throws the error after they have ended', async () => {
    const [long, short] = [await trialOf('long', 2, forever), await trialOf('short', 1)]
    const events: string[] = []
    const onEvent = (event: TrialEvent<Labeled>): void => void events.push(reported(event))
    expect(await laterRefusal(() => collect([long, withoutData(short)], { resolver: losing, onEvent }))).toBe(
      'Error: the file is gone',
    )
    expect(events.at(-1)).toBe('stopped long')
  })

  it('stops the other trials if the reader breaks out of the loop', async () => {
    const trials = [await trialOf('long', 2, forever), await trialOf('short', 1)]
    const events: string[] = []
    const onEvent = (event: TrialEvent<Labeled>): void => void events.push(reported(event))
    for await (const { trial } of runTrials(trials, { workers, resolver: { data: () => fewPoints }, onEvent })) {
      expect(trial.label).toBe('short')
      break
    }
    expect(events.at(-1)).toBe('stopped long')
  })

  it('finds stored results, stores new results, and yields both', async () => {
    const store = memoryStore<Labeled, Pick<Labeled, 'label'>>(({ label }) => label)
    const trials = [await trialOf('one', 1), await trialOf('two', 2)]
    expect(await collect([trials[1]], { store })).toEqual({
      events: ['planned two', 'started two', 'finished two'],
      labels: ['two'],
    })
    expect([store.has({ label: 'one' }), store.has({ label: 'two' })]).toEqual([false, true])
    const { events, labels } = await collect(trials, { store })
    expect(events).toEqual(['planned one, found two', 'started one', 'finished one'])
    expect(labels).toEqual(['two', 'one'])
    expect((await collect(trials, { store })).events).toEqual(['planned , found one,two'])
  })

  it('does not start a trial that does not fit into the remaining budget', async () => {
    const made = [{ work: 10, seconds: 1 }]
    const within = createBudget(
      5,
      () => 2,
      () => made,
    )
    const trials = [await trialOf('long', 31), await trialOf('fitting', 30)]
    expect((await collect(trials, { budget: within })).labels).toEqual(['fitting'])
    const unknown = createBudget(
      5,
      () => 2,
      () => [],
    )
    expect((await collect(trials, { budget: unknown })).labels.sort()).toEqual(['fitting', 'long'])
  })

  it('continues without a failed trial if the caller allows it', async () => {
    const [good, bad] = [await trialOf('good', 1), await trialOf('bad', 2)]
    const refused: string[] = []
    const goesOnWithout = ({ label }: Labeled, error: unknown): boolean => {
      refused.push(`${label}: ${error}`)
      return true
    }
    const { events, labels } = await collect([good, withoutData(bad)], { resolver: losing, goesOnWithout })
    expect(labels).toEqual(['good'])
    expect(events).toContain('stopped bad')
    expect(refused).toEqual(['bad: Error: the file is gone'])
  })

  it('runs a finished training first, without training again', async () => {
    const [long, last] = [await trialOf('long', 9), await trialOf('trained before', 0)]
    const part = { probes: null, scoring: 'part', keepsWeights: true } as const
    const blueprint = createBlueprint(last.network, fewPoints.shape)
    const state = { step: 7, weights: new Map(initialize(blueprint, 5)) }
    const finished = { interrupted: false, losses: [], diverged: null, snapshots: [], state } as const
    const one = createWorkers(1, precisions, (precision) => createWasmBackend({ threads: 1, precision }))
    const results = new Map<string, TrialResult>()
    const options = { workers: one, resolver: { data: () => fewPoints } }
    for await (const { trial, result } of runTrials([long, { ...last, ...part, finished }], options)) {
      results.set(trial.label, result)
    }
    one.dispose()
    expect([...results.keys()]).toEqual(['trained before', 'long'])
    expect(results.get('trained before')).toMatchObject({ steps: 7, losses: [], weights: state.weights })
  })
})
