/** Copies of run folders as a `kill -9` would leave them, and the expected outcome after resuming. */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Run } from '../../src/index.ts'
import type { Observer } from '../../src/training/observers.ts'

/** Copies the folder of a run after each of these steps into a separate folder. */
export function copyAfter(steps: readonly number[], folder: string, copyOf: (step: number) => string): Observer {
  return {
    every: 1,
    observe: ({ step }) => {
      if (!steps.includes(step)) return
      cpSync(folder, copyOf(step), { recursive: true })
      // The copied lock is removed, because the process that holds the lock is still running.
      rmSync(join(copyOf(step), 'lock'))
    },
  }
}

/** Returns the result of a run without durations, memory and folder. */
export function outcome({
  seconds,
  trainingSeconds,
  measuringSeconds,
  scoringSeconds,
  memoryBytes,
  run,
  ...rest
}: Run): object {
  return rest
}
