/** Trainings side by side, each on a core of its own. */
import type { Backend, Precision } from '../backends/backend.ts'

/** A core's own backends, made when they are first asked for. */
export interface Lane {
  backend(precision: Precision): Promise<Backend>
}

export interface Lanes {
  readonly count: number
  /** Does all jobs, as many at a time as there are lanes, in their order. What one throws ends the others that wait. */
  run(jobs: readonly ((lane: Lane) => Promise<void>)[]): Promise<void>
  dispose(): void
}

export function createLanes(count: number, create: (precision: Precision) => Promise<Backend>): Lanes {
  const made: Promise<Backend>[] = []
  const lanes = Array.from({ length: count }, (): Lane => {
    const own = new Map<Precision, Promise<Backend>>()
    return {
      backend: (precision) => {
        const known = own.get(precision) ?? create(precision)
        if (!own.has(precision)) made.push(known)
        own.set(precision, known)
        return known
      },
    }
  })
  return {
    count,
    run: async (jobs) => {
      const waiting = [...jobs]
      const work = async (lane: Lane): Promise<void> => {
        for (let job = waiting.shift(); job; job = waiting.shift()) {
          try {
            await job(lane)
          } catch (error) {
            waiting.length = 0
            throw error
          }
        }
      }
      const ends = await Promise.allSettled(lanes.map(work))
      for (const end of ends) if (end.status === 'rejected') throw end.reason
    },
    dispose: () => {
      for (const backend of made) backend.then((one) => one.dispose()).catch(() => undefined)
    },
  }
}
