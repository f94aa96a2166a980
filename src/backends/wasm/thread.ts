/** A thread that runs programs, whatever starts it. */

/** A worker thread that answers messages. */
export interface Thread {
  post(message: unknown): void
  /** While a thread is held, the process doesn't end before it answers. */
  hold(isHeld: boolean): void
  terminate(): void
}

export interface ThreadHandlers {
  readonly onMessage: (message: unknown) => void
  readonly onError: (error: Error) => void
}

/**
 * What a worker does: loads modules onto a shared memory and runs them when told. `receive`, `send` and `collect` are
 * given.
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
