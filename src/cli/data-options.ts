/** The options of several commands for their data: where the data comes from, and how the data is prepared. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { catalog, type DatasetOptions, IsobathError, inputSize } from '../index.ts'
import {
  commonOptions,
  type DataShape,
  dataFolder,
  generatorTables,
  type Input,
  isForeignData,
  type OpenedDataset,
  openDataset,
  readNumber,
  storedSets,
  suggestion,
  tableOptions,
  tableSource,
} from '../internal.ts'
import { addFields, givenOptions } from './field-options.ts'

const { dataDir, target, ...choosing } = commonOptions

/** Flags that determine the shape of a sample. */
export interface ShapeFlags
  extends Pick<Input<typeof commonOptions>, 'dataDir' | 'target'>,
    Input<typeof tableOptions> {
  readonly data?: string
  readonly input?: readonly number[]
}

export interface DataFlags extends ShapeFlags, Omit<Input<typeof choosing>, 'seed'> {
  readonly dataSeed?: number
}

/** Flags that choose the columns of a table that `predict` repeats. */
export interface KeepFlags {
  /** The columns to repeat; false for --no-keep. */
  readonly keep?: readonly string[] | boolean
  /** The set of samples whose columns are repeated. */
  readonly set?: string
}

const dataHelp =
  'name of the data set (see isobath data list), such as glyphs or blobs:classes=5,noise=0.3, or a FILE.csv'

export function addDataOptions(command: Command, data = dataHelp): Command {
  return addTableOptions(addFields(addDataPlace(command, data), choosing))
}

export function addShapeOptions(command: Command): Command {
  const means = 'data set whose sample shape and classes are used (default: the data that the preset was made for)'
  addDataPlace(command, means).option(
    '--input <shape>',
    'shape of a sample, such as 784 or 3x32x32, instead of --data',
    shape,
  )
  return addTableOptions(command)
}

function addDataPlace(command: Command, data: string): Command {
  command.optionsGroup('Data:').option('--data <name>', data)
  return addFields(command, { dataDir, target })
}

function addTableOptions(command: Command): Command {
  return addFields(command.optionsGroup('Tables (--data FILE.csv):'), tableOptions)
}

function shape(text: string): readonly number[] {
  const extents = text.split('x').map((part) => (/^[1-9]\d{0,5}$/.test(part) ? Number(part) : 0))
  if ((extents.length === 1 || extents.length === 3) && extents.every((extent) => extent > 0)) return extents
  throw new InvalidArgumentError(
    'Expected a number of values, such as 784, or channels x height x width, such as 3x32x32.',
  )
}

/** The data set that the flags of a command choose. */
export interface DataChoice {
  /** Name by which the data set is opened; undefined if --data was not given. */
  readonly source?: string
  /** Options that the text of --data contains: the path of a table, or the options after the name of a data set. */
  readonly named: DatasetOptions
  /** All options with which the data set is loaded. */
  readonly options: DatasetOptions
}

/**
 * Returns the data set that the flags choose, with only those options that the user gave. Throws an `option` error on
 * an option that can't be read.
 */
export function dataChoice(flags: ShapeFlags): DataChoice {
  const { source, named } = readDataText(flags.data)
  const given = givenOptions({ ...commonOptions, ...tableOptions }, flags)
  if (named.dataDir !== undefined && given.dataDir !== undefined) {
    throw new IsobathError('option', `--data-dir: --data ${flags.data} names the file already. Leave --data-dir out.`)
  }
  if (given.testFile !== undefined && given.testFraction !== undefined) {
    throw new IsobathError(
      'option',
      `--test-fraction: --test-file ${given.testFile} holds the test rows already. Leave one of the two options out.`,
    )
  }
  return { source, named, options: { ...given, ...named } }
}

/** Reads the text of --data: `moons`, `blobs:classes=5,noise=0.3`, or the file or folder of a table. */
function readDataText(text: string | undefined): Pick<DataChoice, 'source' | 'named'> {
  if (text === undefined) return { named: {} }
  const [name, ...rest] = text.split(':')
  const isName = catalog.some((row) => row.name === name)
  if (!isName && (/\.(csv|tsv)(\.gz)?$/i.test(text) || isForeignData(text) || (text !== '' && existsSync(text)))) {
    refuseStoredSet(text)
    return { source: tableSource, named: { dataDir: text } }
  }
  const parts = rest.join(':')
  const named = parts === '' || !isName ? [] : parts.split(',').map((part) => readOption(name, part))
  const twice = named.find(([key], place) => named.findIndex(([other]) => other === key) < place)
  if (twice !== undefined)
    throw new IsobathError(
      'option',
      `--data ${name}: expected the option ${twice[0]} once, got it twice. Remove one of the two.`,
    )
  return { source: name, named: Object.fromEntries(named) }
}

/**
 * Throws an `option` error if the file or folder belongs to MNIST or CIFAR-10, because these data sets are opened by
 * name and not as tables.
 */
function refuseStoredSet(place: string): void {
  const has = (...names: readonly string[]): boolean => names.some((name) => existsSync(join(place, name)))
  const isCifar = has('data_batch_1.bin', 'cifar-10-batches-bin') || /\.(tar\.gz|tgz)$/i.test(place)
  const isMnist = has('train-images-idx3-ubyte', 'train-images-idx3-ubyte.gz')
  if (!isCifar && !isMnist) return
  const name = isCifar ? 'cifar-10' : 'mnist'
  const found = isCifar ? 'an archive or the files of CIFAR-10' : 'files in the format of MNIST'
  throw new IsobathError(
    'option',
    `--data ${place}: expected the name of a data set or a table, got ${found}. Use --data ${name} --data-dir ${place}.`,
  )
}

/**
 * Reads one option after the name of a data set, such as `classes=5`. All options after the name of a data set are
 * numbers.
 */
function readOption(name: string, text: string): [string, number] {
  const [key, ...values] = text.split('=').map((part) => part.trim())
  const own = Object.keys(generatorTables.get(name) ?? {})
  if (!own.includes(key)) {
    const remedy =
      suggestion(key, own) ||
      (own.length === 0 ? `${name} has no options.` : `The options of ${name} are ${own.join(', ')}.`)
    throw new IsobathError(
      'option',
      `--data ${name}: expected an option of this data set, got ${JSON.stringify(key)}. ${remedy}`.trimEnd(),
    )
  }
  const value = readNumber(values.join('='))
  if (value !== undefined) return [key, value]
  throw new IsobathError(
    'option',
    `--data ${name}:${key}: expected a number, such as ${key}=4, got ${JSON.stringify(text)}.`,
  )
}

/** Returns the paths of the files from which the data may be read, as the user typed the paths. */
export function dataFiles({ data, dataDir, testFile }: ShapeFlags): (string | undefined)[] {
  return [data, dataDir, testFile]
}

export interface OpenedData extends OpenedDataset {
  /**
   * Returns the options of the data set in the form in which a run stores the options. The paths in the options are
   * absolute, so a later command finds the files from any folder.
   */
  lastingOptions(): Promise<DatasetOptions>
}

/**
 * Opens the data set that the flags name, without reading its samples. Throws an `option` error if --data is missing.
 */
export function openData(flags: DataFlags): OpenedData {
  const { source, options } = dataChoice(flags)
  if (source === undefined) {
    const names = catalog.map(({ name }) => name).join(', ')
    throw new IsobathError(
      'option',
      `--data: expected the name of a data set (${names}), got none. Give a name, such as --data glyphs.`,
    )
  }
  return { ...openDataset(source, options), lastingOptions: () => withLastingPlaces(source, options) }
}

async function withLastingPlaces(source: string, options: DatasetOptions): Promise<DatasetOptions> {
  const { testFile } = options
  const dataDir = storedSets.includes(source) ? await dataFolder(options.dataDir) : options.dataDir
  return {
    ...options,
    ...(dataDir === undefined ? {} : { dataDir: resolve(dataDir) }),
    ...(testFile === undefined ? {} : { testFile: resolve(testFile) }),
  }
}

/** Returns the shape of a sample for a command that needs no data: the shape of --data or --input, or else `usual`. */
export async function inputOf(flags: ShapeFlags, usual: DataShape): Promise<DataShape> {
  if (flags.data === undefined) {
    const { input = usual.input } = flags
    const classes = usual.task === 'autoencoding' ? inputSize({ shape: input }) : usual.classes
    return { ...usual, input, classes }
  }
  if (flags.input === undefined) return openData(flags).shape()
  throw new IsobathError(
    'option',
    '--input: --data gives the shape of a sample already. Leave one of the two options out.',
  )
}
