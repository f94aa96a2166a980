/**
 * Chooses how many steps a program runs in one call. Few steps per call keep the progress display and Ctrl-C
 * responsive, and many steps per call make the fixed cost of a call negligible.
 */
export interface Throughput {
  /** Number of steps that the next call should run. The first call of the program runs 1 step. */
  next(): number
  /** Calls `work`, which computes `steps` steps, and measures the duration. */
  time<T>(steps: number, work: () => Promise<T>): Promise<T>
}

/** Intended duration of one call of the program, in seconds. */
const secondsAtOnce = 0.2

export function createThroughput(most: number): Throughput {
  let secondsEach = Number.POSITIVE_INFINITY
  return {
    next: () => Math.max(1, Math.min(most, Math.floor(secondsAtOnce / secondsEach))),
    time: async (steps, work) => {
      const started = performance.now()
      const result = await work()
      secondsEach = (performance.now() - started) / 1000 / steps
      return result
    },
  }
}
