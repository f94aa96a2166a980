/** Handles Ctrl-C: the first Ctrl-C asks the work to stop and save, and the second Ctrl-C ends the process at once. */

/**
 * Time in milliseconds within which a second Ctrl-C counts as an echo of the first Ctrl-C. npm forwards a Ctrl-C that
 * the terminal has already sent to the process.
 */
const echo = 500

let isStopped = false

/** Whether a signal has asked any work of this process to stop. */
export const wasStopped = (): boolean => isStopped

/**
 * Calls `work` with an abort signal. The first Ctrl-C triggers the abort signal and then calls `onStop`. SIGTERM counts
 * as Ctrl-C. SIGHUP, which a closed terminal sends, counts as a first Ctrl-C but never as a second Ctrl-C.
 *
 * `work` calls `listen` once there is something to save. Before `work` calls `listen`, the system's default holds:
 * Ctrl-C ends the process at once. A signal handler could not run while the main thread plans a large network,
 * which can take minutes.
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
  // The shell and the system both send SIGHUP, one after the other, so the second SIGHUP is not a second request to
  // stop.
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
    // The work may stop before npm's echo of the signal arrives. Without a signal listener, npm's echo would end the
    // process before the answer is printed.
    if (controller.signal.aborted) setTimeout(off, firstAt + echo - performance.now()).unref()
    else off()
  }
}
