/** Ends work that an abort signal stops, without an error. */

/** Calls `work` and returns its result, or returns undefined if the caller aborts before or during the work. */
export async function unlessStopped<T>(abort: AbortSignal | undefined, work: () => Promise<T>): Promise<T | undefined> {
  try {
    abort?.throwIfAborted()
    return await work()
  } catch (error) {
    if (abort?.aborted && error === abort.reason) return undefined
    throw error
  }
}
