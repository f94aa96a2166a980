/** Why the network of a run trains worse than it could (Node only). */
import type { Machine } from '../backends/machine.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import type { Dataset } from '../data/dataset.ts'
import { createStandardizer } from '../data/standardize.ts'
import { thinned, usualBudget } from '../diagnosis/plan.ts'
import type { Diagnosis } from '../diagnosis/summary.ts'
import { runNotes } from '../diagnosis/wording/notes.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { describeValue } from '../support/describe-value.ts'
import { IsobathError } from '../support/errors.ts'
import { judgeSignal, measureSignal, type Signal } from '../training/signal.ts'
import type { FinishedTraining } from '../trials/trial.ts'
import { carryOutNewDiagnosis, checkBudget, type NewDiagnosis } from './carry-out-diagnosis.ts'
import { checkCall, checkPath, namesOf } from './check-call.ts'
import type { DiagnoseOptions } from './diagnose.ts'
import { runFiles } from './node.ts'
import { readRecord } from './resume.ts'
import { refuseOtherData, refuseOtherMode } from './resume-checks.ts'
import { networkOfRun } from './saved-models.ts'
import type { Run } from './train.ts'
import {
  askedMode,
  checkMachineChoice,
  type MachineChoice,
  machineChoice,
  resumedMachine,
  withMachine,
} from './with-machine.ts'

type Shared = 'data' | 'budget' | 'against' | 'abort' | 'onEvent' | 'run'

/** `data` is the run's data set; its hash is compared. */
export interface DiagnoseRunOptions extends Pick<DiagnoseOptions, Shared>, MachineChoice {
  /** How many seeds: the run's own and those that follow it; 3 by default. */
  readonly seedCount?: number
}

const optionNames = namesOf<DiagnoseRunOptions>({
  ...machineChoice,
  data: true,
  seedCount: true,
  budget: true,
  against: true,
  abort: true,
  onEvent: true,
  run: true,
})

/**
 * Diagnoses the network of a run that `train` made, with the run's settings and mode. Where all trainings fit into 60% of the
 * budget with the run's own steps, these are kept, and a run that has come to its end is the network's first training, looked
 * at and scored as the others are. Otherwise the trainings are shortened, which the diagnosis's `notes` say. Throws a `run`
 * error where there is no run or where data or mode aren't the run's, and the errors of `diagnose`.
 */
export async function diagnoseRun(folder: string, options: DiagnoseRunOptions): Promise<Diagnosis> {
  checkPath('diagnoseRun', folder)
  checkCall(options ?? {}, optionNames)
  checkMachineChoice(options)
  const { data, budget = usualBudget, against, abort, onEvent, run, seedCount = 3 } = options
  checkBudget(budget)
  checkSeedCount(seedCount)
  const { readDescription, storedSettings } = await runFiles('diagnoseRun')
  const { label, mode, seed, settings: stored, signal, ...description } = readDescription(folder)
  await refuseOtherData({ folder, noun: 'run', anew: 'train anew' }, description.data, data)
  refuseOtherMode({ folder, noun: 'run' }, mode, askedMode(options))
  const network = networkOfRun(description.network, folder)
  if (against !== undefined) createBlueprint(against, data.shape)
  // A diagnosis looks at layers by its own probes.
  const { probes: _, ...settings } = storedSettings(stored, seed)
  const record = await readRecord(folder)
  return withMachine(resumedMachine(options, mode), async (machine) => {
    const isDrawn = await beganAsDrawn(createBlueprint(network, data.shape), data, settings, signal, machine)
    const finished = record && isDrawn ? finishedTraining(record.run) : undefined
    const request: NewDiagnosis = {
      network,
      data,
      settings,
      choosesSteps: 'where too long',
      finished,
      seeds: Array.from({ length: seedCount }, (_, index) => seed + index),
      budgetSeconds: budget,
      twin: against,
      notes: runNotes({ isFinished: record !== undefined, isDrawn }),
      abort,
      onEvent,
    }
    return carryOutNewDiagnosis(request, { run, label, dataOptions: description.data.options }, machine)
  })
}

function checkSeedCount(count: unknown): void {
  if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 1) return
  throw new IsobathError('option', `seedCount: expected a whole number of at least 1, got ${describeValue(count)}.`)
}

/** What rounding may make of it on another machine. */
const tolerance = 1e-4

/** No file says which weights a run began with, but how large its signal was with them. */
async function beganAsDrawn(
  blueprint: Blueprint,
  data: Dataset,
  { seed, standardize }: TrainingSettings,
  signal: Signal,
  machine: Machine,
): Promise<boolean> {
  const standardizer = createStandardizer(data.train, data.shape, standardize)
  const weights = initialize(blueprint, seed)
  const backend = await machine.backend()
  const { first, last } = judgeSignal(await measureSignal(blueprint, backend, weights, data.train, standardizer))
  return isNear(first, signal.first) && isNear(last, signal.last)
}

function isNear(one: number, other: number): boolean {
  if (!Number.isFinite(one) || !Number.isFinite(other)) return Number.isFinite(one) === Number.isFinite(other)
  return Math.abs(one - other) <= tolerance * Math.max(Math.abs(one), Math.abs(other))
}

function finishedTraining({ losses, diverged, steps, weights, evaluations = [] }: Run): FinishedTraining {
  return {
    interrupted: false,
    diverged,
    losses: thinned(losses),
    state: { step: steps, weights: new Map(weights) },
    // The last is made anew, as that of every trial.
    snapshots: evaluations
      .filter(({ step }) => step < steps)
      .map(({ step, train, test }) => ({ step, train, test, reading: {} })),
  }
}
