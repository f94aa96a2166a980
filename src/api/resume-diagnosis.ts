/** Goes on with a diagnosis that was interrupted (Node only). */
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
import { carryOutDiagnosis, checkBudget, type DiagnosisRequest } from './carry-out-diagnosis.ts'
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

export interface ResumeDiagnosisOptions extends MachineChoice {
  /** The diagnosis's data set; its hash is compared. */
  readonly data: Dataset
  /** Seconds that all of it may take, those before included; as it began by default, and no fewer. */
  readonly budget?: number
  /** How weights start, where the diagnosis began with some of the caller's. */
  readonly start?: StartOf
  /** Stops it; what is known by then is told. */
  readonly abort?: AbortSignal
  /** Told of what is done, and what a user should know: that a training's line was broken and it is made again. */
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

/** What a diagnosis's folder says of it, whether it has ended or not. */
export interface DiagnosisFacts {
  readonly network: Network
  /** What the network was called. */
  readonly label: string
  /** The set's name, the hash of its samples, and the options it was loaded with. */
  readonly data: DataDescription
  readonly budget: number
}

/** Reads diagnosis.json alone. Throws a `run` or `network` error. */
export async function readDiagnosisFacts(folder: string): Promise<DiagnosisFacts> {
  const { readDiagnosis } = await runFiles('readDiagnosisFacts')
  const { label, data, budgetSeconds: budget, network } = readDiagnosis(folder)
  return { network: networkOf(network, folder), label, data, budget }
}

/**
 * Goes on with the diagnosis in a folder: trials that are there aren't made again, one that was under way is. It ends with
 * the verdict, the findings and the numbers of one that was never stopped, times aside, as far as the budget lasts for both.
 * One that has come to its end gives its answer again. Throws a `run` error where there is no diagnosis, where another
 * process is at work on it, or where data or mode aren't the diagnosis's; a `disk` error where the folder can't be written;
 * and the errors of `diagnose`.
 */
export async function resumeDiagnosis(folder: string, options: ResumeDiagnosisOptions): Promise<Diagnosis> {
  checkPath('resumeDiagnosis', folder)
  checkCall(options ?? {}, optionNames)
  checkMachineChoice(options)
  const { readDiagnosis, withLock } = await runFiles('resumeDiagnosis')
  // Before the lock is made: not every folder is a diagnosis's.
  const diagnosis = readDiagnosis(folder)
  const begun = { folder, noun: 'diagnosis', anew: 'diagnose anew' } as const
  await refuseOtherData(begun, diagnosis.data, options.data)
  refuseOtherMode(begun, diagnosis.mode, askedMode(options))
  await refuseOtherStart(folder, diagnosis, options)
  refuseSmallerBudget(diagnosis, options)
  return withLock(folder, (lock) => resumeFolder(folder, lock, options))
}

async function resumeFolder(folder: string, lock: Lock, options: ResumeDiagnosisOptions): Promise<Diagnosis> {
  const { readDiagnosis, readEnd, resumeDiagnosisFolder, storedSettings } = await runFiles('resumeDiagnosis')
  // Once more: another process may have gone on with it meanwhile.
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
    // It had its time: what is there is all there will be.
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

/** Throws an `option` error. Folders of older versions don't say with which weights they began. */
async function refuseOtherStart(
  folder: string,
  { ownStart, startSha256, network, input, seeds }: StoredDiagnosis,
  { start }: ResumeDiagnosisOptions,
): Promise<void> {
  const refuse = (began: string, remedy: string): IsobathError =>
    new IsobathError('option', `start: the diagnosis in ${folder} began with ${began}. ${remedy}.`)
  if (ownStart && start === undefined) throw refuse('weights that its caller gave', 'Give the same start')
  if (!ownStart && start !== undefined) throw refuse('weights drawn from its seeds', 'Leave it out')
  if (start === undefined || startSha256 === undefined) return
  const found = await hashStart(createBlueprint(networkOf(network, folder), input), seeds[0], start)
  if (found !== startSha256) throw refuse('other weights', 'Give the same start, or diagnose anew')
}

function refuseSmallerBudget({ budgetSeconds }: StoredDiagnosis, { budget }: ResumeDiagnosisOptions): void {
  if (budget === undefined) return
  checkBudget(budget)
  if (budget >= budgetSeconds) return
  throw new IsobathError(
    'option',
    (option) =>
      `${option('budget')}: expected no less than the ${budgetSeconds} seconds that the diagnosis began with, got ${budget}. Leave it out, or give more.`,
  )
}
