/**
 * A comparison's folder: `comparison.json` says what is compared and how, `trials.jsonl` has a line for each finished
 * training, `result.json` what came out. Node only.
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
  /** That it took before. */
  readonly seconds: number
  /** Told once, before the first trial. */
  begin(): void
  find(trial: ComparisonKey & { readonly id: string }): TrialResult | undefined
  /** `spent`: seconds that the comparison took so far, in all its sittings. */
  save(trial: ComparisonKey, result: TrialResult, spent: number): void
  /** Adds what came out, where it had begun and there is no result yet. */
  finish(result: object): void
  /** Lets go of the folder, however the comparison ended. */
  close(): void
}

const keyOf = ({ family, depth, seed }: ComparisonKey): string => `${depth} ${seed} ${family}`

const codec: LineCodec<ComparisonLine> = { encode: encodeComparisonLine, decode: decodeComparisonLine, keyOf }

/**
 * A new comparison's folder, which nothing is written to before `begin`. Throws a `run` error where there is work already;
 * its functions throw a `disk` error where nothing can be written, a `run` error where another process is at work there.
 */
export function createComparisonFolder(folder: string, description: ComparisonDescription): ComparisonFolder {
  return folderOf(createTrialsFolder(folder, 'comparison', codec), description, 0)
}

export interface ComparisonToResume {
  readonly folder: string
  readonly lock: Lock
  readonly comparison: ComparisonDescription
  /** It has come to its end, and nothing but its answer is asked for. */
  readonly isOver: boolean
}

/**
 * The folder of a comparison that goes on. The caller has the lock, which `close` releases. Nothing is changed before
 * `begin`. `notes`: what was broken, a sentence each; its trials are made again.
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
    save: ({ family, depth, seed }, result, spent) => {
      const { work, steps, seconds, losses, scores, diverged, whole } = result
      assertInvariant(whole !== undefined, 'a trial of a comparison that was scored in part')
      const stored = { work, steps, seconds, losses, scores, diverged, whole }
      trials.save(() => ({ family, depth, seed, result: stored, spent }))
    },
    finish: trials.finish,
    close: trials.close,
  }
}
