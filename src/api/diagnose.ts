/** Diagnoses why a network trains worse than it could: the differential diagnosis, on this machine's cores. */
import { createBlueprint } from '../blueprint/create.ts'
import { checkAugmentation } from '../data/augment.ts'
import { checkLabeled, type Dataset, taskOf } from '../data/dataset.ts'
import type { DiagnosisEvent } from '../diagnosis/events.ts'
import { usualBudget } from '../diagnosis/plan.ts'
import type { Diagnosis } from '../diagnosis/summary.ts'
import type { StartOf } from '../diagnosis/task.ts'
import type { Network } from '../network/network.ts'
import { type Absorbed, absorbSigmoid } from '../settings/absorb-sigmoid.ts'
import { resolveOptions, type TrainingSettings } from '../settings/options.ts'
import type { StartName } from '../settings/start-names.ts'
import { type TrainingOptions, training } from '../settings/training.ts'
import { without } from '../support/fields.ts'
import { balanceNotes } from '../training/class-weights.ts'
import { carryOutNewDiagnosis } from './carry-out-diagnosis.ts'
import { checkBudget, checkCall, checkSeeds, namesOf } from './check-call.ts'
import { checkMachineChoice, type MachineChoice, machineChoice, withMachine } from './with-machine.ts'

/** Options of `diagnose`. The diagnosis chooses by itself when it scores its trainings and which losses it records. */
export interface DiagnoseOptions
  extends Omit<TrainingOptions, 'seed' | 'evaluateEvery' | 'earlyStopping' | 'logEvery' | 'start'>,
    MachineChoice {
  /**
   * The data set on which the network and its variations (the controls) are trained. All samples of the data set must
   * have labels or targets.
   */
  readonly data: Dataset
  /**
   * Seeds of the trainings: different whole numbers of at least 0, [0, 1, 2] by default. Fewer than 3 seeds give no
   * confidence intervals, so the diagnosis has no verdict on which network is worse.
   */
  readonly seeds?: readonly number[]
  /**
   * Time budget of the whole diagnosis in seconds, above 0, 120 by default. If no option sets the length of the
   * trainings, the trainings have as many steps as the budget allows.
   */
  readonly budget?: number
  /**
   * Network with which the diagnosed network is compared. By default, the diagnosed network is compared with its
   * shallower twin, which has a fifth of the hidden layers.
   */
  readonly against?: Network
  /**
   * How each training gets its initial weights. With `drawn`, the default, the initializers of the network draw the
   * weights. `lsuv` rescales the drawn weights, as in `train`. A function returns the weights itself: `(blueprint, seed)
   * => weights`.
   */
  readonly start?: StartName | StartOf
  /**
   * Stops the diagnosis. The result of a stopped diagnosis has the findings so far, and its field `interrupted` is
   * true.
   */
  readonly abort?: AbortSignal
  /** Called with each event of a training, and at the start of each measurement of the diagnosis. */
  readonly onEvent?: (event: DiagnosisEvent) => void
  /**
   * Path of a folder in which to store the trainings, so that `resumeDiagnosis` can resume the diagnosis (Node only).
   * By default, the diagnosis is not stored.
   */
  readonly run?: string
  /** Name of the network, `network` by default. The name is stored in the folder. */
  readonly label?: string
  /**
   * Options with which the data set was loaded. The options of the data set are stored in the folder, so that the same
   * data can be loaded again.
   */
  readonly dataOptions?: Readonly<Record<string, unknown>>
  /**
   * Words of the command line that started the diagnosis. The folder stores the words, so that a resumed diagnosis can
   * print the command that mends the training.
   */
  readonly command?: readonly string[]
}

const optionNames = namesOf<DiagnoseOptions>({
  ...without(training, 'seed', 'evaluateEvery', 'earlyStopping', 'logEvery', 'start'),
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
  command: true,
})

const ownChoice =
  'A diagnosis chooses by itself at which steps it scores its trainings and records losses. Leave the option out.'

const remedies = {
  seed: 'Give a list of seeds, such as [0, 1, 2].',
  evaluateEvery: ownChoice,
  earlyStopping: 'A diagnosis compares trainings of equal length. Leave the option out.',
  logEvery: ownChoice,
} as const

/**
 * Finds out why a network trains worse than it could: `(await diagnose(network, { data: glyphs() })).answer`. The
 * diagnosis trains the network, its shallower twin, and controls, which show which of the possible causes is the right
 * one.
 *
 * Throws the same errors as `train`: a `network`, `data`, `option` or `memory` error. Throws a `run` error if the
 * folder already holds work or another process is working in the folder. Throws a `disk` error if the folder can't be
 * written.
 */
export async function diagnose(given: Network, options: DiagnoseOptions): Promise<Diagnosis> {
  checkCall(options ?? {}, optionNames, remedies)
  checkMachineChoice(options)
  const { data, seeds = [0, 1, 2], budget = usualBudget, against, abort, onEvent } = options
  checkSeeds(seeds)
  checkBudget(budget)
  checkLabeled(data)
  createBlueprint(given, data.shape)
  if (against !== undefined) createBlueprint(against, data.shape)
  const settings = settingsFor(options, data)
  const absorb = (one: Network): Absorbed => absorbSigmoid(one, data.shape, settings.loss)
  const { blueprint, notes } = absorb(given)
  checkAugmentation(settings.augment, data)
  const { steps, epochs, recipe, warmup, stepsScale } = options
  const saysLength = [steps, epochs, recipe, warmup, stepsScale].some((one) => one !== undefined)
  const request = {
    network: blueprint.network,
    data,
    settings,
    // If the settings have a warm-up with a fixed number of steps, the diagnosis must not change the total number of
    // steps.
    choosesSteps: !saysLength,
    seeds,
    budgetSeconds: budget,
    twin: against && absorb(against).blueprint.network,
    notes: [...notes, ...balanceNotes(data, settings)],
    start: typeof options.start === 'function' ? options.start : undefined,
    abort,
    onEvent,
  }
  return withMachine(options, (machine) => carryOutNewDiagnosis(request, options, machine))
}

function settingsFor(options: DiagnoseOptions, data: Dataset): TrainingSettings {
  const start = typeof options.start === 'function' ? undefined : options.start
  return resolveOptions({ ...options, start, evaluateEvery: 'never' }, data.train.count, taskOf(data))
}
