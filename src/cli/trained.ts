/**
 * Opens a trained network for the commands that use one. The network is in the folder of a run, in a file with a model,
 * or in a file of weights for a network that the user names.
 */
import { existsSync, statSync } from 'node:fs'
import type { Command } from 'commander'
import { counted } from '../format/words.ts'
import {
  type Blueprint,
  createBlueprint,
  type Dataset,
  IsobathError,
  inputSize,
  type LossName,
  loadWeights,
  type Model,
  type Network,
  outputsOf,
  readRun,
  type Statistics,
  type Task,
  taskOf,
  type Weights,
} from '../index.ts'
import {
  classesOfOutputs,
  type Fields,
  findModel,
  hashDataset,
  type Input,
  lossNamed,
  outputCounts,
  pickOptions,
  shapeForLoss,
  shapeOfData,
  training,
  usualLoss,
} from '../internal.ts'
import { addDataOptions, type DataFlags, type KeepFlags, openData } from './data-options.ts'
import { fieldOption, givenOptions } from './field-options.ts'
import { networkHelp, readNetwork, refuseForeign, withImpliedTarget } from './network-argument.ts'
import { addMachineOptions, type MachineFlags } from './options.ts'
import { isOfProgram, readDataFor, readDataForModel, type Use } from './run-data.ts'

/** The options of a training that still matter when the trained network is used. */
const chosen = {
  loss: training.loss,
  huberDelta: training.huberDelta,
  standardize: training.standardize,
  standardizeTargets: training.standardizeTargets,
} satisfies Fields

type ScoringSettings = Omit<Input<typeof chosen>, 'loss'> & { readonly loss?: LossName }

export type TrainedFlags = DataFlags & KeepFlags & MachineFlags & ScoringSettings & { network?: string; best?: boolean }

/** A trained network, and the data on which the network is used. */
export interface Trained {
  readonly network: Network
  readonly weights: Weights
  readonly data: Dataset
  readonly settings: ScoringSettings
  /** Statistics of the training data; undefined if the statistics are unknown or if the flags ask for others. */
  readonly statistics?: Statistics
  /** Computing mode of the run that trained the network; empty for a weights file. */
  readonly mode: { readonly exact?: boolean; readonly winograd?: boolean }
  /** Notes for the user about the network and the data. */
  readonly notes: readonly string[]
  /** Whether the data holds the samples of the training, apart from the test rows of `testFile`; null if unknown. */
  readonly sameData: boolean | null
  /** Name of a table whose rows replace the test rows of the run. */
  readonly testFile?: string
  /**
   * Name of a table other than the run's own table. All rows of such a table are both the training and the test set.
   */
  readonly whole?: string
}

const usedData = 'data set, or FILE.csv, which is read like the table of the training (default: the data of the run)'

/** Adds the argument and the options of a command that uses a trained network. */
export function addTrained(command: Command): Command {
  command
    .argument(
      '<run-or-weights>',
      'folder of a run, model file (.safetensors), or weights file (.safetensors) together with --network',
    )
    .option('--network <network>', `network of a weights file: ${networkHelp}`)
    .option('--best', "use the run's weights with the lowest validation loss instead of its last weights")
    .addOption(fieldOption(training.loss, 'the loss of the run, or the default of train'))
    .addOption(fieldOption(training.huberDelta, 'as in the training of the run, or 1'))
    .addOption(fieldOption(training.standardize, 'as in the training of the run, or per-channel'))
    .addOption(fieldOption(training.standardizeTargets, 'as in the training of the run, or as in train'))
  return addMachineOptions(addDataOptions(command, usedData), ['threads'])
}

/**
 * Opens a trained network and its data. Throws a `run`, `weights`, `network`, `data` or `option` error if the network
 * or its data can't be opened.
 */
export async function openTrained(place: string, flags: TrainedFlags, use: Use): Promise<Trained> {
  if (!existsSync(place)) {
    throw new IsobathError(
      'run',
      `${place}: expected the folder of a run or a weights file, but nothing exists there. Check the path.`,
    )
  }
  if (!statSync(place).isDirectory()) return openFile(place, flags, use)
  refuseForeign(place)
  return openRun(place, flags, use)
}

async function openRun(folder: string, flags: TrainedFlags, use: Use): Promise<Trained> {
  if (flags.network !== undefined) {
    throw new IsobathError('option', `--network: ${folder} is a run, which stores its network. Leave --network out.`)
  }
  const run = await readRun(folder, { best: flags.best })
  const { data, whole, other, notes } = await (isOfProgram(run)
    ? readDataForModel(folder, run, flags, use)
    : readDataFor(run, flags, use))
  const settings = scoringSettings(run.settings, flags)
  checkFits(folder, run.blueprint, data, settings.loss, run.data.name)
  checkStandardized(whole, flags)
  const sameData = whole === undefined ? (await hashDataset(other?.own ?? data)) === run.data.sha256 : null
  if (sameData !== true) checkTask(folder, run.task, data)
  checkClasses(folder, run.data.classNames, data)
  const { network, weights, exact, winograd } = run
  const statistics = isRescaled(flags) ? undefined : run.statistics
  const mode = { exact, winograd }
  const facts = { settings, statistics, mode, sameData, whole, testFile: other?.testFile }
  const chosenStep = `The best weights are those after ${counted(run.step, 'step')}, with the lowest validation loss.`
  return { network, weights, data, ...facts, notes: [...(flags.best ? [chosenStep] : []), ...run.notes, ...notes] }
}

/**
 * Returns the settings for scoring: the flags, or else the settings of the training. If a flag replaces the loss, the
 * option of the training's loss is left out.
 */
function scoringSettings(stored: object, flags: ScoringSettings): ScoringSettings {
  const { huberDelta, loss: named, ...others } = { ...pickOptions(chosen, stored), ...givenOptions(chosen, flags) }
  const settings = { ...others, loss: named && lossNamed(named) }
  const isUsed = settings.loss === 'huber' || flags.huberDelta !== undefined
  return isUsed ? { ...settings, huberDelta } : settings
}

/**
 * Throws a `data` error if the data does not fit the trained network. `stored` is the name of the training data, if
 * known.
 */
function checkFits(
  place: string,
  { input, output }: Blueprint,
  data: Dataset,
  loss: LossName | undefined,
  stored?: string,
): void {
  const name = stored === undefined ? '' : ` on ${stored}`
  const expectSame = (noun: string, wanted: number, found: number): void => {
    if (found === wanted) return
    throw new IsobathError(
      'data',
      `${data.name}: expected ${wanted} ${noun}, as in the training of ${place}${name}, got ${found}. Use data like that of the training.`,
    )
  }
  expectSame('values in a sample', inputSize({ shape: input }), inputSize(data))
  const noun = { classification: 'classes', regression: 'targets', autoencoding: 'values in a sample' }[taskOf(data)]
  const outputs = inputSize({ shape: output })
  const task = taskOf(data)
  if (outputCounts(task, outputsOf(data), loss).includes(outputs)) return
  expectSame(noun, task === 'classification' ? classesOfOutputs(outputs) : outputs, outputsOf(data))
}

const asks: Readonly<Record<Task, string>> = {
  classification: 'classes',
  regression: 'values to predict',
  autoencoding: 'inputs to reconstruct (--target autoencode)',
}

function checkTask(place: string, task: Task, data: Dataset): void {
  const found = taskOf(data)
  if (found === task) return
  throw new IsobathError(
    'data',
    `${data.name}: expected ${asks[task]}, as in the training of ${place}, got ${asks[found]}. Use data like that of the training.`,
  )
}

/**
 * Throws a `data` error if the data has other classes than the training. Data with other class names would give the
 * classes other numbers.
 */
function checkClasses(folder: string, stored: readonly string[] | undefined, { name, classNames }: Dataset): void {
  if (!stored || !classNames || stored.join('\n') === classNames.join('\n')) return
  const listed = (names: readonly string[]): string =>
    names.length > 6 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ')
  throw new IsobathError(
    'data',
    `${name}: expected the classes of ${folder} (${listed(stored)}), got ${listed(classNames)}. Use rows of the expected classes.`,
  )
}

async function openFile(file: string, flags: TrainedFlags, use: Use): Promise<Trained> {
  if (flags.best) {
    throw new IsobathError('option', `--best: expected the folder of a run, got the file ${file}. Leave --best out.`)
  }
  const model = await findModel(file)
  if (flags.network !== undefined) {
    const note = `${file} is a model, but --network replaces its network, statistics and classes. Leave --network out to use the model.`
    return openWeights(file, flags.network, flags, model === undefined ? [] : [note])
  }
  if (model !== undefined) return openModel(file, model, flags, use)
  throw new IsobathError(
    'option',
    `--network: expected the network of ${file}, got none. The file holds weights only, so name their network.`,
  )
}

async function openWeights(
  file: string,
  text: string,
  flags: TrainedFlags,
  notes: readonly string[],
): Promise<Trained> {
  const data = await openData(withImpliedTarget([text], flags)).read()
  const network = readNetwork(text, shapeForLoss(shapeOfData(data), flags.loss))
  const weights = await loadWeights(file, createBlueprint(network, data.shape))
  const { standardize, standardizeTargets, huberDelta, loss = usualLoss(taskOf(data)) } = flags
  const settings = { loss, huberDelta, standardize, standardizeTargets }
  return { network, weights, data, settings, mode: {}, sameData: null, notes }
}

/**
 * Opens a model that `saveWeights` wrote. The file holds the network, the statistics and the classes, but no data set.
 */
async function openModel(file: string, model: Model, flags: TrainedFlags, use: Use): Promise<Trained> {
  const { network, weights } = model
  const { data, whole, notes } = await readDataForModel(file, model, flags, use)
  checkTask(file, model.task, data)
  const settings = scoringSettings({ loss: model.loss, huberDelta: model.huberDelta }, flags)
  checkFits(file, createBlueprint(network, model.input), data, settings.loss)
  checkClasses(file, model.classNames, data)
  checkStandardized(whole, flags)
  const statistics = isRescaled(flags) ? undefined : model.statistics
  return { network, weights, data, settings, statistics, mode: {}, sameData: null, whole, notes }
}

/** Whether the flags ask for statistics other than those of the training. */
const isRescaled = ({ standardize, standardizeTargets }: TrainedFlags): boolean =>
  standardize !== undefined || standardizeTargets !== undefined

/**
 * Throws an `option` error if --standardize or --standardize-targets is given for a new table, which gets the
 * statistics of the training.
 */
function checkStandardized(whole: string | undefined, { standardize, standardizeTargets }: TrainedFlags): void {
  const given = Object.entries({ '--standardize': standardize, '--standardize-targets': standardizeTargets })
  const [flag] = given.find(([, value]) => value !== undefined) ?? []
  if (whole === undefined || flag === undefined) return
  throw new IsobathError(
    'option',
    `${flag}: ${whole} is standardized like the table of the training. Leave ${flag} out.`,
  )
}
