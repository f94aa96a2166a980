/**
 * The folder of a prescription. `prescription.json` holds the network, the settings and the measured costs.
 * `trials.jsonl` has a line for each finished training. `result.json` holds the result. Node only.
 */
import type { PrescriptionTrial } from '../prescription/trainings.ts'
import type { TrialResult } from '../trials/result.ts'
import { encodePrescription, type PrescriptionDescription } from './prescription-description.ts'
import { decodePrescriptionLine, encodePrescriptionLine, type PrescriptionLine } from './prescription-line.ts'
import type { Lock } from './run-lock.ts'
import { createTrialsFolder, type LineCodec, resumeTrialsFolder, type TrialsFolder } from './trials-folder.ts'
import { readEnd } from './work-folder.ts'

export type PrescriptionCosts = PrescriptionDescription['costs']

export interface PrescriptionFolder {
  /** Duration of the prescription in earlier sessions, in seconds. */
  readonly seconds: number
  /** Costs that an earlier session measured. */
  readonly costs?: PrescriptionCosts
  /** Writes the first files of the folder; called once, before the first trial. */
  begin(costs: PrescriptionCosts): void
  /** Returns the stored result of a trial, or undefined if the trial has not finished yet. */
  find(trial: PrescriptionTrial): TrialResult | undefined
  /** Stores the result of a trial. `spent`: duration so far, in seconds, summed over all sessions. */
  save(trial: PrescriptionTrial, result: TrialResult, spent: number): void
  /** Writes the result of the prescription, if `begin` was called and the folder has no result yet. */
  finish(result: object): void
  /** Closes the files of the folder and releases its lock; called after success, interruption and failure. */
  close(): void
}

const codec: LineCodec<PrescriptionLine> = {
  encode: encodePrescriptionLine,
  decode: decodePrescriptionLine,
  keyOf: ({ id }) => id,
}

/**
 * Prepares the folder of a new prescription. Nothing is written to the folder before `begin` is called. Throws a `run`
 * error if the folder already holds work. The methods of the returned object throw a `disk` error if the folder can't be
 * written, and a `run` error if another process is working in the folder.
 */
export function createPrescriptionFolder(
  folder: string,
  description: Omit<PrescriptionDescription, 'costs'>,
): PrescriptionFolder {
  return folderOf(createTrialsFolder(folder, 'prescription', codec), description, 0)
}

export interface PrescriptionToResume {
  readonly folder: string
  readonly lock: Lock
  readonly prescription: PrescriptionDescription
  /** True if the prescription is complete. Resuming a complete prescription returns its result and trains nothing new. */
  readonly isOver: boolean
}

/**
 * Opens the folder of a prescription that is resumed. The caller must hold the lock of the folder, which `close` releases.
 * Nothing in the folder changes before `begin` is called. `notes`: a sentence about each broken line of trials.jsonl,
 * whose trial is repeated.
 */
export function resumePrescriptionFolder({ folder, lock, prescription, isOver }: PrescriptionToResume): {
  readonly store: PrescriptionFolder
  readonly notes: readonly string[]
} {
  const { store, lines, notes } = resumeTrialsFolder({ folder, kind: 'prescription', lock, isOver }, codec)
  const seconds = Math.max(readEnd(folder)?.seconds ?? 0, ...lines.map(({ spent }) => spent))
  return { store: { ...folderOf(store, prescription, seconds), costs: prescription.costs }, notes }
}

function folderOf(
  trials: TrialsFolder<PrescriptionLine>,
  description: Omit<PrescriptionDescription, 'costs'>,
  seconds: number,
): PrescriptionFolder {
  return {
    seconds,
    begin: (costs) => trials.begin(encodePrescription({ ...description, costs })),
    find: ({ id }) => {
      const line = trials.get(id)
      return line && { id, ...line.result, snapshots: [] }
    },
    save: ({ id, candidate, part, rate, seed }, result, spent) => {
      const { work, steps, seconds: own, losses, scores, diverged } = result
      const stored = { work, steps, seconds: own, losses, scores, diverged }
      trials.save(() => ({ id, candidate, part, rate, seed, result: stored, spent }))
    },
    finish: trials.finish,
    close: trials.close,
  }
}
