/** When a checkpoint is due: every so many steps where that was asked for, or else by time. */
export interface CheckpointClock {
  /** After so many steps. */
  isDue(step: number): boolean
  /** Does the saving, and takes its time: it may cost a twentieth of the run's at most. */
  time(save: () => Promise<void>): Promise<void>
}

const millisecondsBetween = 30_000
const leastShare = 20

export function createCheckpointClock(every: number | undefined): CheckpointClock {
  let next = performance.now() + millisecondsBetween
  return {
    isDue: (step) => (every === undefined ? performance.now() >= next : step % every === 0),
    time: async (save) => {
      const started = performance.now()
      await save()
      const ended = performance.now()
      next = ended + Math.max(millisecondsBetween, leastShare * (ended - started))
    },
  }
}
