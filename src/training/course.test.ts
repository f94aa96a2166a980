import { describe, expect, it } from 'vitest'
import { courseOf } from './course.ts'

/** The losses of steps 0, 1, 2 ... that a function gives. */
const lossesOf = (count: number, lossAt: (step: number) => number) =>
  Array.from({ length: count }, (_, step) => ({ step, loss: lossAt(step) }))

/** Differences between batches, of at most 0.05. */
const noise = (step: number): number => 0.05 * Math.sin(17 * step)

describe('The course of a training', () => {
  it('is rising if the loss rises from the first steps on', () => {
    expect(courseOf(lossesOf(6, (step) => 2 * 10 ** step))).toEqual({ kind: 'rising', factor: 1e5 })
    expect(courseOf(lossesOf(3, (step) => 1 + 4 * step))).toMatchObject({ kind: 'rising' })
  })

  it('is not rising if a high loss passes', () => {
    expect(courseOf(lossesOf(100, (step) => (step === 3 ? 9 : 1 + noise(step))))).toEqual({ kind: 'other' })
  })

  it('is falling if the loss falls steeply at the end', () => {
    expect(courseOf(lossesOf(200, (step) => Math.exp(-step / 100) + noise(step) / 10))).toEqual({ kind: 'falling' })
    expect(courseOf(lossesOf(200, (step) => 3 - step / 100 + noise(step)))).toEqual({ kind: 'falling' })
  })

  it('is flat if the loss has stayed near its lowest level since the first half', () => {
    const course = courseOf(lossesOf(400, (step) => 0.4 + 2 * Math.exp(-step / 20) + noise(step)))
    expect(course).toMatchObject({ kind: 'flat', since: 80 })
    expect(course.kind === 'flat' && course.level).toBeCloseTo(0.4, 1)
  })

  it('is not flat if a low loss still halves in the second half', () => {
    const course = courseOf(
      lossesOf(400, (step) => 0.05 + 0.1 * Math.max(0, 1 - step / 300) + 2 * Math.exp(-step / 20)),
    )
    expect(course.kind).not.toBe('flat')
  })

  it('ignores single high losses', () => {
    const spiky = lossesOf(400, (step) => (step % 90 === 5 ? 1e6 : 0.4 + 2 * Math.exp(-step / 20)))
    expect(courseOf(spiky.slice(10))).toMatchObject({ kind: 'flat' })
  })

  it('is unknown for a loss that never falls, and for few losses', () => {
    expect(courseOf(lossesOf(300, (step) => 2.3 + noise(step)))).toEqual({ kind: 'other' })
    expect(courseOf(lossesOf(12, (step) => 1 / (1 + step)))).toEqual({ kind: 'other' })
    expect(courseOf([])).toEqual({ kind: 'other' })
  })
})
