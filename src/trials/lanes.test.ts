import { describe, expect, it } from 'vitest'
import { laterRefusal } from '../../test/support/refusal.ts'
import type { Backend, Precision } from '../backends/backend.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { createLanes, type Lane } from './lanes.ts'

/** Backends that say when they were made and disposed of. */
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

describe('lanes', () => {
  it('do jobs in their order, so many at a time', async () => {
    const lanes = createLanes(2, watched().create)
    const started: number[] = []
    let [running, most] = [0, 0]
    const job = (index: number) => async (): Promise<void> => {
      started.push(index)
      most = Math.max(most, ++running)
      for (let wait = 0; wait <= 3 - (index % 3); wait++) await turn()
      running--
    }
    await lanes.run([0, 1, 2, 3, 4, 5, 6].map(job))
    expect(started).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect([running, most]).toEqual([0, 2])
    expect(lanes.count).toBe(2)
  })

  it('do nothing where there is nothing to do', async () => {
    const { create, made } = watched()
    await createLanes(3, create).run([])
    expect(made).toEqual([])
  })

  it('make a backend of each precision once, when it is first asked for', async () => {
    const { create, made } = watched()
    const lanes = createLanes(1, create)
    const found: Backend[] = []
    const ask =
      (precision: Precision) =>
      async (lane: Lane): Promise<void> => {
        found.push(...(await Promise.all([lane.backend(precision), lane.backend(precision)])))
      }
    await lanes.run([ask('float32'), ask('float64')])
    await lanes.run([ask('float32')])
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

  it('have backends of their own', async () => {
    const { create, made } = watched()
    const lanes = createLanes(2, create)
    const found: Backend[] = []
    const ask = async (lane: Lane): Promise<void> => {
      found.push(await lane.backend('float32'))
      await turn()
    }
    await lanes.run([ask, ask])
    expect(made).toHaveLength(2)
    expect(new Set(found).size).toBe(2)
  })

  it('throw what a job throws once the others have ended, and start no more', async () => {
    const lanes = createLanes(2, watched().create)
    const done: string[] = []
    const refused = await laterRefusal(() =>
      lanes.run([
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
    await lanes.run([async () => void done.push('fourth')])
    expect(done).toEqual(['second', 'fourth'])
  })

  it('dispose of all backends that were made, and of those that are being made', async () => {
    const { create, disposed } = watched()
    const lanes = createLanes(2, create)
    await lanes.run([async (lane) => void (await lane.backend('float64'))])
    let pending: Promise<Backend> | undefined
    await lanes.run([
      async (lane) => {
        pending = lane.backend('float32')
      },
    ])
    lanes.dispose()
    await pending
    await turn()
    expect(disposed.sort()).toEqual(['float32', 'float64'])
  })

  it('dispose of what there is where a backend could not be made', async () => {
    const { create, disposed } = watched()
    const lanes = createLanes(1, (precision) =>
      precision === 'float64' ? Promise.reject(new Error('no memory')) : create(precision),
    )
    await lanes.run([async (lane) => void (await lane.backend('float32'))])
    expect(await laterRefusal(() => lanes.run([async (lane) => void (await lane.backend('float64'))]))).toBe(
      'Error: no memory',
    )
    lanes.dispose()
    await turn()
    expect(disposed).toEqual(['float32'])
  })
})
