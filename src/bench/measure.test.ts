import { describe, expect, it } from 'vitest'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { type Bench, quickEffort, timeRound, turnSize, usualEffort, warmUp } from './measure.ts'

describe('a turn', async () => {
  it.each([
    [20, { before: 1, steps: 7 }],
    [600, { before: 1, steps: 2 }],
    [3000, { before: 0, steps: 2 }],
  ])('of steps of %i ms has as many as leave seven in five rounds', (milliseconds, size) => {
    expect(turnSize(usualEffort, milliseconds)).toEqual(size)
  })

  it('has all seven where there is one round alone, and no more than asked for', () => {
    expect(turnSize({ ...usualEffort, rounds: 1 }, 600).steps).toBe(7)
    expect(turnSize(quickEffort, 600).steps).toBe(2)
  })

  const bench: Bench = {
    backend: await createWasmBackend({ threads: 'inline' }),
    threads: 2,
    exact: false,
    winograd: true,
    effort: quickEffort,
    seed: 0,
    abort: new AbortController().signal,
    onProgress: () => {},
  }

  it('does the steps that count after those that do not', async () => {
    let calls = 0
    expect(await timeRound(bench, () => calls++, { before: 1, steps: 4 })).toBeGreaterThanOrEqual(0)
    expect(calls).toBe(5)
  })

  it('is warmed up for, but no longer than is needed', async () => {
    let calls = 0
    await warmUp(bench, () => calls++)
    expect(calls).toBe(quickEffort.warmUpSteps)
    await warmUp({ ...bench, effort: { ...usualEffort, longestWarmUp: 0 } }, () => calls++)
    expect(calls).toBe(quickEffort.warmUpSteps)
  })
})
