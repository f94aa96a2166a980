/** Durations of a run in seconds, summed over all sessions in which the run was started or resumed. */
export interface TimeSpent {
  /** Duration of the whole run, in seconds. */
  readonly seconds: number
  /** Duration of the training steps alone, in seconds, including their compilation. */
  readonly trainingSeconds: number
  /** Duration of the measurements between the steps, in seconds. */
  readonly measuringSeconds: number
}

/** The durations of a run before its first step. */
export const noTime: TimeSpent = { seconds: 0, trainingSeconds: 0, measuringSeconds: 0 }

export interface Stopwatch {
  /** Returns the durations of the run so far, including its earlier sessions. */
  soFar(): TimeSpent
  startTraining(): void
  stopTraining(): void
  /**
   * Calls `work`, which measures the network between two training steps, and returns its result. The time of the
   * measurement counts as measuring time and not as training time.
   */
  measuring<T>(work: () => Promise<T>): Promise<T>
}

/** Creates a stopwatch. `before`: the durations of earlier sessions of the run, to which the stopwatch adds. */
export function createStopwatch(before: TimeSpent = noTime): Stopwatch {
  const started = performance.now()
  let trainingStarted: number | undefined
  let { trainingSeconds, measuringSeconds } = before
  const secondsFrom = (time: number): number => (performance.now() - time) / 1000
  const soFar = (): TimeSpent => ({
    seconds: before.seconds + secondsFrom(started),
    trainingSeconds: trainingSeconds + (trainingStarted === undefined ? 0 : secondsFrom(trainingStarted)),
    measuringSeconds,
  })
  const startTraining = (): void => {
    trainingStarted = performance.now()
  }
  const stopTraining = (): void => {
    trainingSeconds = soFar().trainingSeconds
    trainingStarted = undefined
  }
  return {
    soFar,
    startTraining,
    stopTraining,
    measuring: async (work) => {
      stopTraining()
      const from = performance.now()
      try {
        return await work()
      } finally {
        measuringSeconds += secondsFrom(from)
        startTraining()
      }
    },
  }
}
