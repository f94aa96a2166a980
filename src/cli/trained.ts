/** What was trained, for the commands that use it: a run's folder, a model in a weights file, or weights with their network. */
import { existsSync, statSync } from 'node:fs'
import type { Command } from 'commander'
import {
  type Blueprint,
  createBlueprint,
  type Dataset,
  IsobathError,
  inputSize,
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
  type Fields,
  findModel,
  hashDataset,
  type Input,
  pickOptions,
  shapeOfData,
  training,
  usualLoss,
} from '../internal.ts'
import { addDataOptions, type DataFlags, openData } from './data-options.ts'
import { fieldOption, givenOptions } from './field-options.ts'
import { networkHelp, readNetwork } from './network-argument.ts'
import { addMachineOptions, type MachineFlags } from './options.ts'
import { isOfProgram, readDataFor, readDataForModel, type Use } from './run-data.ts'

/** What of a training's options matters to a network that is trained. */
const chosen = { loss: training.loss, standardize: training.standardize } satisfies Fields

type ScoringSettings = Input<typeof chosen>

export type TrainedFlags = DataFlags & MachineFlags & ScoringSettings & { network?: string }

/** What is to be used, and on what. */
export interface Trained {
  readonly network: Network
  readonly weights: Weights
  readonly data: Dataset
  readonly settings: ScoringSettings
  /** Of the data it was trained on, where they are known and nothing else was asked for. */
  readonly statistics?: Statistics
  /** How the run was computed; nothing of a weights file. */
  readonly mode: { readonly exact?: boolean; readonly winograd?: boolean }
  /** What its user should know. */
  readonly notes: readonly string[]
  /** Whether these are the samples of the training (those of `testFile` aside); null where that isn't known. */
  readonly sameData: boolean | null
  /** The name of a table that takes the place of the run's own test rows. */
  readonly testFile?: string
  /** The name of a table that isn't the run's own: all its rows are used, and are both the training and the test set. */
  readonly whole?: string
}

const usedData =
  "a data set, or FILE.csv, which is read as the training's table was (default: the data of a run, loaded as it was)"

/** The argument and the options of a command that uses what was trained. */
export function addTrained(command: Command): Command {
  command
    .argument('<run-or-weights>', "a run's folder, a model (.safetensors), or weights (.safetensors) with --network")
    .option('--network <network>', `the network of weights alone: ${networkHelp}`)
    .addOption(fieldOption(training.loss, "the run's, or what train would take"))
    .addOption(fieldOption(training.standardize, "as in the run's training, or per-channel"))
  return addMachineOptions(addDataOptions(command, usedData), ['threads'])
}

/** Throws a `run`, `weights`, `network`, `data` or `option` error. */
export async function openTrained(place: string, flags: TrainedFlags, use: Use): Promise<Trained> {
  if (!existsSync(place)) {
    const found = 'there is nothing. Check the path.'
    throw new IsobathError('run', `${place}: expected a run's folder or a weights file, and ${found}`)
  }
  return statSync(place).isDirectory() ? openRun(place, flags, use) : openFile(place, flags, use)
}

async function openRun(folder: string, flags: TrainedFlags, use: Use): Promise<Trained> {
  if (flags.network !== undefined) {
    throw new IsobathError('option', `--network: ${folder} is a run and has its network. Leave it out.`)
  }
  const run = await readRun(folder)
  const { data, whole, other, notes } = await (isOfProgram(run)
    ? readDataForModel(folder, run, flags, use)
    : readDataFor(run, flags, use))
  checkFits(folder, run.blueprint, data, run.data.name)
  checkStandardized(whole, flags)
  const sameData = whole === undefined ? (await hashDataset(other?.own ?? data)) === run.data.sha256 : null
  if (sameData !== true) checkTask(folder, run.task, data)
  checkClasses(folder, run.data.classNames, data)
  const { network, weights, exact, winograd } = run
  const settings = { ...pickOptions(chosen, run.settings), ...givenOptions(chosen, flags) }
  const statistics = flags.standardize === undefined ? run.statistics : undefined
  const mode = { exact, winograd }
  const facts = { settings, statistics, mode, sameData, whole, testFile: other?.testFile }
  return { network, weights, data, ...facts, notes: [...run.notes, ...notes] }
}

/** The network is trained: what doesn't fit it is the data. `kept`: the name of what it was trained on, where that is known. */
function checkFits(place: string, { input, output }: Blueprint, data: Dataset, stored?: string): void {
  const name = stored === undefined ? '' : ` (${stored})`
  const expectSame = (noun: string, wanted: number, found: number): void => {
    if (found === wanted) return
    throw new IsobathError(
      'data',
      `${data.name}: expected ${wanted} ${noun}, as ${place} was trained on${name}, got ${found}. Give it data of that kind.`,
    )
  }
  expectSame('values in a sample', inputSize({ shape: input }), inputSize(data))
  const noun = { classification: 'classes', regression: 'targets', autoencoding: 'values in a sample' }[taskOf(data)]
  expectSame(noun, inputSize({ shape: output }), outputsOf(data))
}

const asks: Readonly<Record<Task, string>> = {
  classification: 'classes',
  regression: 'values to predict',
  autoencoding: 'inputs to be given back (--target autoencode)',
}

function checkTask(place: string, task: Task, data: Dataset): void {
  const found = taskOf(data)
  if (found === task) return
  throw new IsobathError(
    'data',
    `${data.name}: expected ${asks[task]}, as ${place} was trained on, got ${asks[found]}. Give it data of that kind.`,
  )
}

/** Classes are numbered by their names' order: where these are others, so are the numbers. */
function checkClasses(folder: string, stored: readonly string[] | undefined, { name, classNames }: Dataset): void {
  if (!stored || !classNames || stored.join('\n') === classNames.join('\n')) return
  const listed = (names: readonly string[]): string =>
    names.length > 6 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ')
  throw new IsobathError(
    'data',
    `${name}: expected the classes of ${folder} (${listed(stored)}), got ${listed(classNames)}. Give it rows of these classes.`,
  )
}

async function openFile(file: string, flags: TrainedFlags, use: Use): Promise<Trained> {
  const model = await findModel(file)
  if (flags.network !== undefined) {
    const note = `${file} is a model: without --network, its own network, statistics and classes are used.`
    return openWeights(file, flags.network, flags, model === undefined ? [] : [note])
  }
  if (model !== undefined) return openModel(file, model, flags, use)
  throw new IsobathError('option', `--network: expected the network of ${file}, got none. The file has weights alone.`)
}

async function openWeights(
  file: string,
  text: string,
  flags: TrainedFlags,
  notes: readonly string[],
): Promise<Trained> {
  const data = await openData(flags).read()
  const network = readNetwork(text, shapeOfData(data))
  const weights = await loadWeights(file, createBlueprint(network, data.shape))
  const { standardize, loss = usualLoss(taskOf(data)) } = flags
  return { network, weights, data, settings: { loss, standardize }, mode: {}, sameData: null, notes }
}

/** What `saveWeights` wrote of a run: the network, the statistics and the classes are there, the data set is not. */
async function openModel(file: string, model: Model, flags: TrainedFlags, use: Use): Promise<Trained> {
  const { network, weights } = model
  const { data, whole, notes } = await readDataForModel(file, model, flags, use)
  checkTask(file, model.task, data)
  checkFits(file, createBlueprint(network, model.input), data)
  checkClasses(file, model.classNames, data)
  checkStandardized(whole, flags)
  const { standardize, loss = model.loss } = flags
  const statistics = standardize === undefined ? model.statistics : undefined
  return { network, weights, data, settings: { loss, standardize }, statistics, mode: {}, sameData: null, whole, notes }
}

/** New rows are none that a network learned from. */
function checkStandardized(whole: string | undefined, { standardize }: TrainedFlags): void {
  if (whole === undefined || standardize === undefined) return
  throw new IsobathError(
    'option',
    `--standardize: ${whole} is standardized as the table of the training was. Leave it out.`,
  )
}
