/**
 * The folder of a comparison. `comparison.json` holds the networks and the settings. `trials.jsonl` has a line for each
 * finished training. `result.json` holds the result. Node only.
 */
import { assertInvariant } from '../support/errors.ts'
import type { TrialResult } from '../trials/result.ts'
import { type ComparisonDescription, encodeComparison } from './comparison-description.ts'
import {
  type ComparisonKey,
  type ComparisonLine,
  decodeComparisonLine,
  encodeComparisonLine,
} from './comparison-line.ts'
import type { Lock } from './run-lock.ts'
import { createTrialsFolder, type LineCodec, resumeTrialsFolder, type TrialsFolder } from './trials-folder.ts'
import { readEnd } from './work-folder.ts'

export interface ComparisonFolder {
  /** Duration of the comparison in earlier sessions, in seconds. */
  readonly seconds: number
  /** Writes the first files of the folder; called once, before the first trial. */
  begin(): void
  /** Returns the stored result of a trial, or undefined if the trial has not finished yet. */
  find(trial: ComparisonKey & { readonly id: string }): TrialResult | undefined
  /** Stores the result of a trial. `spent`: duration of the comparison so far, in seconds, summed over all sessions. */
  save(trial: ComparisonKey, result: TrialResult, spent: number): void
  /** Writes the result of the comparison, if `begin` was called and the folder has no result yet. */
  finish(result: object): void
  /** Closes the files of the folder and releases its lock; called after success, interruption and failure. */
  close(): void
}

function keyOf({ family, depth, seed, tuning }: ComparisonKey): string {
  const own = tuning === undefined ? '' : `${tuning.part} ${tuning.rate} ${tuning.steps} `
  return `${own}${depth} ${seed} ${family}`
}

const codec: LineCodec<ComparisonLine> = { encode: encodeComparisonLine, decode: decodeComparisonLine, keyOf }

/**
 * Prepares the folder of a new comparison. Nothing is written to the folder before `begin` is called. Throws a `run`
 * error if the folder already holds work. The methods of the returned object throw a `disk` error if the folder can't
 * be written, and a `run` error if another process is working in the folder.
 */
export function createComparisonFolder(folder: string, description: ComparisonDescription): ComparisonFolder {
  return folderOf(createTrialsFolder(folder, 'comparison', codec), description, 0)
}

export interface ComparisonToResume {
  readonly folder: string
  readonly lock: Lock
  readonly comparison: ComparisonDescription
  /** True if the comparison is complete. Resuming a complete comparison returns its result and trains nothing new. */
  readonly isOver: boolean
}

/**
 * Opens the folder of a comparison that is resumed. The caller must hold the lock of the folder, which `close`
 * releases. Nothing in the folder changes before `begin` is called. `notes`: a sentence about each broken line of
 * trials.jsonl, whose trial is repeated.
 */
export function resumeComparisonFolder({ folder, lock, comparison, isOver }: ComparisonToResume): {
  readonly store: ComparisonFolder
  readonly notes: readonly string[]
} {
  const { store, lines, notes } = resumeTrialsFolder({ folder, kind: 'comparison', lock, isOver }, codec)
  const seconds = Math.max(readEnd(folder)?.seconds ?? 0, ...lines.map(({ spent }) => spent))
  return { store: folderOf(store, comparison, seconds), notes }
}

function folderOf(
  trials: TrialsFolder<ComparisonLine>,
  description: ComparisonDescription,
  seconds: number,
): ComparisonFolder {
  return {
    seconds,
    begin: () => trials.begin(encodeComparison(description)),
    find: (trial) => {
      const line = trials.get(keyOf(trial))
      return line && { id: trial.id, ...line.result, snapshots: [] }
    },
    save: ({ family, depth, seed, tuning }, result, spent) => {
      const { work, steps, seconds, losses, scores, diverged, whole } = result
      const isShort = tuning?.part === 'search'
      assertInvariant(isShort || whole !== undefined, 'a whole trial of a comparison is scored on all samples')
      const stored = { work, steps, seconds, losses, scores, diverged, whole }
      trials.save(() => ({ family, depth, seed, tuning, result: stored, spent }))
    },
    finish: trials.finish,
    close: trials.close,
  }
}
