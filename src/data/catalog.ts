/** The named data sets, and how each of them is opened. */
import { checkOptions } from '../support/check-options.ts'
import { IsobathError } from '../support/errors.ts'
import { type Fields, pickOptions } from '../support/fields.ts'
import { suggestion } from '../support/nearest.ts'
import { once } from '../support/once.ts'
import { blobs, blobsOptions } from './blobs.ts'
import type { DataShape } from './data-shape.ts'
import { type DataFacts, type DataSource, generated, stored, tables } from './data-source.ts'
import type { Dataset } from './dataset.ts'
import type { DatasetOptions } from './dataset-options.ts'
import { glyphs, glyphsOptions } from './glyphs.ts'
import { dataFiles } from './node.ts'
import { commonOptions } from './options.ts'
import { moons, moonsOptions, spirals, spiralsOptions } from './planar.ts'
import { sawtooth, sawtoothOptions } from './sawtooth.ts'
import { teacher, teacherOptions } from './teacher.ts'
import { tiles, tilesOptions } from './tiles.ts'
import { vary } from './vary.ts'

/** The catalog name under which a user's own tables are opened. */
export const tableSource = 'csv'

const sources: Readonly<Record<string, DataSource>> = {
  blobs: generated(blobs, blobsOptions, {
    what: 'normally distributed clouds of points, one for each class',
    shape: [2],
    classes: blobsOptions.classes.default,
  }),
  'cifar-10': stored(cifar10, {
    what: 'small color photographs of ten kinds of objects (Krizhevsky 2009), in six binary files',
    shape: [3, 32, 32],
    classes: 10,
    train: 50_000,
    test: 10_000,
  }),
  [tableSource]: tables,
  glyphs: generated(glyphs, glyphsOptions, {
    what: 'gray images of ten made-up signs, drawn with random strokes',
    shape: [1, 28, 28],
    classes: 10,
    mirrored: true,
  }),
  mnist: stored(mnist, {
    what: 'handwritten digits (LeCun, Cortes, Burges), in four IDX files',
    shape: [1, 28, 28],
    classes: 10,
    train: 60_000,
    test: 10_000,
  }),
  moons: generated(moons, moonsOptions, {
    what: 'points on two interleaved half-circles',
    shape: [2],
    classes: 2,
  }),
  sawtooth: generated(sawtooth, sawtoothOptions, {
    what: 'points on a line, with a class that alternates over 2^folds intervals',
    shape: [1],
    classes: 2,
  }),
  spirals: generated(spirals, spiralsOptions, { what: 'points on interleaved spiral arms', shape: [2], classes: 2 }),
  teacher: generated(teacher, teacherOptions, {
    what: 'normally distributed inputs, labeled by a random network',
    shape: [10],
    classes: 2,
  }),
  tiles: generated(tiles, tilesOptions, {
    what: 'colored images of textures and shapes, for convolutional networks',
    shape: [3, 32, 32],
    classes: 10,
  }),
}

async function cifar10(dataDir: string | undefined): Promise<Dataset> {
  const { loadCifar10, namedFolder } = await dataFiles("loadDataset('cifar-10')")
  return loadCifar10(namedFolder(dataDir))
}

async function mnist(dataDir: string | undefined): Promise<Dataset> {
  const { loadMnist, namedFolder } = await dataFiles("loadDataset('mnist')")
  return loadMnist(namedFolder(dataDir))
}

/** One data set of the catalog, as the command `data list` shows it. */
export interface CatalogRow extends DataFacts {
  readonly name: string
  /** Names of the set's own options, without the options that all sets share. */
  readonly options: readonly string[]
}

/** The catalog of all named data sets, sorted by name. */
export const catalog: readonly CatalogRow[] = Object.entries(sources).map(([name, { facts, options }]) => {
  const { what, shape, classes, train, test, source, mirrored } = facts
  const row = { name, what, shape, classes, train, test, source, options: Object.keys(options) }
  return mirrored ? { ...row, mirrored } : row
})

/**
 * The options of each generated set. The options may follow the set's name on the command line, as in
 * `blobs:classes=5,noise=0.3`.
 */
export const generatorTables: ReadonlyMap<string, Fields> = new Map(
  Object.entries(sources).flatMap(([name, { facts, options }]) =>
    facts.source === 'generated' ? [[name, options] as const] : [],
  ),
)

/** A data set that has been opened but not read. */
export interface OpenedDataset {
  /**
   * Returns the input sizes, the number of outputs and the task for a network. Files are read only if the sizes depend
   * on the files, as for a table. A table is read only once, even if both `shape` and `read` are called.
   */
  shape(): Promise<DataShape>
  /**
   * Returns the data set, varied as the options say: with held-out samples, a subset, random labels or other targets.
   */
  read(): Promise<Dataset>
}

/**
 * Opens the data set with the given name without reading its samples. For an unknown name, throws a `data` error that
 * lists the known names. Throws a `data` error for an option that the set doesn't have and for a value that the option
 * doesn't accept.
 */
export function openDataset(name: string, options: DatasetOptions = {}): OpenedDataset {
  const source = sourceNamed(name)
  checkOptionNames(name, source, options)
  const choice: DatasetOptions = pickOptions(optionsOf(source), options, { name, code: 'data' })
  const read = once(async () => vary(await source.read(choice), choice))
  return { shape: () => source.shape(choice, read), read }
}

/**
 * Reads the data set with the given name. Throws a `data` error for an unknown name, an option that the set doesn't
 * have, a bad value, and missing or broken files. Throws an `option` error if the set can't be varied as the options
 * say.
 */
export async function loadDataset(name: string, options: DatasetOptions = {}): Promise<Dataset> {
  return openDataset(name, options).read()
}

/**
 * Returns the catalog name under which a data set is opened. A data set from a table is named after its file, but is
 * opened under the catalog name `csv`.
 */
export function sourceOf({ name, encoding }: Pick<Dataset, 'name' | 'encoding'>): string {
  return encoding === undefined ? name : tableSource
}

/**
 * Returns whether a catalog name opens a user's own tables. A user's own table is identified by its path, not by its
 * name.
 */
export function opensTables(name: string): boolean {
  return Object.hasOwn(sources, name) && sources[name].isTable === true
}

/**
 * Reads the options of a data set that a run has stored, and leaves out stored values that are no options of the set.
 * Throws a `run` error for a bad value. `where` is the location of the options in the file, for error messages.
 */
export function readStoredOptions(
  set: Pick<Dataset, 'name' | 'encoding'>,
  stored: Readonly<Record<string, unknown>>,
  where: string,
): DatasetOptions {
  const source = sourceOf(set)
  const table: Fields = { ...commonOptions, ...(Object.hasOwn(sources, source) ? sources[source].options : {}) }
  return pickOptions(table, stored, { name: where, code: 'run' })
}

function sourceNamed(name: string): DataSource {
  if (Object.hasOwn(sources, name)) return sources[name]
  const names = Object.keys(sources)
  throw new IsobathError(
    'data',
    `data set ${JSON.stringify(name)}: expected one of ${names.join(', ')}. ${suggestion(name, names)}`.trimEnd(),
  )
}

function optionsOf({ options, passing = {} }: DataSource): Fields {
  return { ...commonOptions, ...options, ...passing }
}

/**
 * Checks the names of the options. For an option of another data set, the error lists the options that only the given
 * data set has. For a name that is no option of any data set, the error lists the options that the given data set
 * accepts.
 */
function checkOptionNames(name: string, source: DataSource, given: DatasetOptions): void {
  const own = Object.keys(source.options)
  const known = [...own, ...Object.keys(commonOptions)]
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given)
  const others = Object.entries(isObject ? given : {}).filter(([key]) => !Object.hasOwn(optionsOf(source), key))
  checkOptions(name, isObject ? Object.fromEntries(others.filter(([key]) => !isOfSomeSet(key))) : given, {
    code: 'data',
    known,
    example: '{ samples: 1000 }',
  })
  for (const [key, value] of others) {
    if (value === undefined) continue
    const remedy = own.length === 0 ? 'Leave the option out.' : `Leave the option out, or use one of ${own.join(', ')}.`
    throw new IsobathError('data', (option) => `${name}: the data set has no option ${option(key)}. ${remedy}`)
  }
}

const isOfSomeSet = (key: string): boolean =>
  Object.values(sources).some((source) => Object.hasOwn(optionsOf(source), key))
