/** The options that several commands share: where data comes from, how a training goes, and what is printed. */
import { type Command, Option } from 'commander'
import {
  catalogue,
  type Dataset,
  IsobathError,
  loadDataset,
  lossNames,
  momentum,
  type Optimizer,
  orderNames,
  type ScheduleName,
  scheduleNames,
  sgd,
  standardisationNames,
  type TrainingOptions,
} from '../index.ts'
import { parseBytes, parseNumber, wholeFrom } from './numbers.ts'

export interface DataFlags {
  readonly data?: string
  readonly dataDir?: string
  readonly dataSeed?: number
  readonly samples?: number
}

export function addDataOptions(command: Command, data = 'the data set; isobath data list names them'): Command {
  return command
    .optionsGroup('Data:')
    .option('--data <name>', data)
    .option('--data-dir <path>', 'where the files of the data set are (default: the folder that ISOBATH_DATA names)')
    .option('--data-seed <n>', 'chooses generated samples, and those of --samples (default: 0)', wholeFrom(0))
    .option('--samples <n>', 'use a random subset of so many training samples', wholeFrom(1))
}

/** What `loadDataset` takes; also what a run's description keeps of it. */
export interface DataChoice {
  readonly dataDir?: string
  readonly seed?: number
  readonly samples?: number
}

export function dataChoice({ dataDir, dataSeed, samples }: DataFlags): DataChoice {
  return { dataDir, seed: dataSeed, samples }
}

/** The name of the data set. Throws an `option` error where there is none. */
export function dataName({ data }: DataFlags): string {
  if (data !== undefined) return data
  const names = catalogue.map(({ name }) => name).join(', ')
  throw new IsobathError('option', `--data: expected a data set (${names}), got none. Name one, such as --data glyphs.`)
}

export function readData(flags: DataFlags): Promise<Dataset> {
  return loadDataset(dataName(flags), dataChoice(flags))
}

export interface InputShape {
  readonly input: readonly number[]
  readonly classes: number
}

/** What a network for this data set takes and gives, without reading the files of those that are known. */
export async function shapeOf(data: string, choice: DataChoice = {}): Promise<InputShape> {
  const { shape, classes } = catalogue.find(({ name }) => name === data) ?? (await loadDataset(data, choice))
  return { input: shape, classes }
}

export interface TrainingFlags {
  readonly optimizer: 'sgd' | 'momentum'
  readonly rate?: number
  readonly momentum?: number
  readonly weightDecay?: number
  readonly schedule: ScheduleName
  readonly batch?: number
  readonly epochs?: number
  readonly steps?: number
  readonly loss: NonNullable<TrainingOptions['loss']>
  readonly standardise: NonNullable<TrainingOptions['standardise']>
  readonly order: NonNullable<TrainingOptions['order']>
  readonly logEvery?: number
}

export const lossOption = (): Option => new Option('--loss <name>', 'what is minimised').choices(lossNames)

export const standardiseOption = (): Option => {
  const means = 'brings inputs to mean 0 and deviation 1 over the training set; none leaves them, bytes over 255'
  return new Option('--standardise <how>', means).choices(standardisationNames)
}

export function addTrainingOptions(command: Command): Command {
  return command
    .optionsGroup('Training:')
    .addOption(
      new Option('--optimizer <name>', 'how weights are updated').choices(['sgd', 'momentum']).default('momentum'),
    )
    .option('--rate <number>', 'learning rate (default: 0.03)', parseNumber)
    .option('--momentum <number>', 'how much of the last update stays in the next (default: 0.9)', parseNumber)
    .option('--weight-decay <number>', 'L2 decay of every parameter, added to its gradient (default: 0)', parseNumber)
    .addOption(new Option('--schedule <name>', 'how the rate moves').choices(scheduleNames).default('constant'))
    .option('--batch <n>', 'samples in a batch (default: 128)', wholeFrom(1))
    .option('--epochs <number>', 'passes over the training set (default: 10)', parseNumber)
    .addOption(new Option('--steps <n>', 'updates, instead of --epochs').argParser(wholeFrom(1)).conflicts('epochs'))
    .addOption(lossOption().default('cross-entropy'))
    .addOption(standardiseOption().default('per-channel'))
    .addOption(new Option('--order <how>', 'order of the samples').choices(orderNames).default('shuffled'))
    .option('--log-every <n>', 'keep the loss of every n-th step, and of the last (default: 1)', wholeFrom(1))
}

export function makeOptimizer({ optimizer, rate, momentum: factor, weightDecay }: TrainingFlags): Optimizer {
  if (optimizer === 'momentum') return momentum({ rate, momentum: factor, weightDecay })
  if (factor !== undefined) {
    throw new IsobathError('option', `--momentum: sgd has none, got ${factor}. Use --optimizer momentum.`)
  }
  return sgd({ rate, weightDecay })
}

export function trainingOptions(flags: TrainingFlags): Omit<TrainingOptions, 'seed'> {
  const { schedule, batch, epochs, steps, loss, standardise, order, logEvery } = flags
  return { optimizer: makeOptimizer(flags), schedule, batch, epochs, steps, loss, standardise, order, logEvery }
}

export interface MachineFlags {
  readonly json?: boolean
  readonly seed: number
  readonly threads?: number
  readonly exact?: boolean
  readonly memory?: number
}

/** Every command has these. */
export function addCommonOptions(command: Command): Command {
  return command
    .optionsGroup('Options:')
    .option('--json', 'print one JSON document, and nothing else, on stdout')
    .option('--seed <n>', 'chooses initial weights, order and dropout masks', wholeFrom(0), 0)
    .option('--threads <n>', 'threads to use (default: one for each core)', wholeFrom(1))
}

export function addMachineOptions(command: Command): Command {
  return addCommonOptions(command)
    .option('--exact', 'the same bits on every machine, at some cost in speed')
    .option('--memory <size>', 'the most memory a program may use, such as 2GiB (default: 4GiB)', parseBytes)
}

export function machineOptions({ threads, exact, memory }: MachineFlags) {
  return { threads, exact, memoryLimit: memory }
}

export interface ShapeFlags {
  readonly data?: string
  readonly dataDir?: string
}

/** For commands that need no data: 784 values and 10 classes, unless --data says otherwise. */
export async function inputOf({ data, dataDir }: ShapeFlags): Promise<InputShape> {
  return data === undefined ? { input: [784], classes: 10 } : shapeOf(data, { dataDir })
}

export function addShapeOptions(command: Command): Command {
  return command
    .optionsGroup('Data:')
    .option('--data <name>', "a data set whose samples' shape and classes to take (default: 784 values, 10 classes)")
    .option('--data-dir <path>', 'where the files of the data set are')
}
