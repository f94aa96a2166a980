/** Stores of trial results, so that no training is repeated. */
import type { TrialResult } from './result.ts'
import type { Trial } from './trial.ts'

/** A store of trial results. The type `Key` is the part of a trial that identifies the trial in the store. */
export interface TrialStore<T extends Trial, Key = T> {
  /** Whether a result of the trial is stored. A result whose weights are missing counts as stored. */
  has(key: Key): boolean
  /** Returns the stored result of a trial, or undefined if the trial has not been trained or must be repeated. */
  find(trial: T): Promise<TrialResult | undefined>
  save(trial: T, result: TrialResult): Promise<void>
}

/** Creates a store in memory, which lasts until the process ends. */
export function memoryStore<T extends Trial & Key, Key>(textOf: (key: Key) => string): TrialStore<T, Key> {
  const results = new Map<string, TrialResult>()
  return {
    has: (key) => results.has(textOf(key)),
    find: async (trial) => results.get(textOf(trial)),
    save: async (trial, result) => void results.set(textOf(trial), result),
  }
}
