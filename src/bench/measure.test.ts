import { describe, expect, it } from 'vitest'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { type Bench, quickEffort, timeTurn, turnSize, usualEffort, warmUp } from './measure.ts'

describe('turns of the bench', async () => {
  it.each([
    [20, { before: 1, steps: 7 }],
    [600, { before: 1, steps: 2 }],
    [3000, { before: 0, steps: 2 }],
  ])('turnSize gives a turn of steps of %i ms enough steps for at least seven in five rounds', (milliseconds, size) => {
    expect(turnSize(usualEffort, milliseconds)).toEqual(size)
  })

  it('turnSize gives all seven steps to a single round, and never more steps than requested', () => {
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

  it('timeRound runs the untimed steps of a turn before the timed steps', async () => {
    let calls = 0
    expect(await timeTurn(bench, () => calls++, { before: 1, steps: 4 })).toBeGreaterThanOrEqual(0)
    expect(calls).toBe(5)
  })

  it('warmUp runs the requested number of steps, but stops at the time limit', async () => {
    let calls = 0
    await warmUp(bench, () => calls++)
    expect(calls).toBe(quickEffort.warmUpSteps)
    await warmUp({ ...bench, effort: { ...usualEffort, longestWarmUp: 0 } }, () => calls++)
    expect(calls).toBe(quickEffort.warmUpSteps)
  })
})
