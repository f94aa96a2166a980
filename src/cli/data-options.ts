/** Where data comes from, and what is made of it: the options that several commands share. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { z } from 'zod'
import {
  catalogue,
  type Dataset,
  type DatasetOptions,
  GENERATOR_OPTIONS,
  IsobathError,
  inputSize,
  loadDataset,
  outputsOf,
  suggestion,
  type Task,
  taskOf,
} from '../index.ts'
import { parseNumber, wholeFrom } from './numbers.ts'

/** What it takes to know a sample's shape. */
export interface ShapeFlags {
  readonly data?: string
  readonly input?: readonly number[]
  readonly dataDir?: string
  readonly target?: DatasetOptions['target']
  readonly label?: string
  readonly header?: DatasetOptions['header']
  readonly separator?: string
  readonly missing?: DatasetOptions['missing']
  readonly categorical?: readonly string[]
  readonly ignore?: readonly string[]
  readonly testFile?: string
  readonly testFraction?: number
}

export interface DataFlags extends ShapeFlags {
  readonly dataSeed?: number
  readonly samples?: number
  readonly validation?: number
  readonly randomLabels?: boolean
}

/** What `loadDataset` takes; also what a run's description keeps of it. */
export type DataChoice = DatasetOptions

/** The same, read again from a run's description. */
export const choiceSchema = z.object({
  dataDir: z.string().optional(),
  seed: z.number().optional(),
  samples: z.number().optional(),
  validation: z.number().optional(),
  randomLabels: z.boolean().optional(),
  target: z.enum(['classes', 'values', 'autoencode']).optional(),
  label: z.string().optional(),
  header: z.enum(['yes', 'no']).optional(),
  separator: z.string().optional(),
  missing: z.enum(['error', 'drop']).optional(),
  categorical: z.array(z.string()).optional(),
  ignore: z.array(z.string()).optional(),
  testFile: z.string().optional(),
  testFraction: z.number().optional(),
  classes: z.number().optional(),
  depth: z.number().optional(),
  features: z.number().optional(),
  folds: z.number().optional(),
  noise: z.number().optional(),
  test: z.number().optional(),
  train: z.number().optional(),
  width: z.number().optional(),
}) satisfies z.ZodType<DataChoice>

const dataHelp = 'the data set: a name (isobath data list), with options as blobs:classes=5,noise=0.3, or FILE.csv'

export function addDataOptions(command: Command, data = dataHelp): Command {
  addDataPlace(command, data)
    .option('--data-seed <n>', 'chooses generated samples, splits, and those of --samples (default: 0)', wholeFrom(0))
    .option('--samples <n>', 'use a random subset of so many training samples', wholeFrom(1))
    .option(
      '--validation <fraction>',
      'hold out so much of the training set, and score it beside the test set',
      fraction,
    )
    .option('--random-labels', 'give the training set random labels, to see what a network can learn by heart')
  return addTableOptions(command)
}

export function addShapeOptions(command: Command): Command {
  const means = "a data set whose samples' shape and classes to take (default: those that the preset is for)"
  addDataPlace(command, means).option('--input <shape>', "a sample's shape, such as 3x32x32, instead of --data", shape)
  return addTableOptions(command)
}

function shape(text: string): readonly number[] {
  const extents = text.split('x').map((part) => (/^[1-9]\d{0,5}$/.test(part) ? Number(part) : 0))
  if ((extents.length === 1 || extents.length === 3) && extents.every((extent) => extent > 0)) return extents
  throw new InvalidArgumentError('Expected values, as in 784, or channels x height x width, as in 3x32x32.')
}

function addDataPlace(command: Command, data: string): Command {
  const what = 'autoencode: inputs are to be given back; classes or values: what the label of a table is'
  return command
    .optionsGroup('Data:')
    .option('--data <name>', data)
    .option(
      '--data-dir <path>',
      'where the files of the data set are (default: the folder that ISOBATH_DATA names, or data)',
    )
    .addOption(new Option('--target <what>', what).choices(['autoencode', 'classes', 'values']))
}

function addTableOptions(command: Command): Command {
  const header = 'whether the first line has the names of the columns (default: found out)'
  const missing = 'what to do about rows with missing cells (empty, NA, NaN, null, ?)'
  return command
    .optionsGroup('Tables (--data FILE.csv):')
    .option('--label <column>', 'what to predict, by name or number from 1; several, if values (default: the last)')
    .option('--categorical <columns>', 'columns of words: one input for each word; may be repeated', collect)
    .option('--ignore <columns>', 'columns to leave out; may be repeated', collect)
    .addOption(new Option('--missing <what>', `${missing} (default: error)`).choices(['error', 'drop']))
    .addOption(new Option('--header <answer>', header).choices(['yes', 'no']))
    .option('--separator <character>', 'between cells: a character, or tab (default: found out)', separator)
    .option('--test-file <file>', 'a table of test rows (default: a part of the rows)')
    .option('--test-fraction <fraction>', 'the part of the rows to test on (default: 0.2)', fraction)
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text]
}

function separator(text: string): string {
  if (text === 'tab' || text === '\\t') return '\t'
  if (text.length === 1) return text
  throw new InvalidArgumentError('Expected one character, or tab.')
}

function fraction(text: string): number {
  const value = parseNumber(text)
  if (value > 0 && value < 1) return value
  throw new InvalidArgumentError('Expected a number above 0 and below 1.')
}

/** Without what wasn't said. Throws an `option` error where the data set's own options can't be read. */
export function dataChoice(flags: DataFlags): DataChoice {
  const { data, dataSeed: seed, dataDir, ...rest } = flags
  const { samples, validation, randomLabels, target, label, header, separator: between, missing } = rest
  const { categorical, ignore, testFile, testFraction } = rest
  const named = { samples, validation, randomLabels, target, label, header, separator: between, missing }
  const { file, options } = readDataText(data ?? '')
  if (file !== undefined && dataDir !== undefined) {
    throw new IsobathError('option', `--data-dir: --data ${file} names the file already. Leave one out.`)
  }
  const place = file ?? (data === 'csv' ? dataDir : undefined)
  const all: DataChoice = {
    // A run that is resumed from another folder must find its table.
    dataDir: place === undefined ? dataDir : resolve(place),
    seed,
    ...named,
    categorical,
    ignore,
    testFile: testFile === undefined ? undefined : resolve(testFile),
    testFraction,
    ...options,
  }
  return choiceSchema.parse(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)))
}

interface DataText {
  readonly name: string
  /** A table, named by its place. */
  readonly file?: string
  readonly options: Readonly<Record<string, number>>
}

/** `moons`, `blobs:classes=5,noise=0.3` or a table's file or folder. */
function readDataText(text: string): DataText {
  const isName = catalogue.some(({ name }) => name === text.split(':')[0])
  if (!isName && (/\.(csv|tsv)(\.gz)?$/i.test(text) || (text !== '' && existsSync(text)))) {
    refuseStoredSet(text)
    return { name: 'csv', file: text, options: {} }
  }
  const [name, ...rest] = text.split(':')
  const options = rest.join(':')
  return {
    name,
    options: Object.fromEntries(options === '' ? [] : options.split(',').map((part) => readOption(name, part))),
  }
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

function readOption(name: string, text: string): [string, number] {
  const [key, ...values] = text.split('=').map((part) => part.trim())
  const known = GENERATOR_OPTIONS.find((option) => option === key)
  if (known === undefined) {
    const own = catalogue.find((row) => row.name === name)?.options.filter(isGeneratorOption) ?? []
    const remedy = suggestion(key, own) || (own.length === 0 ? 'It has none. ' : `It has ${own.join(', ')}. `)
    throw new IsobathError('option', `--data ${name}: has no option ${JSON.stringify(key)}. ${remedy}`.trimEnd())
  }
  const value = Number(values.join('='))
  if (values.length === 1 && values[0] !== '' && Number.isFinite(value)) return [known, value]
  throw new IsobathError(
    'option',
    `--data ${name}:${key}: expected a number, as in ${key}=4, got ${JSON.stringify(text)}.`,
  )
}

function isGeneratorOption(option: string): boolean {
  return GENERATOR_OPTIONS.some((known) => known === option)
}

/** The files that the data may be read from, as the user named them. */
export function dataFiles({ data, dataDir, testFile }: ShapeFlags): (string | undefined)[] {
  return [data, dataDir, testFile]
}

/** The name of the data set. Throws an `option` error where there is none. */
export function dataName({ data }: ShapeFlags): string {
  if (data !== undefined) return readDataText(data).name
  const names = catalogue.map(({ name }) => name).join(', ')
  throw new IsobathError('option', `--data: expected a data set (${names}), got none. Name one, such as --data glyphs.`)
}

export function readData(flags: DataFlags): Promise<Dataset> {
  return loadDataset(dataName(flags), dataChoice(flags))
}

export interface InputShape {
  readonly input: readonly number[]
  /** The width of the read-out: as many as there are classes, or values to predict. */
  readonly classes: number
  readonly task: Task
}

export function shapeOfData(data: Dataset): InputShape {
  return { input: data.shape, classes: outputsOf(data), task: taskOf(data) }
}

/** What a network for this data set takes and gives, without reading the files of those that are known. */
export async function shapeOf(name: string, choice: DataChoice = {}): Promise<InputShape> {
  const row = catalogue.find((known) => known.name === name)
  if (row?.source === 'files' && row.shape !== null && row.classes !== null) {
    const { shape: input, classes } = row
    if (choice.target === 'autoencode') return { input, classes: inputSize({ shape: input }), task: 'autoencoding' }
    return { input, classes, task: 'classification' }
  }
  if (row?.source !== 'generated') return shapeOfData(await loadDataset(name, choice))
  // A small set of the same kind has the same shape.
  const { samples, validation, randomLabels, ...kept } = choice
  return shapeOfData(await loadDataset(name, { ...kept, train: 1, test: 1 }))
}

/** A data set that is yet to be read, when its shape is known: a table is read for its shape, and not once more. */
export async function openData(flags: DataFlags): Promise<{ shape: InputShape; read: () => Promise<Dataset> }> {
  const [name, choice] = [dataName(flags), dataChoice(flags)]
  if (name !== 'csv') return { shape: await shapeOf(name, choice), read: () => loadDataset(name, choice) }
  const data = await loadDataset(name, choice)
  return { shape: shapeOfData(data), read: async () => data }
}

/** For commands that need no data: `usual`, unless --data or --input says otherwise. */
export async function inputOf(flags: ShapeFlags, usual: Omit<InputShape, 'task'>): Promise<InputShape> {
  if (flags.data === undefined) return { ...usual, input: flags.input ?? usual.input, task: 'classification' }
  if (flags.input === undefined) return shapeOf(dataName(flags), dataChoice(flags))
  throw new IsobathError('option', '--input: --data says the shape of a sample already. Leave one out.')
}
