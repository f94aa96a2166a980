/** Resumes a prescription that was interrupted (Node only). */
import type { Dataset } from '../data/dataset.ts'
import type { Network } from '../network/network.ts'
import type { Prescription } from '../prescription/prescription.ts'
import type { PrescriptionDescription } from '../runs/prescription-description.ts'
import type { DataDescription } from '../runs/run-description.ts'
import type { Lock } from '../runs/run-lock.ts'
import { carryOutPrescription } from './carry-out-prescription.ts'
import { checkCall, checkPath, namesOf } from './check-call.ts'
import { referenceOf } from './data-reference.ts'
import { runFiles } from './node.ts'
import type { PrescriptionEvent, PrescriptionRequest } from './prescription-request.ts'
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

/** Options of `resumePrescription`. */
export interface ResumePrescriptionOptions extends MachineChoice {
  /** The data set of the prescription, verified by a hash of its samples. */
  readonly data: Dataset
  /**
   * Budget in seconds for which the trainings are planned, at least the budget with which the prescription began, which is
   * the default. A larger budget continues a prescription that was undecided.
   */
  readonly budget?: number
  /** Stops the prescription. The result of a stopped prescription has no answer, and its field `interrupted` is true. */
  readonly abort?: AbortSignal
  /** Called with a note for each broken line in the folder, and with each event of the trainings and of the race. */
  readonly onEvent?: (event: PrescriptionEvent) => void
}

const optionNames = namesOf<ResumePrescriptionOptions>({
  ...machineChoice,
  data: true,
  budget: true,
  abort: true,
  onEvent: true,
})

/** Facts that the folder of a prescription stores, whether the prescription is finished or not. */
export interface PrescriptionFacts {
  readonly network: Network
  /** Name that the user gave the network. */
  readonly label: string
  /** Name of the data set, hash of its samples, and the options with which it was loaded. */
  readonly data: DataDescription
  /** Budget of the prescription, in seconds. */
  readonly budget: number
  /** Words of the command line that started the prescription; absent if a program started the prescription. */
  readonly command?: readonly string[]
}

/**
 * Reads only prescription.json. Throws a `run` or `network` error if the folder holds no prescription, or if
 * prescription.json was changed.
 */
export async function readPrescriptionFacts(folder: string): Promise<PrescriptionFacts> {
  const { readPrescription } = await runFiles('readPrescriptionFacts')
  const { label, data, budgetSeconds: budget, network, command } = readPrescription(folder)
  return { network: networkOf(network, folder), label, data, budget, ...(command ? { command } : {}) }
}

/**
 * Resumes the prescription in a folder: `resumePrescription('runs/cure', { data })`. Finished trainings are not
 * repeated, and an interrupted training starts again from its first step. Apart from durations, the result is identical
 * to the result of a prescription that was never stopped. For a finished prescription, `resumePrescription` returns the
 * finished result again.
 *
 * Throws a `run` error if the folder holds no prescription, if another process is working in the folder, or if the
 * prescription began with other data or in another mode. Throws an `option` error if the budget is smaller than before.
 * Throws a `disk` error if the folder can't be written. Also throws the errors that `prescribe` throws.
 */
export async function resumePrescription(folder: string, options: ResumePrescriptionOptions): Promise<Prescription> {
  checkPath('resumePrescription', folder)
  checkCall(options ?? {}, optionNames)
  checkMachineChoice(options)
  const { readPrescription, withLock } = await runFiles('resumePrescription')
  // The folder is checked first, so that no lock is written into a folder without a prescription.
  const prescription = readPrescription(folder)
  const begun = { folder, noun: 'prescription', anew: 'start a new prescription' } as const
  await refuseOtherData(begun, prescription.data, options.data)
  refuseOtherMode(begun, prescription.mode, askedMode(options))
  refuseSmallerBudget('prescription', prescription.budgetSeconds, options.budget)
  return withLock(folder, (lock) => resumeFolder(folder, lock, options))
}

async function resumeFolder(folder: string, lock: Lock, options: ResumePrescriptionOptions): Promise<Prescription> {
  const { readEnd, readPrescription, resumePrescriptionFolder, storedSettings } = await runFiles('resumePrescription')
  // The description is read again after this process has taken the lock, because another process may have changed it.
  const before = readPrescription(folder)
  const { budget = before.budgetSeconds, data, abort, onEvent } = options
  const isOver = readEnd(folder)?.interrupted === false && budget <= before.budgetSeconds
  const prescription: PrescriptionDescription = { ...before, budgetSeconds: budget }
  const { store, notes } = resumePrescriptionFolder({ folder, lock, prescription, isOver })
  for (const note of notes) onEvent?.({ kind: 'note', note })
  const { settings, choosesSteps, seeds, workers, mode } = before
  const request: PrescriptionRequest = {
    network: networkOf(before.network, folder),
    data,
    reference: referenceOf(before.data),
    settings: storedSettings(settings, 0, `${folder}/prescription.json: settings`),
    choosesSteps,
    seeds,
    budgetSeconds: budget,
    workers,
    notes: before.notes,
    abort,
    onEvent,
  }
  return withMachine(resumedMachine(options, mode), (machine) => carryOutPrescription(request, machine, store))
}

const networkOf = (value: unknown, folder: string): Network => networkOfRun(value, folder, 'prescription.json')
