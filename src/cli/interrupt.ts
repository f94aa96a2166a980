/** Ctrl-C: the first asks the work to stop and save, the second ends the process at once. */

/** Calls `work` with a signal that the first Ctrl-C (or SIGTERM) aborts. */
export async function interruptible<T>(work: (abort: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  try {
    return await work(controller.signal)
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
}
