import { describe, expect, it } from 'vitest'
import { laterRefusal } from '../../test/support/refusal.ts'
import { type Backend, type Precision, precisions } from '../backends/backend.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { createWorkers, type TrialWorker } from './workers.ts'

/** Backends that record their creation and their disposal. */
function watched() {
  const made: Precision[] = []
  const disposed: Precision[] = []
  const create = async (precision: Precision): Promise<Backend> => {
    made.push(precision)
    return { ...createReferenceBackend(), precision, dispose: () => void disposed.push(precision) }
  }
  return { made, disposed, create }
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

describe('Workers', () => {
  it('run jobs in order, one job at a time per worker', async () => {
    const workers = createWorkers(2, precisions, watched().create)
    const started: number[] = []
    let [running, most] = [0, 0]
    const job = (index: number) => async (): Promise<void> => {
      started.push(index)
      most = Math.max(most, ++running)
      for (let wait = 0; wait <= 3 - (index % 3); wait++) await turn()
      running--
    }
    await workers.run([0, 1, 2, 3, 4, 5, 6].map(job))
    expect(started).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect([running, most]).toEqual([0, 2])
    expect(workers.count).toBe(2)
  })

  it('create no backend for an empty list of jobs', async () => {
    const { create, made } = watched()
    await createWorkers(3, precisions, create).run([])
    expect(made).toEqual([])
  })

  it('create one backend per precision at the first request', async () => {
    const { create, made } = watched()
    const workers = createWorkers(1, precisions, create)
    const found: Backend[] = []
    const ask =
      (precision: Precision) =>
      async (worker: TrialWorker): Promise<void> => {
        found.push(...(await Promise.all([worker.backend(precision), worker.backend(precision)])))
      }
    await workers.run([ask('float32'), ask('float64')])
    await workers.run([ask('float32')])
    expect(made).toEqual(['float32', 'float64'])
    expect(new Set(found).size).toBe(2)
    expect(found.map(({ precision }) => precision)).toEqual([
      'float32',
      'float32',
      'float64',
      'float64',
      'float32',
      'float32',
    ])
  })

  it('have separate backends', async () => {
    const { create, made } = watched()
    const workers = createWorkers(2, precisions, create)
    const found: Backend[] = []
    const ask = async (worker: TrialWorker): Promise<void> => {
      found.push(await worker.backend('float32'))
      await turn()
    }
    await workers.run([ask, ask])
    expect(made).toHaveLength(2)
    expect(new Set(found).size).toBe(2)
  })

  it('throw the error of a job after the running jobs have ended, and start no further job', async () => {
    const workers = createWorkers(2, precisions, watched().create)
    const done: string[] = []
    const refused = await laterRefusal(() =>
      workers.run([
        async () => {
          await turn()
          throw new Error('it broke')
        },
        async () => {
          for (let wait = 0; wait < 4; wait++) await turn()
          done.push('second')
        },
        async () => void done.push('third'),
      ]),
    )
    expect(refused).toBe('Error: it broke')
    expect(done).toEqual(['second'])
    await workers.run([async () => void done.push('fourth')])
    expect(done).toEqual(['second', 'fourth'])
  })

  it('dispose of all backends, including backends that are still being created', async () => {
    const { create, disposed } = watched()
    const workers = createWorkers(2, precisions, create)
    await workers.run([async (worker) => void (await worker.backend('float64'))])
    let pending: Promise<Backend> | undefined
    await workers.run([
      async (worker) => {
        pending = worker.backend('float32')
      },
    ])
    workers.dispose()
    await pending
    await turn()
    expect(disposed.sort()).toEqual(['float32', 'float64'])
  })

  it('dispose of the existing backends if another backend could not be created', async () => {
    const { create, disposed } = watched()
    const workers = createWorkers(1, precisions, (precision) =>
      precision === 'float64' ? Promise.reject(new Error('no memory')) : create(precision),
    )
    await workers.run([async (worker) => void (await worker.backend('float32'))])
    expect(await laterRefusal(() => workers.run([async (worker) => void (await worker.backend('float64'))]))).toBe(
      'Error: no memory',
    )
    workers.dispose()
    await turn()
    expect(disposed).toEqual(['float32'])
  })
})
