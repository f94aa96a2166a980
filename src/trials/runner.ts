/** Runs trials side by side, the longest first. */
import type { Trial, TrialEvent } from './events.ts'
import type { TrialResult } from './result.ts'
import { runTrial, type TrialResolver } from './run-trial.ts'
import type { TrialWorker, Workers } from './workers.ts'

export interface RunnerOptions<T extends Trial> {
  readonly workers: Workers
  readonly resolver: TrialResolver
  /** Stops the trainings under way, and starts no more. */
  readonly signal?: AbortSignal
  readonly onEvent?: (event: TrialEvent<T>) => void
}

export interface FinishedTrial<T extends Trial> {
  readonly trial: T
  readonly result: TrialResult
}

/**
 * The results as they come; a trial that was stopped has none. An error of one stops all others and is thrown once they have
 * ended, and so does a reader who breaks off.
 */
export async function* runTrials<T extends Trial>(
  trials: readonly T[],
  { workers, resolver, signal, onEvent }: RunnerOptions<T>,
): AsyncGenerator<FinishedTrial<T>, void, undefined> {
  onEvent?.({ kind: 'planned', trials })
  const stop = new AbortController()
  const stopped = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
  const made = createQueue<FinishedTrial<T>>()

  const run = async (trial: T, worker: TrialWorker): Promise<void> => {
    if (stopped.aborted) return
    onEvent?.({ kind: 'started', trial })
    const result = await runTrial(trial, {
      backend: await worker.backend(trial.precision),
      resolver,
      signal: stopped,
      onProgress: (done, losses) => onEvent?.({ kind: 'progress', trial, done, losses }),
    })
    onEvent?.({ kind: 'finished', trial, result })
    if (result) made.add({ trial, result })
  }
  const jobs = trials
    .toSorted((one, other) => other.work - one.work)
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

/** What one part adds and another takes, in order, until the first closes it. */
function createQueue<Item>() {
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
