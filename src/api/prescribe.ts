/** Searches for the change with which a network trains, and measures it against the network. */
import type { Machine } from '../backends/machine.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { checkAugmentation } from '../data/augment.ts'
import { checkLabeled, type Dataset, taskOf } from '../data/dataset.ts'
import type { Network } from '../network/network.ts'
import { usualPrescriptionBudget } from '../prescription/plan.ts'
import type { Prescription } from '../prescription/prescription.ts'
import type { PrescriptionFolder } from '../runs/prescription-folder.ts'
import type { DataDescription } from '../runs/run-description.ts'
import { absorbSigmoid } from '../settings/absorb-sigmoid.ts'
import { resolveOptions } from '../settings/options.ts'
import { type TrainingOptions, training } from '../settings/training.ts'
import { IsobathError } from '../support/errors.ts'
import { without } from '../support/fields.ts'
import { version } from '../support/version.ts'
import { checkTask } from '../training/check-task.ts'
import { balanceNotes } from '../training/class-weights.ts'
import { carryOutPrescription } from './carry-out-prescription.ts'
import { checkBudget, checkCall, checkSeeds, namesOf } from './check-call.ts'
import { referenceOf } from './data-reference.ts'
import { describeData } from './describe-data.ts'
import { runFiles } from './node.ts'
import type { PrescriptionEvent, PrescriptionRequest } from './prescription-request.ts'
import { checkMachineChoice, type MachineChoice, machineChoice, withMachine } from './with-machine.ts'

/** Options of `prescribe`: those of the training that fails, and those of the search. */
export interface PrescribeOptions
  extends Omit<TrainingOptions, 'seed' | 'evaluateEvery' | 'earlyStopping' | 'logEvery'>,
    MachineChoice {
  /** The data set on which the network and its changes are trained. All samples must have labels or targets. */
  readonly data: Dataset
  /**
   * Seeds of the trainings that decide: at least three different whole numbers of at least 0, [0, 1, 2, 3, 4] by default.
   * The short trainings that choose the changes have other seeds.
   */
  readonly seeds?: readonly number[]
  /**
   * Time in seconds for which the prescription plans its trainings, above 0, 300 by default. If no option sets the length
   * of the trainings, a small budget also shortens the trainings.
   */
  readonly budget?: number
  /** Stops the prescription. The result of a stopped prescription has no answer, and its field `interrupted` is true. */
  readonly abort?: AbortSignal
  /** Called with each event of the trainings and of the race. */
  readonly onEvent?: (event: PrescriptionEvent) => void
  /**
   * Path of a folder in which to store the trainings, so that `resumePrescription` can resume the prescription (Node
   * only). By default, the prescription is not stored.
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
   * Words of the command line that started the prescription. The folder stores the words, so that a resumed prescription
   * can print the command that trains the changed network.
   */
  readonly command?: readonly string[]
}

const optionNames = namesOf<PrescribeOptions>({
  ...without(training, 'seed', 'evaluateEvery', 'earlyStopping', 'logEvery'),
  ...machineChoice,
  data: true,
  seeds: true,
  budget: true,
  abort: true,
  onEvent: true,
  run: true,
  label: true,
  dataOptions: true,
  command: true,
})

const ownChoice =
  'A prescription chooses by itself when it scores its trainings and records losses. Leave the option out.'

const remedies = {
  seed: 'Give a list of seeds, such as [0, 1, 2, 3, 4].',
  evaluateEvery: ownChoice,
  earlyStopping: 'A prescription compares trainings of equal cost. Leave the option out.',
  logEvery: ownChoice,
} as const

/** Fewest seeds with which a prescription can tell a change from chance. */
const fewestSeeds = 3

/**
 * Searches for the change with which a network trains: `(await prescribe(network, { data: glyphs() })).answer`. Each
 * remedy that applies, and the unchanged network, run at several rates. The best ones are trained with fresh seeds and
 * compared with the network as it was given.
 *
 * Throws the same errors as `train`: a `network`, `data`, `option` or `memory` error. Throws a `run` error if the
 * folder already holds work or another process is working in the folder. Throws a `disk` error if the folder can't be
 * written.
 */
export async function prescribe(given: Network, options: PrescribeOptions): Promise<Prescription> {
  checkCall(options ?? {}, optionNames, remedies)
  checkMachineChoice(options)
  const { data, seeds = [0, 1, 2, 3, 4], budget = usualPrescriptionBudget, abort, onEvent } = options
  checkSeeds(seeds)
  checkSeedCount(seeds)
  checkBudget(budget)
  checkLabeled(data)
  createBlueprint(given, data.shape)
  const settings = resolveOptions({ ...options, evaluateEvery: 'never' }, data.train.count, taskOf(data))
  checkRate(settings.optimizer.rate)
  const { blueprint, notes } = absorbSigmoid(given, data.shape, settings.loss)
  checkTask(blueprint, data, settings)
  checkAugmentation(settings.augment, data)
  const { steps, epochs, recipe, warmup, stepsScale } = options
  const saysLength = [steps, epochs, recipe, warmup, stepsScale].some((one) => one !== undefined)
  const described = await describeData(data, options.dataOptions ?? {})
  const request = {
    network: blueprint.network,
    data,
    reference: referenceOf(described),
    settings,
    choosesSteps: !saysLength,
    seeds,
    budgetSeconds: budget,
    notes: [...notes, ...balanceNotes(data, settings)],
    abort,
    onEvent,
  }
  for (const note of request.notes) onEvent?.({ kind: 'note', note })
  return withMachine(options, async (machine) => {
    const own = { ...request, workers: machine.workers }
    return carryOutPrescription(own, machine, await openFolder(own, options, described, machine))
  })
}

function checkSeedCount(seeds: readonly number[]): void {
  if (seeds.length >= fewestSeeds) return
  throw new IsobathError(
    'option',
    (option) =>
      `${option('seeds')}: expected at least ${fewestSeeds} seeds, because fewer can't tell a change from chance, got ${seeds.length}. Give more seeds, or leave the option out.`,
  )
}

function checkRate(rate: number): void {
  if (rate > 0) return
  throw new IsobathError(
    'option',
    (option) =>
      `${option('rate')}: expected a rate above 0 to search around, got the rate ${rate}. Choose another rate, or leave the option out.`,
  )
}

async function openFolder(
  request: PrescriptionRequest,
  { run, label = 'network', command }: PrescribeOptions,
  described: DataDescription,
  { mode }: Machine,
): Promise<PrescriptionFolder | undefined> {
  if (run === undefined) return undefined
  const { createPrescriptionFolder, versions } = await runFiles('prescribe({ run })')
  const { network, data, settings, choosesSteps, seeds, budgetSeconds, workers, notes } = request
  const { seed: _, ...stored } = settings
  return createPrescriptionFolder(run, {
    isobath: version,
    label,
    network,
    input: [...data.shape],
    data: described,
    settings: stored,
    choosesSteps,
    seeds: [...seeds],
    budgetSeconds,
    workers,
    notes: [...notes],
    mode,
    versions: { ...versions },
    ...(command ? { command: [...command] } : {}),
  })
}
