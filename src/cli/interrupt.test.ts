import { afterEach, describe, expect, it, vi } from 'vitest'
import { interruptible } from './interrupt.ts'

/** Presses Ctrl-C at these milliseconds, while work goes on for five seconds, deaf to being asked to stop. */
const press = (...times: readonly number[]) => send(times.map((time) => [time, 'SIGINT']))

/** The same with signals of any kind. */
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

  it('asks the work to stop, and tells of it once', async () => {
    expect(await press(100)).toEqual({ aborted: true, stops: 1, exits: [] })
    expect(await press()).toEqual({ aborted: false, stops: 0, exits: [] })
  })

  it('a second time ends the process', async () => {
    expect(await press(100, 1000)).toEqual({ aborted: true, stops: 1, exits: [130] })
  })

  it('counts once where npm passes on what the terminal has sent', async () => {
    expect(await press(100, 105)).toEqual({ aborted: true, stops: 1, exits: [] })
  })

  it('is not ended by that echo where the work has stopped before it comes', async () => {
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

  it('is left to the system until the work has something to save', async () => {
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

  it('is as before when the work is done', async () => {
    const before = process.listenerCount('SIGINT')
    await press()
    expect(process.listenerCount('SIGINT')).toBe(before)
  })
})

describe('a signal that asks a process to end', () => {
  afterEach(() => {
    vi.restoreAllMocks()
    vi.useRealTimers()
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '(%s) asks the work to stop, and leaves no listener',
    async (signal) => {
      const before = process.listenerCount(signal)
      expect(await send([[100, signal]])).toEqual({ aborted: true, stops: 1, exits: [] })
      await vi.advanceTimersByTimeAsync(1000)
      expect(process.listenerCount(signal)).toBe(before)
    },
  )

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '(%s) does not count as a second Ctrl-C where it is a closed terminal',
    async (first) => {
      const hangups = [1000, 2000].map((time) => [time, 'SIGHUP'] as const)
      expect(await send([[100, first], ...hangups])).toEqual({ aborted: true, stops: 1, exits: [] })
    },
  )
})
