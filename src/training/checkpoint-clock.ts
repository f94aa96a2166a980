/** Decides when a checkpoint is due: after every n-th step if the caller chose n, otherwise after intervals of time. */
export interface CheckpointClock {
  /** Returns true if a checkpoint is due after `step` updates. */
  isDue(step: number): boolean
  /** Runs `save` and measures its duration. Saving by time costs at most a twentieth of the run's duration. */
  time(save: () => Promise<void>): Promise<void>
}

const millisecondsBetween = 30_000
/** Shortest pause between two checkpoints by time, as a multiple of the duration of a save. */
const pausePerSave = 20

export function createCheckpointClock(every: number | undefined): CheckpointClock {
  let next = performance.now() + millisecondsBetween
  return {
    isDue: (step) => (every === undefined ? performance.now() >= next : step % every === 0),
    time: async (save) => {
      const started = performance.now()
      await save()
      const ended = performance.now()
      next = ended + Math.max(millisecondsBetween, pausePerSave * (ended - started))
    },
  }
}
