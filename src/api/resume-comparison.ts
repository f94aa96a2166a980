/** Goes on with a comparison that was interrupted (Node only). */
import type { Dataset } from '../data/dataset.ts'
import type { RunDescription } from '../runs/run-description.ts'
import type { Lock } from '../runs/run-lock.ts'
import {
  type Comparison,
  type ComparisonEvent,
  type ComparisonRequest,
  carryOutComparison,
} from './carry-out-comparison.ts'
import { checkCall, checkPath, namesOf } from './check-call.ts'
import { referenceOf } from './data-reference.ts'
import { runFiles } from './node.ts'
import { refuseOtherData, refuseOtherMode } from './resume-checks.ts'
import { networkOfRun } from './saved-models.ts'
import {
  askedMode,
  checkMachineChoice,
  type MachineChoice,
  machineChoice,
  resumedMachine,
  withMachine,
} from './with-machine.ts'

export interface ResumeComparisonOptions extends MachineChoice {
  /** The comparison's data set; its hash is compared. */
  readonly data: Dataset
  /** Stops it; the rows of trainings that have ended are given. */
  readonly abort?: AbortSignal
  /** Told of what is there and what will be trained, of each training on its way, and what a user should know. */
  readonly onEvent?: (event: ComparisonEvent) => void
}

const optionNames = namesOf<ResumeComparisonOptions>({ ...machineChoice, data: true, abort: true, onEvent: true })

/** What a comparison's folder says of it, whether it has ended or not. */
export interface ComparisonFacts {
  readonly families: readonly { readonly name: string; readonly label: string }[]
  readonly depths: readonly number[]
  readonly seeds: readonly number[]
  /** The set's name, the hash of its samples, and the options it was loaded with. */
  readonly data: RunDescription['data']
}

/** Reads comparison.json alone. Throws a `run` error. */
export async function readComparisonFacts(folder: string): Promise<ComparisonFacts> {
  const { readComparison } = await runFiles('readComparisonFacts')
  const { families, depths, seeds, data } = readComparison(folder)
  const named = families.map(({ name, label }) => ({ name, label }))
  return { families: named, depths, seeds, data }
}

/**
 * Goes on with the comparison in a folder: trainings that are there aren't made again, one that was under way is. It ends with
 * the rows of one that was never stopped, times aside. One that has come to its end gives its answer again. Throws a `run`
 * error where there is no comparison, where another process is at work on it, or where data or mode aren't the comparison's;
 * a `disk` error where the folder can't be written; and the errors of `compare`.
 */
export async function resumeComparison(folder: string, options: ResumeComparisonOptions): Promise<Comparison> {
  checkPath('resumeComparison', folder)
  checkCall(options ?? {}, optionNames)
  checkMachineChoice(options)
  const { readComparison, withLock } = await runFiles('resumeComparison')
  // Before the lock is made: not every folder is a comparison's.
  const { data, mode } = readComparison(folder)
  const begun = { folder, noun: 'comparison', anew: 'compare anew' } as const
  await refuseOtherData(begun, data, options.data)
  refuseOtherMode(begun, mode, askedMode(options))
  return withLock(folder, (lock) => resumeFolder(folder, lock, options))
}

async function resumeFolder(folder: string, lock: Lock, options: ResumeComparisonOptions): Promise<Comparison> {
  const { readComparison, readEnd, resumeComparisonFolder, storedSettings } = await runFiles('resumeComparison')
  const { data, abort, onEvent } = options
  const comparison = readComparison(folder)
  // Now that nobody else is at work on it: another process may have come to its end meanwhile.
  const isOver = readEnd(folder)?.interrupted === false
  const { store, notes } = resumeComparisonFolder({ folder, lock, comparison, isOver })
  for (const note of notes) onEvent?.({ kind: 'note', note })
  const request: ComparisonRequest = {
    families: comparison.families.map(({ name, label, networks }) => {
      return { name, label, networks: networks.map((one) => networkOfRun(one, folder, 'comparison.json')) }
    }),
    depths: comparison.depths,
    seeds: comparison.seeds,
    data,
    reference: referenceOf(comparison.data),
    settings: storedSettings(comparison.settings, 0, `${folder}/comparison.json: settings`),
    abort,
    onEvent,
  }
  return withMachine(resumedMachine(options, comparison.mode), (machine) => carryOutComparison(request, machine, store))
}
