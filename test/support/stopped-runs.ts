/** What a `kill -9` would leave of a run, and what is to come of it all the same. */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Run } from '../../src/index.ts'
import type { Observer } from '../../src/training/observers.ts'

/** Copies the run's folder after these steps, each time into a folder of its own. */
export function copyAfter(steps: readonly number[], folder: string, copyOf: (step: number) => string): Observer {
  return {
    every: 1,
    observe: ({ step }) => {
      if (!steps.includes(step)) return
      cpSync(folder, copyOf(step), { recursive: true })
      // Its process lives on here.
      rmSync(join(copyOf(step), 'lock'))
    },
  }
}

/** What came out, but for the time and the memory that it took. */
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
