/** The data of a run that is there already: loaded as the run did where the flags don't say otherwise. */
import { existsSync, realpathSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import {
  catalog,
  createBlueprint,
  type Dataset,
  type DatasetOptions,
  type EncodedColumn,
  IsobathError,
  inputSize,
  loadDataset,
  type Model,
  type RunFacts,
  type TableEncoding,
} from '../index.ts'
import { opensTables, readStoredOptions, sourceOf } from '../internal.ts'
import { type DataChoice, type DataFlags, dataChoice, openData } from './data-options.ts'

/** The data that a run or a diagnosis began with. */
interface OwnData extends Pick<RunFacts['data'], 'encoding'> {
  readonly source: string
  readonly options: DatasetOptions
}

function ownData({ data }: Pick<RunFacts, 'data'>): OwnData {
  const options = readStoredOptions(data, data.options, 'data.options')
  return { source: sourceOf(data), options, encoding: data.encoding }
}

/** The run's data set, to go on with it; `dataDir`: where it is now. Throws the errors of `loadDataset`. */
export async function readDataOf(
  run: Pick<RunFacts, 'data'>,
  { dataDir }: Pick<DataFlags, 'dataDir'>,
): Promise<Dataset> {
  if (isOfProgram(run)) {
    throw new IsobathError(
      'data',
      `${run.data.name}: a program made this data set, so no command can load it. Call resume, resumeDiagnosis, resumeComparison or diagnoseRun in that program, with the data.`,
    )
  }
  const { source, options } = ownData(run)
  return loadDataset(source, dataDir === undefined ? options : { ...options, dataDir })
}

/** Whether the data set is none that a name or a file gives: a program made it of its own arrays. */
export function isOfProgram({ data }: Pick<RunFacts, 'data'>): boolean {
  const source = sourceOf(data)
  return !catalog.some(({ name }) => name === source)
}

export interface UsedData {
  readonly data: Dataset
  /** What a user should know of it. */
  readonly notes: readonly string[]
  /** The name of a table that isn't the run's own and isn't split: its rows are all used. */
  readonly whole?: string
  /** Where `data` is tested on another file: that file's name, and the run's data with the test set that they had. */
  readonly other?: { readonly testFile: string; readonly own: Dataset }
}

const NO_ENCODING =
  "the run's version of Isobath didn't keep what the table's columns became: this table is read on its own, and must have the same columns in the same order"

export type Use = 'predict' | 'evaluate'

/**
 * The data set that the flags name, or else the run's, to use the run's network on it. Tables are read as the run's own
 * was, whatever their columns' order; labels may be missing in `predict`. Throws the errors of `loadDataset`.
 */
export async function readDataFor(run: Pick<RunFacts, 'data'>, flags: DataFlags, use: Use): Promise<UsedData> {
  const [own, asked] = [ownData(run), dataChoice(flags)]
  const other = otherSource(own, asked)
  if (other !== undefined) return readOther(other, asked.options, own, use)
  const { testFile } = asked.options
  if (opensTables(own.source) && testFile !== undefined && hasOwnTest(own)) {
    return readTestedOn(testFile, own, asked.options, use)
  }
  const { encoding } = own
  const reading = encoding === undefined ? {} : { encoding, unlabeled: use === 'predict' }
  const data = await loadDataset(own.source, { ...own.options, ...asked.options, ...reading })
  // What is known of the run's own table was said when it was trained.
  return { data, notes: encoding === undefined || testFile === undefined ? [] : (data.notes ?? []) }
}

/**
 * The data set that the flags name, for a model: a table is read as the training's table was, where the model knows. Else all
 * columns are numbers, in the order of the inputs, and the label comes last. Labels may be missing in `predict`. Throws the
 * errors of `loadDataset`, and an `option` error where the model doesn't know what the options speak of. `place`: of the model.
 */
export async function readDataForModel(place: string, model: Model, flags: DataFlags, use: Use): Promise<UsedData> {
  const { source, options } = dataChoice(flags)
  if (source === undefined || !opensTables(source) || model.input.length > 1) {
    return { data: await openData(flags).read(), notes: [] }
  }
  const { encoding = encodingOf(model) } = model
  if (model.encoding === undefined) refuseNamedColumns(place, options)
  const used = await readTable(source, options, encoding, use)
  if (model.encoding !== undefined) return used
  const byOrder = `${place} keeps no table: the columns of this one are its inputs in their order, then the label`
  return { ...used, notes: [...used.notes, byOrder] }
}

/** A table that isn't the training's, read as that was; it isn't split unless that is asked for. */
async function readTable(
  source: string,
  options: DatasetOptions,
  encoding: TableEncoding,
  use: Use,
): Promise<UsedData> {
  const reading = { encoding, unlabeled: use === 'predict', whole: options.testFraction === undefined }
  const data = await loadDataset(source, { ...options, ...reading })
  return { data, notes: data.notes ?? [], ...(data.train === data.test ? { whole: data.name } : {}) }
}

function refuseNamedColumns(place: string, options: DatasetOptions): void {
  const named = (['label', 'categorical', 'ignore'] as const).find((key) => options[key] !== undefined)
  if (named === undefined) return
  throw new IsobathError(
    'option',
    (option) =>
      `${option(named)}: ${place} keeps no table: all columns are inputs in their order, then the label. Leave it out, and put the columns in this order.`,
  )
}

function encodingOf({ network, input, task, classNames, targetNames }: Model): TableEncoding {
  const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `column ${index + 1}`)
  const inputs = numbered(input[0]).map((name): EncodedColumn => ({ name, role: 'number' }))
  if (task === 'autoencoding') return { named: false, columns: inputs, target: 'autoencode' }
  const outputs = inputSize({ shape: createBlueprint(network, input).output })
  const isClasses = task === 'classification'
  const targets = isClasses ? ['label'] : (targetNames ?? numbered(outputs).map((name) => `target ${name}`))
  const classes = isClasses ? (classNames ?? Array.from({ length: outputs }, (_, label) => String(label))) : undefined
  const columns = [...inputs, ...targets.map((name): EncodedColumn => ({ name, role: 'target' }))]
  return { named: false, columns, target: isClasses ? 'classes' : 'values', classes }
}

/** What is to be opened, where that is something else than the run's own data. */
function otherSource({ source, options }: OwnData, asked: DataChoice): string | undefined {
  if (asked.source === undefined || asked.source !== source) return asked.source
  // A set that has a name is the same wherever its files are.
  const isOther = opensTables(source) ? isElsewhere(asked.options, options) : Object.keys(asked.named).length > 0
  return isOther ? source : undefined
}

/** Without a place it is the run's own. */
function isElsewhere({ dataDir }: DatasetOptions, own: DatasetOptions): boolean {
  if (dataDir === undefined) return false
  const place = (path: string): string => (existsSync(path) ? realpathSync(path) : path)
  return own.dataDir === undefined || place(dataDir) !== place(own.dataDir)
}

async function readOther(source: string, asked: DatasetOptions, own: OwnData, use: Use): Promise<UsedData> {
  const { encoding, options } = own
  const areTables = opensTables(source) && opensTables(own.source)
  if (!areTables || encoding === undefined) {
    return { data: await loadDataset(source, asked), notes: areTables ? [NO_ENCODING] : [] }
  }
  const missing = options.missing === undefined ? {} : { missing: options.missing }
  return readTable(source, { ...missing, ...asked }, encoding, use)
}

/** Where its file of test rows is gone, the one that is named takes its place. */
function hasOwnTest({ options: { testFile } }: OwnData): boolean {
  return testFile === undefined || existsSync(testFile)
}

/**
 * The run's own table, of which the same rows are for training as in the run, whatever the flags say of the file that is
 * read in place of its test rows.
 */
async function readTestedOn(
  testFile: string,
  { source, encoding, options }: OwnData,
  { testFile: _, testFraction: __, header, separator, missing = options.missing, ...asked }: DatasetOptions,
  use: Use,
): Promise<UsedData> {
  if (existsSync(testFile) && statSync(testFile).isDirectory()) {
    throw new IsobathError('data', `${testFile}: expected a file of test rows, got a folder. Name the file.`)
  }
  const own = await loadDataset(source, { ...options, ...asked, encoding })
  const reading = { header, separator, missing, encoding: own.encoding, whole: true, unlabeled: use === 'predict' }
  const { test, notes = [] } = await loadDataset(source, { dataDir: testFile, ...reading })
  return { data: { ...own, test }, notes, other: { testFile: basename(testFile), own } }
}
