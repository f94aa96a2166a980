/** Workers: run trainings side by side, each on backends with one thread. */
import type { Backend, Precision } from '../backends/backend.ts'
import type { Machine } from '../backends/machine.ts'

/** A worker runs one training at a time. The worker has its own backends, which are created at the first request. */
export interface TrialWorker {
  backend(precision: Precision): Promise<Backend>
}

export interface Workers {
  readonly count: number
  /** Precisions of the backends. The trainings use the first precision. */
  readonly precisions: readonly Precision[]
  /** Runs all jobs in order, as many at a time as there are workers. If a job fails, no further job is started. */
  run(jobs: readonly ((worker: TrialWorker) => Promise<void>)[]): Promise<void>
  dispose(): void
}

/** Creates as many workers as the machine has room for. */
export function workersOf({ workers, precisions, createWorkerBackend }: Machine): Workers {
  return createWorkers(workers, precisions, createWorkerBackend)
}

/** Creates workers. The function `createBackend` creates a backend with one thread. */
export function createWorkers(
  count: number,
  precisions: readonly Precision[],
  createBackend: (precision: Precision) => Promise<Backend>,
): Workers {
  const made: Promise<Backend>[] = []
  const workers = Array.from({ length: count }, (): TrialWorker => {
    const own = new Map<Precision, Promise<Backend>>()
    return {
      backend: (precision) => {
        const known = own.get(precision) ?? createBackend(precision)
        if (!own.has(precision)) made.push(known)
        own.set(precision, known)
        return known
      },
    }
  })
  return {
    count,
    precisions,
    run: async (jobs) => {
      const waiting = [...jobs]
      const work = async (worker: TrialWorker): Promise<void> => {
        for (let job = waiting.shift(); job; job = waiting.shift()) {
          try {
            await job(worker)
          } catch (error) {
            waiting.length = 0
            throw error
          }
        }
      }
      const ends = await Promise.allSettled(workers.map(work))
      for (const end of ends) if (end.status === 'rejected') throw end.reason
    },
    dispose: () => {
      for (const backend of made) backend.then((one) => one.dispose()).catch(() => undefined)
    },
  }
}
