/** Loads the data for a stored run: the run's own data, or other data that the flags name. */
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
import { classesOfOutputs, opensTables, readStoredOptions, sourceOf } from '../internal.ts'
import { type DataChoice, type DataFlags, dataChoice, type KeepFlags, openData } from './data-options.ts'

/** The data set with which a run or a diagnosis began. */
interface OwnData extends Pick<RunFacts['data'], 'encoding'> {
  readonly source: string
  readonly options: DatasetOptions
}

function ownData({ data }: Pick<RunFacts, 'data'>): OwnData {
  const options = readStoredOptions(data, data.options, 'data.options')
  return { source: sourceOf(data), options, encoding: data.encoding }
}

/**
 * Loads the data set of a run, to resume the run. `dataDir` is the folder that holds the data now. Throws a `data`
 * error if a program made the data set. Throws the errors of `loadDataset`.
 */
export async function readDataOf(
  run: Pick<RunFacts, 'data'>,
  { dataDir }: Pick<DataFlags, 'dataDir'>,
): Promise<Dataset> {
  if (isOfProgram(run)) {
    throw new IsobathError(
      'data',
      `${run.data.name}: a program made this data set, so no command can load it. Call resume, resumeDiagnosis, resumeComparison, resumePrescription or diagnoseRun in that program, with the data.`,
    )
  }
  const { source, options } = ownData(run)
  return loadDataset(source, dataDir === undefined ? options : { ...options, dataDir })
}

/** Whether a program made the data set from its own arrays, so that the data can't be loaded by name or from a file. */
export function isOfProgram({ data }: Pick<RunFacts, 'data'>): boolean {
  const source = sourceOf(data)
  return !catalog.some(({ name }) => name === source)
}

export interface UsedData {
  readonly data: Dataset
  /** Notes for the user about the data. */
  readonly notes: readonly string[]
  /** Name of a table other than the run's own table, if all of its rows are used as one set. */
  readonly whole?: string
  /**
   * `testFile` is the name of the file whose rows replace the test rows in `data`, and `own` is the run's data with its
   * own test set. Undefined if the test rows in `data` do not come from another file.
   */
  readonly other?: { readonly testFile: string; readonly own: Dataset }
}

const NO_ENCODING =
  'This run is from an older version of Isobath, which did not store the encoding of tables. The new table is encoded on its own and must have the same columns in the same order.'

export type Use = 'predict' | 'evaluate'

/** The options of a table that say which columns are kept beside the samples. Only predictions repeat columns. */
type Keeping = Pick<DatasetOptions, 'keep' | 'keepIds'>

/**
 * Returns the columns to keep. Throws an `option` error if --keep names columns and the data set `source` is no table.
 */
function keepingOf({ keep }: KeepFlags, source: string, use: Use): Keeping {
  if (use === 'evaluate' || keep === false) return {}
  const columns = Array.isArray(keep) ? keep : undefined
  if (opensTables(source)) return columns === undefined ? { keepIds: true } : { keep: columns }
  if (columns === undefined) return {}
  throw new IsobathError(
    'option',
    `--keep: ${source} is no table, so no columns can be repeated beside the predictions. Leave --keep out.`,
  )
}

/**
 * Loads the data set on which a command uses the network of a run: the set that the flags name, or else the run's own
 * data set. A new table is encoded like the run's own table, and its columns may have any order. For the command
 * `predict`, labels may be missing. Throws the errors of `loadDataset`.
 */
export async function readDataFor(
  run: Pick<RunFacts, 'data'>,
  flags: DataFlags & KeepFlags,
  use: Use,
): Promise<UsedData> {
  const [own, asked] = [ownData(run), dataChoice(flags)]
  const other = otherSource(own, asked)
  const keeping = keepingOf(flags, other ?? own.source, use)
  if (other !== undefined) return readOther(other, { ...asked.options, ...keeping }, own, use)
  const { testFile } = asked.options
  if (opensTables(own.source) && testFile !== undefined && hasOwnTest(own)) {
    return readTestedOn(testFile, own, { asked: asked.options, keeping, isTested: flags.set === 'test' }, use)
  }
  const { encoding } = own
  const reading = encoding === undefined ? {} : { encoding, unlabeled: use === 'predict' }
  const data = await loadDataset(own.source, { ...own.options, ...asked.options, ...reading, ...keeping })
  // The notes about the run's own table were printed when the run was trained.
  return { data, notes: encoding === undefined || testFile === undefined ? [] : (data.notes ?? []) }
}

/**
 * Loads the data set that the flags name, for the model in the file or folder `place`. If the model stores the encoding
 * of its training table, the new table is encoded in the same way. If the model stores no encoding, all columns are
 * numbers in the order of the inputs, and the label comes last. For the command `predict`, labels may be missing.
 * Throws an `option` error if an option names columns and the model stores no names of columns. Throws the errors of
 * `loadDataset`.
 */
export async function readDataForModel(
  place: string,
  model: Model,
  flags: DataFlags & KeepFlags,
  use: Use,
): Promise<UsedData> {
  const { source, options } = dataChoice(flags)
  const keeping = source === undefined ? {} : keepingOf(flags, source, use)
  if (source === undefined || !opensTables(source) || model.input.length > 1) {
    return { data: await openData(flags).read(), notes: [] }
  }
  const { encoding = encodingOf(model) } = model
  if (model.encoding === undefined) refuseNamedColumns(place, options)
  const used = await readTable(source, { ...options, ...keeping }, encoding, use)
  if (model.encoding !== undefined) return used
  const byOrder = `${place} stores no names of columns, so the columns of this table are taken as the inputs in their order, then the label`
  return { ...used, notes: [...used.notes, byOrder] }
}

/**
 * Reads a new table and encodes the new table like the table of the training. The new table is split only if a test
 * fraction above 0 is given.
 */
async function readTable(
  source: string,
  options: DatasetOptions,
  encoding: TableEncoding,
  use: Use,
): Promise<UsedData> {
  const reading = { encoding, unlabeled: use === 'predict', whole: (options.testFraction ?? 0) === 0 }
  const data = await loadDataset(source, { ...options, ...reading })
  return { data, notes: data.notes ?? [], ...(data.train === data.test ? { whole: data.name } : {}) }
}

function refuseNamedColumns(place: string, options: DatasetOptions): void {
  const named = (['label', 'categorical', 'ignore'] as const).find((key) => options[key] !== undefined)
  if (named === undefined) return
  throw new IsobathError(
    'option',
    (option) =>
      `${option(named)}: ${place} stores no names of columns. Leave the option out, and order the columns as in the training: first the inputs, then the label.`,
  )
}

function encodingOf({ network, input, task, classNames, targetNames }: Model): TableEncoding {
  const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `column ${index + 1}`)
  const inputs = numbered(input[0]).map((name): EncodedColumn => ({ name, role: 'number' }))
  if (task === 'autoencoding') return { named: false, columns: inputs, target: 'autoencode' }
  const outputs = inputSize({ shape: createBlueprint(network, input).output })
  const isClasses = task === 'classification'
  const targets = isClasses ? ['label'] : (targetNames ?? numbered(outputs).map((name) => `target ${name}`))
  const classes = isClasses
    ? (classNames ?? Array.from({ length: classesOfOutputs(outputs) }, (_, label) => String(label)))
    : undefined
  const columns = [...inputs, ...targets.map((name): EncodedColumn => ({ name, role: 'target' }))]
  return { named: false, columns, target: isClasses ? 'classes' : 'values', classes }
}

/** Returns the source of the data if the flags name other data than the run's own. Otherwise returns undefined. */
function otherSource({ source, options }: OwnData, asked: DataChoice): string | undefined {
  if (asked.source === undefined || asked.source !== source) return asked.source
  // A data set that is opened by its name is the same data set in every folder.
  const isOther = opensTables(source) ? isElsewhere(asked.options, options) : Object.keys(asked.named).length > 0
  return isOther ? source : undefined
}

/**
 * Whether the options name another table than the run's own table. Options without a file or folder mean the run's own
 * table.
 */
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

/**
 * Whether the file with the run's own test rows still exists. If that file is missing, the file that the flags name
 * replaces it.
 */
function hasOwnTest({ options: { testFile } }: OwnData): boolean {
  return testFile === undefined || existsSync(testFile)
}

/**
 * Reads the run's own table, with the test rows of another file. The rows for training are the same as in the run,
 * whatever the flags say about the other file.
 */
async function readTestedOn(
  testFile: string,
  { source, encoding, options }: OwnData,
  {
    asked: given,
    keeping,
    isTested,
  }: { readonly asked: DatasetOptions; readonly keeping: Keeping; readonly isTested: boolean },
  use: Use,
): Promise<UsedData> {
  if (existsSync(testFile) && statSync(testFile).isDirectory()) {
    throw new IsobathError('data', `${testFile}: expected a file of test rows, got a folder. Name the file.`)
  }
  const { testFile: _, testFraction: __, header, separator, missing = options.missing, ...asked } = given
  const own = await loadDataset(source, { ...options, ...asked, encoding, ...(isTested ? {} : keeping) })
  const reading = { header, separator, missing, encoding: own.encoding, whole: true, unlabeled: use === 'predict' }
  const kept = isTested ? keeping : {}
  const { test, notes = [] } = await loadDataset(source, { dataDir: testFile, ...reading, ...kept })
  return { data: { ...own, test }, notes, other: { testFile: basename(testFile), own } }
}
