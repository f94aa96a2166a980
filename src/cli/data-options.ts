/** Where data comes from, and what is made of it: the options that several commands share. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { catalog, type DatasetOptions, IsobathError } from '../index.ts'
import {
  commonOptions,
  type DataShape,
  dataFolder,
  generatorTables,
  type Input,
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

/** What it takes to know a sample's shape. */
export interface ShapeFlags
  extends Pick<Input<typeof commonOptions>, 'dataDir' | 'target'>,
    Input<typeof tableOptions> {
  readonly data?: string
  readonly input?: readonly number[]
}

export interface DataFlags extends ShapeFlags, Omit<Input<typeof choosing>, 'seed'> {
  readonly dataSeed?: number
}

const dataHelp = 'the data set: a name (isobath data list), with options as blobs:classes=5,noise=0.3, or FILE.csv'

export function addDataOptions(command: Command, data = dataHelp): Command {
  return addTableOptions(addFields(addDataPlace(command, data), choosing))
}

export function addShapeOptions(command: Command): Command {
  const means = "a data set whose samples' shape and classes to take (default: those that the preset is for)"
  addDataPlace(command, means).option('--input <shape>', "a sample's shape, such as 3x32x32, instead of --data", shape)
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
  throw new InvalidArgumentError('Expected values, as in 784, or channels x height x width, as in 3x32x32.')
}

/** The data that flags ask for. */
export interface DataChoice {
  /** The name that it is opened by; undefined where --data wasn't given. */
  readonly source?: string
  /** Of these, what --data itself says: the place of a table, or the options behind a name. */
  readonly named: DatasetOptions
  /** What the set is loaded with. */
  readonly options: DatasetOptions
}

/** Without what wasn't said. Throws an `option` error where the data set's own options can't be read. */
export function dataChoice(flags: ShapeFlags): DataChoice {
  const { source, named } = readDataText(flags.data)
  const given = givenOptions({ ...commonOptions, ...tableOptions }, flags)
  if (named.dataDir !== undefined && given.dataDir !== undefined) {
    throw new IsobathError('option', `--data-dir: --data ${flags.data} names the file already. Leave one out.`)
  }
  if (given.testFile !== undefined && given.testFraction !== undefined) {
    throw new IsobathError('option', `--test-fraction: the test rows are those of ${given.testFile}. Leave one out.`)
  }
  return { source, named, options: { ...given, ...named } }
}

/** `moons`, `blobs:classes=5,noise=0.3` or a table's file or folder. */
function readDataText(text: string | undefined): Pick<DataChoice, 'source' | 'named'> {
  if (text === undefined) return { named: {} }
  const [name, ...rest] = text.split(':')
  const isName = catalog.some((row) => row.name === name)
  if (!isName && (/\.(csv|tsv)(\.gz)?$/i.test(text) || (text !== '' && existsSync(text)))) {
    refuseStoredSet(text)
    return { source: tableSource, named: { dataDir: text } }
  }
  const parts = rest.join(':')
  const named = parts === '' || !isName ? [] : parts.split(',').map((part) => readOption(name, part))
  const twice = named.find(([key], place) => named.findIndex(([other]) => other === key) < place)
  if (twice !== undefined) throw new IsobathError('option', `--data ${name}: expected ${twice[0]} once, got it twice.`)
  return { source: name, named: Object.fromEntries(named) }
}

/** The files of a set that has a name of its own, and are no tables. */
function refuseStoredSet(place: string): void {
  const has = (...names: readonly string[]): boolean => names.some((name) => existsSync(join(place, name)))
  const isCifar = has('data_batch_1.bin', 'cifar-10-batches-bin') || /\.(tar\.gz|tgz)$/i.test(place)
  const isMnist = has('train-images-idx3-ubyte', 'train-images-idx3-ubyte.gz')
  if (!isCifar && !isMnist) return
  const name = isCifar ? 'cifar-10' : 'mnist'
  const found = isCifar ? 'an archive or the files of CIFAR-10' : 'files in the format of MNIST'
  throw new IsobathError(
    'option',
    `--data ${place}: expected a name or a table, got ${found}. Say --data ${name} --data-dir ${place}.`,
  )
}

/** Options behind a name are numbers. */
function readOption(name: string, text: string): [string, number] {
  const [key, ...values] = text.split('=').map((part) => part.trim())
  const own = Object.keys(generatorTables.get(name) ?? {})
  if (!own.includes(key)) {
    const remedy = suggestion(key, own) || (own.length === 0 ? 'It has none.' : `It has ${own.join(', ')}.`)
    throw new IsobathError('option', `--data ${name}: has no option ${JSON.stringify(key)}. ${remedy}`.trimEnd())
  }
  const value = readNumber(values.join('='))
  if (value !== undefined) return [key, value]
  throw new IsobathError(
    'option',
    `--data ${name}:${key}: expected a number, as in ${key}=4, got ${JSON.stringify(text)}.`,
  )
}

/** The files that the data may be read from, as the user named them. */
export function dataFiles({ data, dataDir, testFile }: ShapeFlags): (string | undefined)[] {
  return [data, dataDir, testFile]
}

export interface OpenedData extends OpenedDataset {
  /** What the set is loaded with, for a run to keep: its files are found from every folder and in every environment. */
  lastingOptions(): Promise<DatasetOptions>
}

/** The data set that flags name, which is yet to be read. Throws an `option` error where there is none. */
export function openData(flags: DataFlags): OpenedData {
  const { source, options } = dataChoice(flags)
  if (source === undefined) {
    const names = catalog.map(({ name }) => name).join(', ')
    throw new IsobathError(
      'option',
      `--data: expected a data set (${names}), got none. Name one, such as --data glyphs.`,
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

/** For commands that need no data: `usual`, unless --data or --input says otherwise. */
export async function inputOf(flags: ShapeFlags, usual: Omit<DataShape, 'task'>): Promise<DataShape> {
  if (flags.data === undefined) return { ...usual, input: flags.input ?? usual.input, task: 'classification' }
  if (flags.input === undefined) return openData(flags).shape()
  throw new IsobathError('option', '--input: --data says the shape of a sample already. Leave one out.')
}
