/** The options that several commands share: where data comes from, how a training goes, and what is printed. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import {
  type Dataset,
  IsobathError,
  loadDataset,
  momentum,
  type Optimizer,
  type ScheduleName,
  scheduleNames,
  sgd,
  type TrainingOptions,
} from '../index.ts'

/** A number, as people write it: 0.1, 1e-4, 128. */
export function parseNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Expected a number.')
  return value
}

/** A whole number of at least `least`. */
export function wholeFrom(least: number): (text: string) => number {
  return (text) => {
    const value = parseNumber(text)
    if (!Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`)
    }
    return value
  }
}

/** `4,16,64` */
export function wholeList(least: number): (text: string) => number[] {
  return (text) => [...new Set(text.split(',').map(wholeFrom(least)))]
}

const byteUnits: Readonly<Record<string, number>> = {
  '': 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
}

/** `2GiB`, `500MB` */
export function parseBytes(text: string): number {
  const match = /^([\d.]+)\s*([A-Za-z]*)$/.exec(text.trim())
  const unit = match ? byteUnits[match[2].toUpperCase()] : undefined
  const value = match ? Number(match[1]) : Number.NaN
  if (unit === undefined || !(value > 0)) throw new InvalidArgumentError('Expected a size such as 2GiB or 500MB.')
  return value * unit
}

export interface DataFlags {
  readonly data: string
  readonly dataDir?: string
  readonly dataSeed?: number
  readonly samples?: number
}

export function addDataOptions(command: Command, fallback?: string): Command {
  const data = new Option('--data <name>', 'the data set (isobath data list)')
  return command
    .addOption(fallback === undefined ? data.makeOptionMandatory() : data.default(fallback))
    .option('--data-dir <path>', 'where the data set’s files are; by default the folder named by ISOBATH_DATA')
    .option('--data-seed <n>', 'chooses generated samples and the subset of --samples (0)', wholeFrom(0))
    .option('--samples <n>', 'train on a random subset of so many samples', wholeFrom(1))
}

/** The options that `loadDataset` takes; also what a run's description keeps of them. */
export function datasetOptions({ dataDir, dataSeed, samples }: DataFlags): {
  dataDir?: string
  seed?: number
  samples?: number
} {
  return { dataDir, seed: dataSeed, samples }
}

export function readData(flags: DataFlags): Promise<Dataset> {
  return loadDataset(flags.data, datasetOptions(flags))
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

/** `epochs`: how long training takes when neither --epochs nor --steps says so. */
export function addTrainingOptions(command: Command, epochs = 10): Command {
  return command
    .addOption(
      new Option('--optimizer <name>', 'how weights are updated').choices(['sgd', 'momentum']).default('momentum'),
    )
    .option('--rate <number>', 'learning rate (0.03)', parseNumber)
    .option('--momentum <number>', 'momentum (0.9)', parseNumber)
    .option('--weight-decay <number>', 'L2 decay of every parameter, added to the gradient (0)', parseNumber)
    .addOption(new Option('--schedule <name>', 'how the rate moves').choices(scheduleNames).default('constant'))
    .option('--batch <n>', 'samples in a batch (128)', wholeFrom(1))
    .option('--epochs <number>', `passes over the training set (${epochs})`, parseNumber)
    .option('--steps <n>', 'updates, instead of epochs', wholeFrom(1))
    .addOption(
      new Option('--loss <name>', 'what is minimised')
        .choices(['cross-entropy', 'squared-error'])
        .default('cross-entropy'),
    )
    .addOption(
      new Option('--standardise <how>', 'mean 0 and deviation 1 by the training set; none: bytes over 255')
        .choices(['per-channel', 'per-pixel', 'none'])
        .default('per-channel'),
    )
    .addOption(
      new Option('--order <how>', 'order of the samples').choices(['shuffled', 'sequential']).default('shuffled'),
    )
    .option('--log-every <n>', 'keep the loss of every n-th step (1)', wholeFrom(1))
}

function makeOptimizer({ optimizer, rate, momentum: factor, weightDecay }: TrainingFlags): Optimizer {
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
    .option('--json', 'print one JSON document, and nothing else, on stdout')
    .option('--seed <n>', 'chooses initial weights, order and dropout masks', wholeFrom(0), 0)
    .option('--threads <n>', 'threads; by default one per core', wholeFrom(1))
}

export function addMachineOptions(command: Command): Command {
  return addCommonOptions(command)
    .option('--exact', 'the same bits on every machine, at some cost in speed')
    .option('--memory <size>', 'the most memory a program may use, such as 2GiB', parseBytes)
}

export function machineOptions({ threads, exact, memory }: MachineFlags) {
  return { threads, exact, memoryLimit: memory }
}

export interface ShapeFlags {
  readonly data?: string
  readonly dataDir?: string
}

/** The input's shape and the classes for commands that need no data: 784 and 10, unless --data says otherwise. */
export async function inputOf({ data, dataDir }: ShapeFlags): Promise<{ input: readonly number[]; classes: number }> {
  if (data === undefined) return { input: [784], classes: 10 }
  const { shape, classes } = await loadDataset(data, { dataDir })
  return { input: shape, classes }
}

export function addShapeOptions(command: Command): Command {
  return command
    .option('--data <name>', 'take the input’s shape and the classes from this data set (784 values and 10 without)')
    .option('--data-dir <path>', 'where the data set’s files are')
}
