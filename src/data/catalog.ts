/** The data sets that have a name, and how each is opened. */
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

/** The source of tables of the user's own. */
export const tableSource = 'csv'

const sources: Readonly<Record<string, DataSource>> = {
  blobs: generated(blobs, blobsOptions, {
    what: 'normal clouds of points, one for each class',
    shape: [2],
    classes: blobsOptions.classes.default,
  }),
  'cifar-10': stored(cifar10, {
    what: 'small color photographs of ten kinds of things (Krizhevsky 2009), six binary files',
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
    what: 'handwritten digits (LeCun, Cortes, Burges), four IDX files',
    shape: [1, 28, 28],
    classes: 10,
    train: 60_000,
    test: 10_000,
  }),
  moons: generated(moons, moonsOptions, {
    what: 'points on two half-circles that reach into each other',
    shape: [2],
    classes: 2,
  }),
  sawtooth: generated(sawtooth, sawtoothOptions, {
    what: 'points on a line whose class changes from one of 2^folds intervals to the next',
    shape: [1],
    classes: 2,
  }),
  spirals: generated(spirals, spiralsOptions, { what: 'points on interleaved spiral arms', shape: [2], classes: 2 }),
  teacher: generated(teacher, teacherOptions, {
    what: 'normal inputs, labeled by a random network',
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

/** One data set, as `data list` shows it. */
export interface CatalogRow extends DataFacts {
  readonly name: string
  /** Options that this set has beside those that all have. */
  readonly options: readonly string[]
}

/** The data sets that have a name. */
export const catalog: readonly CatalogRow[] = Object.entries(sources).map(([name, { facts, options }]) => {
  const { what, shape, classes, train, test, source, mirrored } = facts
  const row = { name, what, shape, classes, train, test, source, options: Object.keys(options) }
  return mirrored ? { ...row, mirrored } : row
})

/** The options of each generated set, which may stand behind its name as `blobs:classes=5,noise=0.3`. */
export const generatorTables: ReadonlyMap<string, Fields> = new Map(
  Object.entries(sources).flatMap(([name, { facts, options }]) =>
    facts.source === 'generated' ? [[name, options] as const] : [],
  ),
)

/** A data set that is yet to be read. */
export interface OpenedDataset {
  /** What a network for it takes and gives, read no further than that takes: a table is read for it, and not once more. */
  shape(): Promise<DataShape>
  /** The set itself, varied as the options say: samples held out, a subset of them, random labels, other targets. */
  read(): Promise<Dataset>
}

/**
 * The data set of a name, to be read. Throws a `data` error on an unknown name (it lists the known ones), and on an option
 * that the set doesn't have or a value that it can't take.
 */
export function openDataset(name: string, options: DatasetOptions = {}): OpenedDataset {
  const source = sourceNamed(name)
  checkOptionNames(name, source, options)
  const choice: DatasetOptions = pickOptions(optionsOf(source), options, { name, code: 'data' })
  const read = once(async () => vary(await source.read(choice), choice))
  return { shape: () => source.shape(choice, read), read }
}

/**
 * The same, read at once. Throws also where files are missing or broken, a `data` error, and an `option` error on what can't
 * be done to the set.
 */
export async function loadDataset(name: string, options: DatasetOptions = {}): Promise<Dataset> {
  return openDataset(name, options).read()
}

/** The name that a set is opened by: a table is called by its file's name, and opened as a table. */
export function sourceOf({ name, encoding }: Pick<Dataset, 'name' | 'encoding'>): string {
  return encoding === undefined ? name : tableSource
}

/** Whether a name is that of tables of the user's own, of which each is told apart by its place. */
export function opensTables(name: string): boolean {
  return Object.hasOwn(sources, name) && sources[name].isTable === true
}

/**
 * The options that a set was loaded with, as a run keeps them; others that are kept there are left out. Throws a `run` error
 * on a value that can't be one. `where`: their place in the file.
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

/** Options that other sets have are refused with the names of the set's own, others with the names of all there are. */
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
    const remedy = own.length === 0 ? 'Leave it out.' : `Leave it out, or use one that it has: ${own.join(', ')}.`
    throw new IsobathError('data', (option) => `${name}: has no option ${option(key)}. ${remedy}`)
  }
}

const isOfSomeSet = (key: string): boolean =>
  Object.values(sources).some((source) => Object.hasOwn(optionsOf(source), key))
