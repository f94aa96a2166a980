/** Decides when a checkpoint is due: after every n-th step if the caller gave n, and otherwise after a certain time. */
export interface CheckpointClock {
  /** Returns true if a checkpoint is due after `step` updates. */
  isDue(step: number): boolean
  /**
   * Runs `save` and measures its duration. Saving time-based checkpoints takes at most a twentieth of the run's
   * duration.
   */
  time(save: () => Promise<void>): Promise<void>
}

const millisecondsBetween = 30_000
/** Shortest pause between two time-based checkpoints, as a multiple of the time that saving one checkpoint takes. */
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
