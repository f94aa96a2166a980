import { describe, expect, it } from 'vitest'
import type { TrainOptions } from '../index.ts'
import { listening } from './listening.ts'

type Observer = Required<Pick<TrainOptions, 'onProgress'>>

/** How often it has begun to listen after each report of steps done. */
function reported(...steps: readonly number[]): { heard: number[]; passedOn: number[] } {
  let listens = 0
  const passedOn: number[] = []
  const observer: Observer = { onProgress: (done) => void passedOn.push(done) }
  const { onProgress } = listening(observer, () => listens++)
  const heard = steps.map((done) => {
    onProgress(done, 100, [])
    return listens
  })
  return { heard, passedOn }
}

describe('a training listens for Ctrl-C', () => {
  it('after its first steps, not before them', () => {
    expect(reported(0, 10)).toEqual({ heard: [0, 1], passedOn: [0, 10] })
  })

  it('after the first steps of its own where it goes on with a run', () => {
    expect(reported(40, 50)).toEqual({ heard: [0, 1], passedOn: [40, 50] })
  })

  it('from its first checkpoint on', () => {
    let listens = 0
    const observer: Observer = { onProgress: () => {} }
    listening(observer, () => listens++).onCheckpoint(0, 'checkpoint-0.safetensors')
    expect(listens).toBe(1)
  })
})
