/** Ctrl-C: the first asks the work to stop and save, the second ends the process at once. */

/** npm passes on a Ctrl-C that the terminal has sent already: milliseconds in which a second one is the first's echo. */
const echo = 500

let isStopped = false

/** Whether a signal has asked any work of this process to stop. */
export const wasStopped = (): boolean => isStopped

/** Calls `work` with a signal that the first Ctrl-C (or SIGTERM) aborts; `onStop` is told of it. */
export async function interruptible<T>(work: (abort: AbortSignal) => Promise<T>, onStop?: () => void): Promise<T> {
  const controller = new AbortController()
  let firstAt = 0
  const stop = (): void => {
    if (!controller.signal.aborted) {
      firstAt = performance.now()
      isStopped = true
      controller.abort()
      onStop?.()
    } else if (performance.now() - firstAt > echo) process.exit(130)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  try {
    return await work(controller.signal)
  } finally {
    const off = (): void => {
      process.off('SIGINT', stop)
      process.off('SIGTERM', stop)
    }
    // Work may stop before the echo comes, which would then end the process with its answer unprinted.
    if (controller.signal.aborted) setTimeout(off, firstAt + echo - performance.now()).unref()
    else off()
  }
}
