import { afterEach, describe, expect, it, vi } from 'vitest'
import { interruptible } from './interrupt.ts'

/** Sends SIGINT at these times, in milliseconds, to work that takes five seconds and ignores the request to stop. */
const press = (...times: readonly number[]) => send(times.map((time) => [time, 'SIGINT']))

/**
 * Sends any signals at their times, in milliseconds, to work that takes five seconds and ignores the request to stop.
 */
async function send(
  signals: readonly (readonly [time: number, signal: NodeJS.Signals])[],
): Promise<{ aborted: boolean; stops: number; exits: unknown[] }> {
  vi.useFakeTimers()
  const exits: unknown[] = []
  vi.spyOn(process, 'exit').mockImplementation((status) => {
    exits.push(status)
    throw new Error('the process would have ended here')
  })
  const emit = (signal: NodeJS.Signals): void => {
    try {
      process.emit(signal)
    } catch {}
  }
  for (const [time, signal] of signals) setTimeout(() => emit(signal), time)
  let stops = 0
  const work = (abort: AbortSignal, listen: () => void) =>
    new Promise<boolean>((resolve) => {
      listen()
      setTimeout(() => resolve(abort.aborted), 5000)
    })
  const ended = interruptible(work, () => stops++)
  await vi.advanceTimersByTimeAsync(5000)
  return { aborted: await ended, stops, exits }
}

describe('Ctrl-C', () => {
  afterEach(() => {
    vi.restoreAllMocks()
    vi.useRealTimers()
  })

  it('asks the work to stop, and calls onStop once', async () => {
    expect(await press(100)).toEqual({ aborted: true, stops: 1, exits: [] })
    expect(await press()).toEqual({ aborted: false, stops: 0, exits: [] })
  })

  it('ends the process when Ctrl-C is pressed a second time', async () => {
    expect(await press(100, 1000)).toEqual({ aborted: true, stops: 1, exits: [130] })
  })

  it('counts as one press if npm forwards the signal that the terminal has already sent', async () => {
    expect(await press(100, 105)).toEqual({ aborted: true, stops: 1, exits: [] })
  })

  it('does not end the process if npm forwards the signal after the work has stopped', async () => {
    vi.useFakeTimers()
    const before = process.listenerCount('SIGINT')
    const work = (abort: AbortSignal, listen: () => void) => {
      listen()
      return new Promise<void>((resolve) => abort.addEventListener('abort', () => resolve(), { once: true }))
    }
    setTimeout(() => process.emit('SIGINT'), 100)
    const ended = interruptible(work)
    await vi.advanceTimersByTimeAsync(100)
    await ended
    await vi.advanceTimersByTimeAsync(5)
    // Without a listener, the signal would end the process.
    expect(process.emit('SIGINT')).toBe(true)
    await vi.advanceTimersByTimeAsync(1000)
    expect(process.listenerCount('SIGINT')).toBe(before)
  })

  it('has no listener until the work has something to save', async () => {
    const before = process.listenerCount('SIGINT')
    let then = 0
    await interruptible(async (_, listen) => {
      then = process.listenerCount('SIGINT')
      listen()
      listen()
      expect(process.listenerCount('SIGINT')).toBe(before + 1)
    })
    expect(then).toBe(before)
  })

  it('has no listener any more when the work is done', async () => {
    const before = process.listenerCount('SIGINT')
    await press()
    expect(process.listenerCount('SIGINT')).toBe(before)
  })
})

describe('interruptible', () => {
  afterEach(() => {
    vi.restoreAllMocks()
    vi.useRealTimers()
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'asks the work to stop when %s arrives, and leaves no listener behind',
    async (signal) => {
      const before = process.listenerCount(signal)
      expect(await send([[100, signal]])).toEqual({ aborted: true, stops: 1, exits: [] })
      await vi.advanceTimersByTimeAsync(1000)
      expect(process.listenerCount(signal)).toBe(before)
    },
  )

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'does not count SIGHUP after %s as a second Ctrl-C, because a closed terminal sends SIGHUP',
    async (first) => {
      const hangups = [1000, 2000].map((time) => [time, 'SIGHUP'] as const)
      expect(await send([[100, first], ...hangups])).toEqual({ aborted: true, stops: 1, exits: [] })
    },
  )
})
