import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { laterRefusal } from '../../test/support/refusal.ts'
import { fewPoints, preset } from '../../test/support/tiny-training.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { resolveOptions } from '../settings/options.ts'
import type { Trial, TrialEvent } from './events.ts'
import { type RunnerOptions, runTrials } from './runner.ts'
import { createSpec } from './spec.ts'
import { createWorkers, type Workers } from './workers.ts'

let workers: Workers
beforeAll(() => {
  workers = createWorkers(2, (precision) => createWasmBackend({ threads: 1, precision }))
})
afterAll(() => workers.dispose())

interface Labelled extends Trial {
  readonly label: string
}

async function trialOf(label: string, work: number, steps = 10): Promise<Labelled> {
  const { seed, ...settings } = resolveOptions({ steps, batch: 16 }, fewPoints.train.count)
  const data = { name: fewPoints.name, options: {}, sha256: '' }
  const { network } = createBlueprint(preset('mlp:width=8,depth=2'), fewPoints.shape)
  const spec = await createSpec({ network, data, settings, seed, start: { kind: 'seed' }, precision: 'float32' })
  return { ...spec, work, label }
}

const forever = 10_000_000

function told(event: TrialEvent<Labelled>): string {
  if (event.kind === 'planned') return `planned ${event.trials.map(({ label }) => label)}`
  if (event.kind === 'finished') return `${event.result ? 'finished' : 'stopped'} ${event.trial.label}`
  return `${event.kind} ${event.trial.label}`
}

type Watching = Partial<RunnerOptions<Labelled>>

/** What was told but for the progress, and the labels of the trials whose results came. */
async function collect(trials: readonly Labelled[], options: Watching = {}) {
  const [events, labels]: string[][] = [[], []]
  const onEvent = (event: TrialEvent<Labelled>): void => {
    if (event.kind !== 'progress') events.push(told(event))
    options.onEvent?.(event)
  }
  const all = { workers, resolver: { data: () => fewPoints }, ...options, onEvent }
  for await (const { trial, result } of runTrials(trials, all)) {
    expect(result).toMatchObject({ id: trial.id, steps: trial.settings.steps })
    labels.push(trial.label)
  }
  return { events, labels }
}

describe('the runner of trials', () => {
  it('starts the longest first, and gives a result for each', async () => {
    const trials = [await trialOf('short', 10), await trialOf('long', 30), await trialOf('middle', 20)]
    const { events, labels } = await collect(trials)
    expect(labels.toSorted()).toEqual(['long', 'middle', 'short'])
    expect(events[0]).toBe('planned short,long,middle')
    const started = events.filter((event) => event.startsWith('started'))
    expect(started).toEqual(['started long', 'started middle', 'started short'])
    expect(events.filter((event) => event.startsWith('finished'))).toHaveLength(3)
  })

  it('gives nothing where there is nothing to train', async () => {
    expect(await collect([])).toEqual({ events: ['planned '], labels: [] })
  })

  it('stops what is under way with its signal, and starts no more', async () => {
    const stop = new AbortController()
    const trials = [await trialOf('one', 3, forever), await trialOf('two', 2, forever), await trialOf('three', 1)]
    const { events, labels } = await collect(trials, {
      signal: stop.signal,
      onEvent: (event) => event.kind === 'progress' && event.done > 0 && stop.abort(),
    })
    expect(labels).toEqual([])
    expect(events.slice(1).sort()).toEqual(['started one', 'started two', 'stopped one', 'stopped two'])
  })

  it('stops the others where one fails, and throws its error when they have ended', async () => {
    const [long, short] = [await trialOf('long', 2, forever), await trialOf('short', 1)]
    const data = (): never => {
      throw new Error('the file is gone')
    }
    const isBroken = ({ sha256 }: { sha256: string }): boolean => sha256 === 'lost'
    const resolver = { data: (one: { sha256: string }) => (isBroken(one) ? data() : fewPoints) }
    const events: string[] = []
    const onEvent = (event: TrialEvent<Labelled>): void => void events.push(told(event))
    const lost = { ...short, data: { ...short.data, sha256: 'lost' } }
    expect(await laterRefusal(() => collect([long, lost], { resolver, onEvent }))).toBe('Error: the file is gone')
    expect(events.at(-1)).toBe('stopped long')
  })

  it('stops the others where its reader breaks off', async () => {
    const trials = [await trialOf('long', 2, forever), await trialOf('short', 1)]
    const events: string[] = []
    const onEvent = (event: TrialEvent<Labelled>): void => void events.push(told(event))
    for await (const { trial } of runTrials(trials, { workers, resolver: { data: () => fewPoints }, onEvent })) {
      expect(trial.label).toBe('short')
      break
    }
    expect(events.at(-1)).toBe('stopped long')
  })
})
