import { describe, expect, it } from 'vitest'
import type { DiagnosisEvent, DiagnosisTrial, TrainOptions } from '../index.ts'
import { listening, listeningForEvents } from './listening.ts'

type Observer = Required<Pick<TrainOptions, 'onProgress'>>

/**
 * Reports numbers of finished steps. Returns the number of calls of `listen` after each report, and the reports that
 * were passed on.
 */
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

describe('a training', () => {
  it('listens for Ctrl-C after its first steps, not before', () => {
    expect(reported(0, 10)).toEqual({ heard: [0, 1], passedOn: [0, 10] })
  })

  it('listens for Ctrl-C after the first new steps if it resumes a run', () => {
    expect(reported(40, 50)).toEqual({ heard: [0, 1], passedOn: [40, 50] })
  })

  it('listens for Ctrl-C from its first checkpoint on', () => {
    let listens = 0
    const observer: Observer = { onProgress: () => {} }
    listening(observer, () => listens++).onCheckpoint(0, 'checkpoint-0.safetensors')
    expect(listens).toBe(1)
  })

  it('listens for Ctrl-C from the first layer of LSUV on', () => {
    const heard: number[] = []
    const passedOn: string[] = []
    const onAdjust = (done: number, layers: number): void => void passedOn.push(`${done} of ${layers}`)
    const observer = listening({ onProgress: () => {}, onAdjust }, () => heard.push(passedOn.length))
    for (const done of [0, 1]) observer.onAdjust(done, 9)
    expect({ heard, passedOn }).toEqual({ heard: [1], passedOn: ['0 of 9', '1 of 9'] })
  })
})

describe('a comparison or a diagnosis', () => {
  it('listens for Ctrl-C once a training has made a step or has ended, or a measurement begins', () => {
    const trial = {} as DiagnosisTrial
    const planning: DiagnosisEvent[] = [
      { kind: 'steps', steps: 10 },
      { kind: 'planned', trials: [trial], found: [] },
      { kind: 'started', trial },
      { kind: 'progress', trial, done: 0, losses: [] },
    ]
    const working: DiagnosisEvent[] = [
      { kind: 'progress', trial, done: 1, losses: [] },
      { kind: 'planned', trials: [], found: [trial] },
      { kind: 'finished', trial },
      { kind: 'measuring', measurement: 'precision' },
    ]
    const listensAt = (event: DiagnosisEvent): boolean => {
      const heard: string[] = []
      listeningForEvents(
        (one: DiagnosisEvent) => void heard.push(one.kind),
        () => heard.push('listen'),
      )(event)
      expect(heard.at(-1)).toBe(event.kind)
      return heard[0] === 'listen'
    }
    expect(planning.map(listensAt)).toEqual(planning.map(() => false))
    expect(working.map(listensAt)).toEqual(working.map(() => true))
  })
})
