/** Runs trials on several workers, the longest trial first. */
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
  /** Stops the running trainings and starts no further training. */
  readonly signal?: AbortSignal
  /**
   * Budget of all trials. If a trial does not fit into the remaining budget when its turn comes, the trial is not
   * trained.
   */
  readonly budget?: Budget
  /** Store that is searched for results, and that stores new results before they are returned. */
  readonly store?: Pick<TrialStore<T>, 'find' | 'save'>
  /** Whether the other trials continue after an error of a trial. By default an error stops all trials. */
  readonly goesOnWithout?: (trial: T, error: unknown) => boolean
  readonly onEvent?: (event: TrialEvent<T>) => void
}

export interface FinishedTrial<T extends Trial> {
  readonly trial: T
  readonly result: TrialResult
}

/**
 * Yields the stored results first, and then each new result when its trial ends. A stopped trial yields no result. If a
 * trial fails, the other trials are stopped, and the error is thrown after they have ended. A caller that breaks out of
 * the loop over the results also stops the trials.
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
    // The error of a trial is thrown by `await work` below. The early `catch` only avoids an unhandled rejection.
    work.catch(() => undefined)
    yield* made.items()
    await work
  } finally {
    stop.abort()
    await work.catch(() => undefined)
  }
}

/**
 * Ranks the longest trial first. A trial with a finished training comes before all other trials, so that its result is
 * stored early.
 */
const rankOf = ({ work, finished }: Trial): number => (finished ? Number.POSITIVE_INFINITY : work)

/** Splits trials into trials with a stored result and trials that must be trained. */
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

/** Creates a queue: `add` appends items, `items` yields the items in order, and `close` ends the iteration. */
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
