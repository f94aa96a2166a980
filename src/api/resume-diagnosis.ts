/** Resumes a diagnosis that was interrupted (Node only). */
import { createBlueprint } from '../blueprint/create.ts'
import type { Dataset } from '../data/dataset.ts'
import type { DiagnosisEvent } from '../diagnosis/events.ts'
import type { Diagnosis } from '../diagnosis/summary.ts'
import type { StartOf } from '../diagnosis/task.ts'
import { hashStart } from '../diagnosis/trial-specs.ts'
import type { Network } from '../network/network.ts'
import type { StoredDiagnosis } from '../runs/diagnosis-description.ts'
import type { DataDescription } from '../runs/run-description.ts'
import type { Lock } from '../runs/run-lock.ts'
import { IsobathError } from '../support/errors.ts'
import { carryOutDiagnosis, type DiagnosisRequest } from './carry-out-diagnosis.ts'
import { checkCall, checkPath, namesOf } from './check-call.ts'
import { referenceOf } from './data-reference.ts'
import { runFiles } from './node.ts'
import { refuseOtherData, refuseOtherMode, refuseSmallerBudget } from './resume-checks.ts'
import { networkOfRun } from './saved-models.ts'
import {
  askedMode,
  checkMachineChoice,
  type MachineChoice,
  machineChoice,
  resumedMachine,
  withMachine,
} from './with-machine.ts'

/** Options of `resumeDiagnosis`. */
export interface ResumeDiagnosisOptions extends MachineChoice {
  /** The data set of the diagnosis, verified by a hash of its samples. */
  readonly data: Dataset
  /**
   * Time budget of the whole diagnosis in seconds, including the time of earlier sessions. The budget must be at least
   * as large as the budget with which the diagnosis began, which is the default.
   */
  readonly budget?: number
  /**
   * Function that returns the initial weights. Give the same function as at the start of the diagnosis, or no function
   * if the diagnosis began without one.
   */
  readonly start?: StartOf
  /**
   * Stops the diagnosis. The result of a stopped diagnosis has the findings so far, and its field `interrupted` is
   * true.
   */
  readonly abort?: AbortSignal
  /**
   * Called with a note for each broken line in the folder, with each event of the trainings, and at the start of each
   * measurement.
   */
  readonly onEvent?: (event: DiagnosisEvent) => void
}

const optionNames = namesOf<ResumeDiagnosisOptions>({
  ...machineChoice,
  data: true,
  budget: true,
  start: true,
  abort: true,
  onEvent: true,
})

/** Facts that the folder of a diagnosis stores, whether the diagnosis is finished or not. */
export interface DiagnosisFacts {
  readonly network: Network
  /** Name that the user gave the network. */
  readonly label: string
  /** Name of the data set, hash of its samples, and the options with which it was loaded. */
  readonly data: DataDescription
  /** Time budget of the diagnosis, in seconds. */
  readonly budget: number
  /** Words of the command line that started the diagnosis, or the diagnosed run; absent if a program did so. */
  readonly command?: readonly string[]
}

/**
 * Reads only diagnosis.json. Throws a `run` or `network` error if the folder holds no diagnosis, or if diagnosis.json
 * was changed.
 */
export async function readDiagnosisFacts(folder: string): Promise<DiagnosisFacts> {
  const { readDiagnosis } = await runFiles('readDiagnosisFacts')
  const { label, data, budgetSeconds: budget, network, command } = readDiagnosis(folder)
  return { network: networkOf(network, folder), label, data, budget, ...(command ? { command } : {}) }
}

/**
 * Resumes the diagnosis in a folder: `resumeDiagnosis('runs/why', { data })`. Finished trainings are not repeated, and
 * an interrupted training starts again from its first step. If the budget is enough for all trainings, the result is
 * identical to the result of a diagnosis that was never stopped, apart from durations. For a finished diagnosis,
 * `resumeDiagnosis` returns the finished result again. A finished diagnosis is continued if the new time budget is
 * larger than the stored budget.
 *
 * Throws a `run` error if the folder holds no diagnosis, if another process is working in the folder, or if the
 * diagnosis began with other data or in another mode. Throws an `option` error if `start` or `budget` don't fit the
 * diagnosis. Throws a `disk` error if the folder can't be written. Also throws the errors that `diagnose` throws.
 */
export async function resumeDiagnosis(folder: string, options: ResumeDiagnosisOptions): Promise<Diagnosis> {
  checkPath('resumeDiagnosis', folder)
  checkCall(options ?? {}, optionNames)
  checkMachineChoice(options)
  const { readDiagnosis, withLock } = await runFiles('resumeDiagnosis')
  // The folder is checked first, so that no lock is written into a folder without a diagnosis.
  const diagnosis = readDiagnosis(folder)
  const begun = { folder, noun: 'diagnosis', anew: 'start a new diagnosis' } as const
  await refuseOtherData(begun, diagnosis.data, options.data)
  refuseOtherMode(begun, diagnosis.mode, askedMode(options))
  await refuseOtherStart(folder, diagnosis, options)
  refuseSmallerBudget('diagnosis', diagnosis.budgetSeconds, options.budget)
  return withLock(folder, (lock) => resumeFolder(folder, lock, options))
}

async function resumeFolder(folder: string, lock: Lock, options: ResumeDiagnosisOptions): Promise<Diagnosis> {
  const { readDiagnosis, readEnd, resumeDiagnosisFolder, storedSettings } = await runFiles('resumeDiagnosis')
  // The description in the folder is read again after this process has taken the lock, because another process may have
  // changed the description in the meantime.
  const before = readDiagnosis(folder)
  const { budget = before.budgetSeconds, data, start, abort, onEvent } = options
  const isOver = readEnd(folder)?.interrupted === false && budget <= before.budgetSeconds
  const diagnosis: StoredDiagnosis = { ...before, budgetSeconds: budget }
  const { store, notes } = resumeDiagnosisFolder({ folder, lock, diagnosis, isOver })
  for (const note of notes) onEvent?.({ kind: 'note', note })
  const { settings, choosesSteps, seeds, together, against, mode } = before
  const request: DiagnosisRequest = {
    network: networkOf(before.network, folder),
    data,
    reference: referenceOf(before.data),
    settings: storedSettings(settings, seeds[0], `${folder}/diagnosis.json: settings`),
    choosesSteps,
    seeds,
    // A finished diagnosis has used its time budget, so no new training is started.
    budgetSeconds: budget,
    isOver,
    twin: against === undefined ? undefined : networkOf(against, folder),
    start,
    together,
    notes: before.notes,
    abort,
    onEvent,
  }
  return withMachine(resumedMachine(options, mode), (machine) => carryOutDiagnosis(request, machine, store))
}

const networkOf = (value: unknown, folder: string): Network => networkOfRun(value, folder, 'diagnosis.json')

/**
 * Throws an `option` error if the initial weights differ from the initial weights with which the diagnosis began.
 * Folders of older versions have no hash of the initial weights, so such folders accept any function for the initial
 * weights.
 */
async function refuseOtherStart(
  folder: string,
  { ownStart, startSha256, network, input, seeds }: StoredDiagnosis,
  { start }: ResumeDiagnosisOptions,
): Promise<void> {
  const refuse = (began: string, remedy: string): IsobathError =>
    new IsobathError('option', `start: the diagnosis in ${folder} began with ${began}. ${remedy}.`)
  if (ownStart && start === undefined) throw refuse('initial weights that its caller gave', 'Give the same start')
  if (!ownStart && start !== undefined) throw refuse('initial weights drawn from its seeds', 'Leave start out')
  if (start === undefined || startSha256 === undefined) return
  const found = await hashStart(createBlueprint(networkOf(network, folder), input), seeds[0], start)
  if (found !== startSha256) throw refuse('other initial weights', 'Give the same start, or start a new diagnosis')
}
