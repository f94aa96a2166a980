/** How long a run took so far, in all its sittings. */
export interface TimeSpent {
  /** Of all of it. */
  readonly seconds: number
  /** Of the steps alone, their compilation included. */
  readonly trainingSeconds: number
  /** Of what was measured between the steps. */
  readonly measuringSeconds: number
}

export interface Stopwatch {
  soFar(): TimeSpent
  startTraining(): void
  stopTraining(): void
  /** Does work that is no part of the steps, in the middle of them. */
  measuring<T>(work: () => Promise<T>): Promise<T>
}

/** Goes on from what earlier sittings of the run took. */
export function createStopwatch(
  before: TimeSpent = { seconds: 0, trainingSeconds: 0, measuringSeconds: 0 },
): Stopwatch {
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
