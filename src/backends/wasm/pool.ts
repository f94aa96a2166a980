/**
 * Pools of threads that run programs. The programs of a pool run one after the other, each on all threads of the pool.
 */
import { IsobathError } from '../../support/errors.ts'
import { collectGarbage, startThread } from './platform.ts'
import type { Thread } from './thread.ts'

export interface Pool {
  readonly threads: number
  load(program: number, module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<void>
  run(program: number, first: number, count: number): Promise<void>
  unload(program: number): void
  /**
   * Frees the memory of unloaded programs at once. Without this call, the garbage collector may free the memory much
   * later.
   */
  collect(): Promise<void>
  dispose(): void
}

interface Pending {
  left: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** Makes the error for calls on a disposed pool, and for calls that the disposal of the pool interrupts. */
const disposedOf = (): IsobathError =>
  new IsobathError(
    'option',
    'machine: the machine was disposed of before its work was finished. Dispose of a machine after all its work has ended.',
  )

function parseAnswer(message: unknown): { ticket: number; failure?: string } {
  const answer = message as { kind: string; ticket: number; reason?: string }
  return answer.kind === 'failed' ? { ticket: answer.ticket, failure: answer.reason } : { ticket: answer.ticket }
}

/**
 * Makes a pool of `count` worker threads. Every message to the pool goes to all threads, and every thread answers the
 * message.
 */
export async function createThreadPool(count: number): Promise<Pool> {
  const pending = new Map<number, Pending>()
  let nextTicket = 0
  let threads: Thread[] = []
  let isDisposed = false
  const settle = (): void => {
    if (pending.size === 0) for (const thread of threads) thread.hold(false)
  }
  const fail = (error: Error): void => {
    for (const { reject } of pending.values()) reject(error)
    pending.clear()
    settle()
  }
  const onMessage = (message: unknown): void => {
    const { ticket, failure } = parseAnswer(message)
    if (failure !== undefined) {
      fail(new IsobathError('internal', `a worker thread failed: ${failure}`))
      return
    }
    const entry = pending.get(ticket)
    if (!entry || --entry.left > 0) return
    pending.delete(ticket)
    settle()
    entry.resolve()
  }
  threads = await Promise.all(Array.from({ length: count }, () => startThread({ onMessage, onError: fail })))
  const ask = (message: (thread: number) => object): Promise<void> =>
    new Promise((resolve, reject) => {
      if (isDisposed) return reject(disposedOf())
      const ticket = nextTicket++
      if (pending.size === 0) for (const thread of threads) thread.hold(true)
      pending.set(ticket, { left: count, resolve, reject })
      threads.forEach((thread, index) => {
        thread.post({ ...message(index), ticket })
      })
    })
  return {
    threads: count,
    load: (program, module, memory) => ask(() => ({ kind: 'load', program, module, memory })),
    run: (program, first, steps) =>
      ask((thread) => ({ kind: 'run', program, thread, threads: count, first, count: steps })),
    unload: (program) => {
      for (const thread of threads) thread.post({ kind: 'unload', program })
    },
    collect: async () => {
      await collectGarbage()
      await ask(() => ({ kind: 'collect' }))
    },
    dispose: () => {
      isDisposed = true
      for (const thread of threads) thread.terminate()
      fail(disposedOf())
    },
  }
}

type RunSteps = (thread: number, threads: number, first: number, count: number) => void

/**
 * Makes a pool that runs programs in the calling thread, for small programs, tests, and pages that may not share
 * memory.
 */
export function createInlinePool(): Pool {
  const programs = new Map<number, RunSteps>()
  let isDisposed = false
  return {
    threads: 1,
    load: async (program, module, memory) => {
      if (isDisposed) throw disposedOf()
      const instance = await WebAssembly.instantiate(module, { environment: { memory, now: () => performance.now() } })
      programs.set(program, instance.exports.run as RunSteps)
    },
    run: async (program, first, count) => {
      if (isDisposed) throw disposedOf()
      programs.get(program)?.(0, 1, first, count)
    },
    unload: (program) => {
      programs.delete(program)
    },
    collect: collectGarbage,
    dispose: () => {
      isDisposed = true
      programs.clear()
    },
  }
}
