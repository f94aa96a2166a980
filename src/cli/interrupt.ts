/** Ctrl-C: the first asks the work to stop and save, the second ends the process at once. */

/** npm passes on a Ctrl-C that the terminal has sent already: milliseconds in which a second one is the first's echo. */
const echo = 500

let isStopped = false

/** Whether a signal has asked any work of this process to stop. */
export const wasStopped = (): boolean => isStopped

/**
 * Calls `work` with a signal that the first Ctrl-C aborts; `onStop` is told of it. SIGTERM counts as Ctrl-C. SIGHUP, of a
 * closed terminal, counts as a first one alone.
 *
 * `work` calls `listen` once there is something to save. Until then Ctrl-C ends the process at once, as the system does by
 * default: a handler has to wait for its turn, which planning a large network may not give it for minutes.
 */
export async function interruptible<T>(
  work: (abort: AbortSignal, listen: () => void) => Promise<T>,
  onStop?: () => void,
): Promise<T> {
  const controller = new AbortController()
  let firstAt = 0
  const stop = (): void => {
    firstAt = performance.now()
    isStopped = true
    controller.abort()
    onStop?.()
  }
  const press = (): void => {
    if (!controller.signal.aborted) stop()
    else if (performance.now() - firstAt > echo) process.exit(130)
  }
  // The shell and the system both send it, one after the other: nobody has asked twice.
  const hangUp = (): void => {
    if (!controller.signal.aborted) stop()
  }
  let isListening = false
  const listen = (): void => {
    if (isListening) return
    isListening = true
    process.on('SIGINT', press)
    process.on('SIGTERM', press)
    process.on('SIGHUP', hangUp)
  }
  try {
    return await work(controller.signal, listen)
  } finally {
    const off = (): void => {
      process.off('SIGINT', press)
      process.off('SIGTERM', press)
      process.off('SIGHUP', hangUp)
    }
    // Work may stop before the echo comes, which would then end the process with its answer unprinted.
    if (controller.signal.aborted) setTimeout(off, firstAt + echo - performance.now()).unref()
    else off()
  }
}
