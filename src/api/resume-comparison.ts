/** Resumes a comparison that was interrupted (Node only). */
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

/** Options of `resumeComparison`. */
export interface ResumeComparisonOptions extends MachineChoice {
  /** The data set of the comparison, verified by a hash of its samples. */
  readonly data: Dataset
  /**
   * Whether the result has the field `baselines`: the scores of guessing and of the best linear model. The folder does
   * not store the baselines, so each call computes them again. False by default.
   */
  readonly baselines?: boolean
  /**
   * Stops the comparison. The result of a stopped comparison has the rows of the finished trainings, and its field
   * `interrupted` is true.
   */
  readonly abort?: AbortSignal
  /**
   * Called with a note for each broken line in the folder, with the list of stored and missing trainings, and with each
   * event of a training.
   */
  readonly onEvent?: (event: ComparisonEvent) => void
}

const optionNames = namesOf<ResumeComparisonOptions>({
  ...machineChoice,
  data: true,
  baselines: true,
  abort: true,
  onEvent: true,
})

/** Facts that the folder of a comparison stores, whether the comparison is finished or not. */
export interface ComparisonFacts {
  readonly families: readonly { readonly name: string; readonly label: string }[]
  readonly depths: readonly number[]
  readonly seeds: readonly number[]
  /** Name of the data set, hash of its samples, and the options with which it was loaded. */
  readonly data: RunDescription['data']
  /** Words of the command line that started the comparison; absent if a program started the comparison. */
  readonly command?: readonly string[]
}

/**
 * Reads only comparison.json. Throws a `run` error if the folder holds no comparison, or if comparison.json was
 * changed.
 */
export async function readComparisonFacts(folder: string): Promise<ComparisonFacts> {
  const { readComparison } = await runFiles('readComparisonFacts')
  const { families, depths, seeds, data, command } = readComparison(folder)
  const named = families.map(({ name, label }) => ({ name, label }))
  return { families: named, depths, seeds, data, ...(command ? { command } : {}) }
}

/**
 * Resumes the comparison in a folder: `resumeComparison('runs/depths', { data })`. Finished trainings are not repeated,
 * and an interrupted training starts again from its first step. Apart from durations, the rows are identical to the
 * rows of a comparison that was never stopped. For a finished comparison, `resumeComparison` returns the finished
 * result again.
 *
 * Throws a `run` error if the folder holds no comparison, if another process is working in the folder, or if the
 * comparison began with other data or in another mode. Throws a `disk` error if the folder can't be written. Also
 * throws the errors that `compare` throws.
 */
export async function resumeComparison(folder: string, options: ResumeComparisonOptions): Promise<Comparison> {
  checkPath('resumeComparison', folder)
  checkCall(options ?? {}, optionNames)
  checkMachineChoice(options)
  const { readComparison, withLock } = await runFiles('resumeComparison')
  // The folder is checked first, so that no lock is written into a folder without a comparison.
  const { data, mode } = readComparison(folder)
  const begun = { folder, noun: 'comparison', anew: 'start a new comparison' } as const
  await refuseOtherData(begun, data, options.data)
  refuseOtherMode(begun, mode, askedMode(options))
  return withLock(folder, (lock) => resumeFolder(folder, lock, options))
}

async function resumeFolder(folder: string, lock: Lock, options: ResumeComparisonOptions): Promise<Comparison> {
  const { readComparison, readEnd, resumeComparisonFolder, storedSettings } = await runFiles('resumeComparison')
  const { data, baselines, abort, onEvent } = options
  const comparison = readComparison(folder)
  // The result is read after this process has taken the lock, because another process may have finished the comparison
  // in the meantime.
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
    rates: comparison.rates,
    settings: storedSettings(comparison.settings, 0, `${folder}/comparison.json: settings`),
    baselines,
    abort,
    onEvent,
  }
  return withMachine(resumedMachine(options, comparison.mode), (machine) => carryOutComparison(request, machine, store))
}
