/** Threads that run programs, independent of the platform that starts them. */

/** A worker thread that answers messages. */
export interface Thread {
  post(message: unknown): void
  /** Holds or releases the thread. The process does not end before a held thread has answered. */
  hold(isHeld: boolean): void
  terminate(): void
}

export interface ThreadHandlers {
  readonly onMessage: (message: unknown) => void
  readonly onError: (error: Error) => void
}

/**
 * Source code of a worker thread, which loads modules onto a shared memory and runs them on request. The platform's own
 * code defines the functions `receive`, `send` and `collect` before the worker's code.
 */
export const workerBody = `
  const programs = new Map()
  const now = () => performance.now()
  receive((message) => {
    try {
      if (message.kind === 'load') {
        const instance = new WebAssembly.Instance(message.module, { environment: { memory: message.memory, now } })
        programs.set(message.program, instance.exports.run)
        send({ kind: 'loaded', ticket: message.ticket })
      } else if (message.kind === 'unload') {
        programs.delete(message.program)
      } else if (message.kind === 'collect') {
        collect()
        send({ kind: 'collected', ticket: message.ticket })
      } else {
        programs.get(message.program)(message.thread, message.threads, message.first, message.count)
        send({ kind: 'done', ticket: message.ticket })
      }
    } catch (error) {
      send({ kind: 'failed', ticket: message.ticket, reason: String(error) })
    }
  })`
