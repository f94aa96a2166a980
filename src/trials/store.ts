/** Where results are kept, so that no training is made twice. */
import type { TrialResult } from './result.ts'
import type { Trial } from './trial.ts'

/** `Key`: what of a trial tells it apart from the others of its store. */
export interface TrialStore<T extends Trial, Key = T> {
  /** Whether the trial was made, if its weights are gone or not. */
  has(key: Key): boolean
  /** Undefined where it wasn't made, and where it has to be made again. */
  find(trial: T): Promise<TrialResult | undefined>
  save(trial: T, result: TrialResult): Promise<void>
}

/** For as long as the process lasts. */
export function memoryStore<T extends Trial & Key, Key>(textOf: (key: Key) => string): TrialStore<T, Key> {
  const results = new Map<string, TrialResult>()
  return {
    has: (key) => results.has(textOf(key)),
    find: async (trial) => results.get(textOf(trial)),
    save: async (trial, result) => void results.set(textOf(trial), result),
  }
}
