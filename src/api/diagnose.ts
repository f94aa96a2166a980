/** Why a network trains worse than it could: the differential diagnosis, on this machine's cores. */
import { createBlueprint } from '../blueprint/create.ts'
import { checkAugmentation } from '../data/augment.ts'
import { checkLabeled, type Dataset, taskOf } from '../data/dataset.ts'
import type { DiagnosisEvent } from '../diagnosis/events.ts'
import { usualBudget } from '../diagnosis/plan.ts'
import type { Diagnosis } from '../diagnosis/summary.ts'
import type { StartOf } from '../diagnosis/task.ts'
import type { Network } from '../network/network.ts'
import { resolveOptions, type TrainingSettings } from '../settings/options.ts'
import { type TrainingOptions, training } from '../settings/training.ts'
import { without } from '../support/fields.ts'
import { carryOutNewDiagnosis, checkBudget } from './carry-out-diagnosis.ts'
import { checkCall, checkSeeds, namesOf } from './check-call.ts'
import { checkMachineChoice, type MachineChoice, machineChoice, withMachine } from './with-machine.ts'

export interface DiagnoseOptions extends Omit<TrainingOptions, 'seed' | 'evaluateEvery' | 'logEvery'>, MachineChoice {
  readonly data: Dataset
  /** [0, 1, 2] by default; fewer than three give no intervals, and so no verdict about who is worse. */
  readonly seeds?: readonly number[]
  /** Seconds that all of it may take, 120 by default. Where no length is given, trainings are as long as it allows. */
  readonly budget?: number
  /** What the network is measured against, instead of itself with a fifth of its hidden layers. */
  readonly against?: Network
  /** How weights start, instead of as the networks' initializers say: `(blueprint, seed) => weights`. */
  readonly start?: StartOf
  /** Stops it; what is known by then is told. */
  readonly abort?: AbortSignal
  /** Told of what is done: trainings and measurements. */
  readonly onEvent?: (event: DiagnosisEvent) => void
  /** A folder to keep its trainings in, so that `resumeDiagnosis` can go on (Node only); nothing is kept by default. */
  readonly run?: string
  /** What the network is called, kept in the folder. */
  readonly label?: string
  /** Options the data set was loaded with, kept in the folder. */
  readonly dataOptions?: Readonly<Record<string, unknown>>
}

const optionNames = namesOf<DiagnoseOptions>({
  ...without(training, 'seed', 'evaluateEvery', 'logEvery'),
  ...machineChoice,
  data: true,
  seeds: true,
  budget: true,
  against: true,
  start: true,
  abort: true,
  onEvent: true,
  run: true,
  label: true,
  dataOptions: true,
})

const ownChoice = 'A diagnosis scores its trainings and keeps their losses at steps of its own choice. Leave it out.'

const remedies = { seed: 'Give seeds, such as [0, 1, 2].', evaluateEvery: ownChoice, logEvery: ownChoice } as const

/**
 * Trains the network, its shallow twin and as many controls as it takes to tell causes apart, and says what the cause is:
 * `(await diagnose(network, { data: glyphs() })).answer`. Throws as `train` does, also on trouble with the folder: a `run`
 * error where there is a diagnosis or a run in it already, or another process is at work there, a `disk` error where it can't be
 * written.
 */
export async function diagnose(network: Network, options: DiagnoseOptions): Promise<Diagnosis> {
  checkCall(options ?? {}, optionNames, remedies)
  checkMachineChoice(options)
  const { data, seeds = [0, 1, 2], budget = usualBudget, against, abort, onEvent } = options
  checkSeeds(seeds)
  checkBudget(budget)
  checkLabeled(data)
  createBlueprint(network, data.shape)
  if (against !== undefined) createBlueprint(against, data.shape)
  const settings = settingsFor(options, data)
  checkAugmentation(settings.augment, data)
  const { steps, epochs, recipe, warmup, stepsScale } = options
  const saysLength = [steps, epochs, recipe, warmup, stepsScale].some((one) => one !== undefined)
  const request = {
    network,
    data,
    settings,
    // A warm-up is as long as it is, and so the rest is what was meant to go with it.
    choosesSteps: !saysLength,
    seeds,
    budgetSeconds: budget,
    twin: against,
    start: options.start,
    abort,
    onEvent,
  }
  return withMachine(options, (machine) => carryOutNewDiagnosis(request, options, machine))
}

function settingsFor(options: DiagnoseOptions, data: Dataset): TrainingSettings {
  return resolveOptions({ ...options, evaluateEvery: 'never' }, data.train.count, taskOf(data))
}
