/** Diagnoses why the network of a stored run trains worse than it could (Node only). */
import type { Machine } from '../backends/machine.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import type { Dataset } from '../data/dataset.ts'
import { createStandardizer } from '../data/standardize.ts'
import { thinned, usualBudget } from '../diagnosis/plan.ts'
import type { Diagnosis } from '../diagnosis/summary.ts'
import { runNotes } from '../diagnosis/wording/notes.ts'
import { absorbSigmoid } from '../settings/absorb-sigmoid.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { describeValue } from '../support/describe-value.ts'
import { IsobathError } from '../support/errors.ts'
import { startingWeights } from '../surgery/starts.ts'
import { balanceNotes } from '../training/class-weights.ts'
import { judgeSignal, measureSignal, type Signal } from '../training/signal.ts'
import type { FinishedTraining } from '../trials/trial.ts'
import { carryOutNewDiagnosis, type NewDiagnosis } from './carry-out-diagnosis.ts'
import { checkBudget, checkCall, checkPath, namesOf } from './check-call.ts'
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

/**
 * Options of `diagnoseRun`. The option `data` must be the data set of the run. A hash of the samples is compared with
 * the hash in the run's folder.
 */
export interface DiagnoseRunOptions extends Pick<DiagnoseOptions, Shared>, MachineChoice {
  /**
   * Number of seeds with which each network is trained, 3 by default. The seeds are the seed of the run and the whole
   * numbers that follow it. With fewer than 3 seeds, the diagnosis has no verdict on which network is worse.
   */
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
 * Diagnoses the network of a run that `train` stored in a folder, with the settings and the mode of the run:
 * `diagnoseRun('runs/first', { data: glyphs() })`.
 *
 * The trainings of the diagnosis have the run's number of steps if 60% of the time budget is enough for all trainings
 * of this length. If the number of steps stays the same, a finished run serves as the first training of the network,
 * and the run is probed and scored like all other trainings. If the time budget is too small, the trainings are
 * shortened, and the `notes` of the diagnosis say so.
 *
 * Throws a `run` error if the folder holds no run, or if the run was trained on other data or in another mode. Also
 * throws the errors that `diagnose` throws.
 */
export async function diagnoseRun(folder: string, options: DiagnoseRunOptions): Promise<Diagnosis> {
  checkPath('diagnoseRun', folder)
  checkCall(options ?? {}, optionNames)
  checkMachineChoice(options)
  const { data, budget = usualBudget, against, abort, onEvent, run, seedCount = 3 } = options
  checkBudget(budget)
  checkSeedCount(seedCount)
  const { readDescription, storedSettings } = await runFiles('diagnoseRun')
  const { label, mode, seed, settings: stored, signal, startChange, command, ...description } = readDescription(folder)
  await refuseOtherData({ folder, noun: 'run', anew: 'start a new run' }, description.data, data)
  refuseOtherMode({ folder, noun: 'run' }, mode, askedMode(options))
  const network = networkOfRun(description.network, folder)
  if (against !== undefined) createBlueprint(against, data.shape)
  // A diagnosis uses its own probes instead of the probes in the run's settings.
  const { probes: _, earlyStopping: __, ...all } = storedSettings(stored, seed)
  const record = await readRecord(folder)
  // All trainings of the diagnosis are as long as a run that early stopping ended.
  const settings = record?.run.stoppedEarly ? { ...all, steps: record.run.steps } : all
  return withMachine(resumedMachine(options, mode), async (machine) => {
    // A run that was stopped during LSUV has not begun, and run.json has the signal before LSUV.
    const isBeforeStart = settings.start === 'lsuv' && startChange === undefined
    const blueprint = createBlueprint(network, data.shape)
    const isDrawn = isBeforeStart || (await beganAsDrawn(blueprint, data, settings, signal, machine))
    const finished = record && isDrawn ? finishedTraining(record.run) : undefined
    const request: NewDiagnosis = {
      network,
      data,
      settings,
      choosesSteps: 'where too long',
      finished,
      seeds: Array.from({ length: seedCount }, (_, index) => seed + index),
      budgetSeconds: budget,
      twin: against && absorbSigmoid(against, data.shape, settings.loss).blueprint.network,
      notes: [...runNotes({ isFinished: record !== undefined, isDrawn }), ...balanceNotes(data, settings)],
      abort,
      onEvent,
    }
    return carryOutNewDiagnosis(request, { run, label, dataOptions: description.data.options, command }, machine)
  })
}

function checkSeedCount(count: unknown): void {
  if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 1) return
  throw new IsobathError('option', `seedCount: expected a whole number of at least 1, got ${describeValue(count)}.`)
}

/** Largest relative difference that rounding can cause between the signals of the same weights on two machines. */
const tolerance = 1e-4

/**
 * Whether a run began with weights drawn from its seed. No file stores the initial weights of a run, but run.json has
 * the signal of these weights. The signal in run.json is compared with the signal of weights drawn from the seed.
 */
async function beganAsDrawn(
  blueprint: Blueprint,
  data: Dataset,
  settings: TrainingSettings,
  signal: Signal,
  machine: Machine,
): Promise<boolean> {
  const standardizer = createStandardizer(data.train, data.shape, settings)
  const backend = await machine.backend()
  const weights = await startingWeights({ blueprint, data, settings, backend }, standardizer)
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
    // The last snapshot of the run is left out, because a diagnosis takes the last snapshot of every training itself.
    snapshots: evaluations
      .filter(({ step }) => step < steps)
      .map(({ step, train, test }) => ({ step, train, test, reading: {} })),
  }
}
