/** The data of a run that is there already: loaded as the run did where the flags don't say otherwise. */
import { existsSync, realpathSync, statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { type Dataset, dataFolder, IsobathError, loadDataset, type RunFacts, storedSets } from '../index.ts'
import { choiceSchema, type DataChoice, type DataFlags, dataChoice, dataName, readData } from './data-options.ts'

/** The run's data set, to go on with it. Throws the errors of `loadDataset`. */
export async function readDataOf({ data }: Pick<RunFacts, 'data'>, flags: DataFlags): Promise<Dataset> {
  return loadDataset(data.name, { ...keptChoice(data), ...dataChoice(flags) })
}

/** Where the files of a data set are, whatever folder and environment the work is resumed from. */
export async function lastingChoice(name: string, { dataDir, ...choice }: DataChoice): Promise<DataChoice> {
  const place = storedSets.includes(name) ? await dataFolder(dataDir) : dataDir
  return place === undefined ? choice : { ...choice, dataDir: resolve(place) }
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
export async function readDataFor(
  { data: kept }: Pick<RunFacts, 'data'>,
  flags: DataFlags,
  use: Use,
): Promise<UsedData> {
  const own = keptChoice(kept)
  const choice = dataChoice(flags)
  const isOther =
    flags.data !== undefined && (kept.name === 'csv' ? isOtherTable(flags, own, choice) : flags.data !== kept.name)
  const { encoding } = kept
  if (kept.name === 'csv' && !isOther && choice.testFile !== undefined && hasOwnTest(own)) {
    return readTestedOn(choice.testFile, { ...kept, options: own }, choice, use)
  }
  if (!encoding || (isOther && dataName(flags) !== 'csv')) {
    const data = isOther ? await readData(flags) : await loadDataset(kept.name, { ...own, ...choice })
    const isOldRun = isOther && kept.name === 'csv' && dataName(flags) === 'csv'
    return { data, notes: isOldRun ? [NO_ENCODING] : [] }
  }
  const common = { encoding, unlabelled: use === 'predict' }
  if (!isOther) {
    const data = await loadDataset('csv', { ...own, ...choice, ...common })
    // What is known of the run's own table was said when it was trained.
    return { data, notes: choice.testFile === undefined ? [] : (data.notes ?? []) }
  }
  const missing = own.missing === undefined ? {} : { missing: own.missing }
  const whole = choice.testFraction === undefined
  const data = await loadDataset('csv', { ...missing, ...choice, ...common, whole })
  const name = basename(choice.dataDir ?? 'csv')
  return { data, notes: data.notes ?? [], ...(data.train === data.test ? { whole: name } : {}) }
}

/** Where its file of test rows is gone, the one that is named takes its place. */
function hasOwnTest({ testFile }: DataChoice): boolean {
  return testFile === undefined || existsSync(testFile)
}

/**
 * The run's own table, of which the same rows are for training as in the run, whatever the flags say of the file that is
 * read in place of its test rows.
 */
async function readTestedOn(
  testFile: string,
  { encoding, options }: Pick<RunFacts['data'], 'encoding'> & { readonly options: DataChoice },
  { testFile: _, testFraction: __, header, separator, missing = options.missing, ...choice }: DataChoice,
  use: Use,
): Promise<UsedData> {
  if (existsSync(testFile) && statSync(testFile).isDirectory()) {
    throw new IsobathError('data', `${testFile}: expected a file of test rows, got a folder. Name the file.`)
  }
  const own = await loadDataset('csv', { ...options, ...choice, encoding })
  const reading = { header, separator, missing, encoding: own.encoding, whole: true, unlabelled: use === 'predict' }
  const { test, notes = [] } = await loadDataset('csv', { dataDir: testFile, ...reading })
  return { data: { ...own, test }, notes, other: { testFile: basename(testFile), own } }
}

function keptChoice({ options }: RunFacts['data']): DataChoice {
  return choiceSchema.safeParse(options).data ?? {}
}

/** Whether it is something else than the run's own table. */
function isOtherTable(flags: DataFlags, own: DataChoice, { dataDir }: DataChoice): boolean {
  if (dataName(flags) !== 'csv') return true
  // `--data csv` alone is the run's.
  if (dataDir === undefined) return false
  const place = (path: string): string => (existsSync(path) ? realpathSync(path) : path)
  return own.dataDir === undefined || place(dataDir) !== place(own.dataDir)
}
