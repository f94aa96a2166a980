/** Runs trials side by side, the longest first. */
import { type Budget, fitsBudget } from './budget.ts'
import type { TrialEvent } from './events.ts'
import type { TrialResolver } from './resolver.ts'
import type { TrialResult } from './result.ts'
import { runTrial } from './run-trial.ts'
import type { TrialStore } from './store.ts'
import type { Trial } from './trial.ts'
import type { TrialWorker, Workers } from './workers.ts'

export interface RunnerOptions<T extends Trial> {
  readonly workers: Workers
  readonly resolver: TrialResolver
  /** Stops the trainings under way, and starts no more. */
  readonly signal?: AbortSignal
  /** What doesn't fit into it when its turn comes isn't trained. */
  readonly budget?: Budget
  /** Where results are found, and kept before they are given. */
  readonly store?: Pick<TrialStore<T>, 'find' | 'save'>
  /** Whether the others go on without a trial that failed so; by default an error ends all. */
  readonly goesOnWithout?: (trial: T, error: unknown) => boolean
  readonly onEvent?: (event: TrialEvent<T>) => void
}

export interface FinishedTrial<T extends Trial> {
  readonly trial: T
  readonly result: TrialResult
}

/**
 * The results as they come, those that are there already first; a trial that was stopped has none. An error of one stops all
 * others and is thrown once they have ended. A reader who breaks off stops them, too.
 */
export async function* runTrials<T extends Trial>(
  trials: readonly T[],
  { workers, resolver, signal, budget, store, goesOnWithout, onEvent }: RunnerOptions<T>,
): AsyncGenerator<FinishedTrial<T>, void, undefined> {
  const [found, waiting] = await partOf(trials, store)
  onEvent?.({ kind: 'planned', trials: waiting, found: found.map(({ trial }) => trial) })
  yield* found
  const stop = new AbortController()
  const stopped = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
  const made = createChannel<FinishedTrial<T>>()

  const run = async (trial: T, worker: TrialWorker): Promise<void> => {
    if (stopped.aborted || (budget && !fitsBudget(budget, trial.work))) return
    onEvent?.({ kind: 'started', trial })
    const result = await runTrial(trial, await worker.backend(trial.precision), resolver, {
      signal: stopped,
      onProgress: (done, losses) => onEvent?.({ kind: 'progress', trial, done, losses }),
    }).catch((error: unknown) => {
      if (goesOnWithout?.(trial, error)) return undefined
      throw error
    })
    if (result) await store?.save(trial, result)
    onEvent?.({ kind: 'finished', trial, result })
    if (result) made.add({ trial, result })
  }
  const jobs = waiting
    .toSorted((one, other) => rankOf(other) - rankOf(one))
    .map((trial) => async (worker: TrialWorker) => {
      try {
        await run(trial, worker)
      } catch (error) {
        stop.abort()
        throw error
      }
    })
  const work = workers.run(jobs).finally(() => made.close())
  try {
    // An error is thrown below; until then nobody waits for the work.
    work.catch(() => undefined)
    yield* made.items()
    await work
  } finally {
    stop.abort()
    await work.catch(() => undefined)
  }
}

/** The longest first; before all, what only needs to be looked at: then it can't be lost. */
const rankOf = ({ work, finished }: Trial): number => (finished ? Number.POSITIVE_INFINITY : work)

/** Those that are there, and those that aren't. */
async function partOf<T extends Trial>(
  trials: readonly T[],
  store: RunnerOptions<T>['store'],
): Promise<[FinishedTrial<T>[], T[]]> {
  const found: FinishedTrial<T>[] = []
  const waiting: T[] = []
  for (const trial of trials) {
    const result = await store?.find(trial)
    if (result) found.push({ trial, result })
    else waiting.push(trial)
  }
  return [found, waiting]
}

/** What one part adds and another takes, in order, until the first closes it. */
function createChannel<Item>() {
  const waiting: Item[] = []
  let isClosed = false
  let wake = (): void => {}
  return {
    add: (item: Item): void => {
      waiting.push(item)
      wake()
    },
    close: (): void => {
      isClosed = true
      wake()
    },
    items: async function* (): AsyncGenerator<Item, void, undefined> {
      while (true) {
        for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) yield item
        if (isClosed) return
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}
