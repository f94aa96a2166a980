/** How many steps to hand over at once: so few that progress is seen and Ctrl-C is heard, so many that it costs nothing. */
export interface Throughput {
  /** How many steps the next call should do, 1 at first. */
  next(): number
  /** Does the work of so many steps and takes its time. */
  time<T>(steps: number, work: () => Promise<T>): Promise<T>
}

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
