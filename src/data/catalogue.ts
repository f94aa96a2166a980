import { checkOptions } from '../support/check-options.ts'
import { IsobathError } from '../support/errors.ts'
import { suggestion } from '../support/nearest.ts'
import { type BlobsOptions, blobs } from './blobs.ts'
import type { CsvOptions } from './csv-columns.ts'
import type { Dataset } from './dataset.ts'
import type { GeneratorOptions } from './generated.ts'
import { glyphs } from './glyphs.ts'
import { dataFiles } from './node.ts'
import { moons, spirals } from './planar.ts'
import { type SawtoothOptions, sawtooth } from './sawtooth.ts'
import { type TeacherOptions, teacher } from './teacher.ts'
import { tiles } from './tiles.ts'
import { type Variation, vary } from './vary.ts'

/**
 * What can be asked of a data set by name: what every set can do, what only some have. All of it is JSON, so that a run
 * can keep it.
 */
export interface DatasetOptions
  extends Variation,
    CsvOptions,
    GeneratorOptions,
    BlobsOptions,
    SawtoothOptions,
    TeacherOptions {
  /**
   * The folder of the data set's files, or one with a folder of the set's name in it; cifar-10: or its archive. By default
   * ISOBATH_DATA, or `data`.
   */
  readonly dataDir?: string
  /** csv: a file of test rows beside the one of training rows. */
  readonly testFile?: string
  /** Chooses the generated samples, the split and the subset. */
  readonly seed?: number
}

/** Options of the generators: numbers, which may stand behind the set's name as `blobs:classes=5,noise=0.3`. */
export const GENERATOR_OPTIONS = ['classes', 'depth', 'features', 'folds', 'noise', 'test', 'train', 'width'] as const
const CSV_OPTIONS = [
  'label',
  'header',
  'separator',
  'missing',
  'categorical',
  'ignore',
  'testFraction',
  'testFile',
] as const

export type GeneratorOption = (typeof GENERATOR_OPTIONS)[number]
/** How a table is read for a run that has its encoding: not for users to say. */
const ENCODING_OPTIONS = ['encoding', 'whole', 'unlabelled'] as const

/** What can be asked of every set. */
const COMMON_OPTIONS = ['seed', 'samples', 'validation', 'randomLabels', 'target', 'dataDir'] as const

/** What some set has of its own. */
const SOMEWHERE: ReadonlySet<string> = new Set([...GENERATOR_OPTIONS, ...CSV_OPTIONS, ...ENCODING_OPTIONS])

type OwnOption = GeneratorOption | (typeof CSV_OPTIONS)[number]

/** One data set, as `data list` shows it; sizes are the usual ones, null where only the files tell. */
export interface CatalogueRow {
  readonly name: string
  readonly what: string
  readonly shape: readonly number[] | null
  readonly classes: number | null
  readonly train: number | null
  readonly test: number | null
  readonly source: 'generated' | 'files'
  /** Options that this set has beside those that all have. */
  readonly options: readonly string[]
  /** There where some classes are the mirror image of others, so that a flip makes them alike. */
  readonly mirrored?: true
}

interface Entry extends Omit<CatalogueRow, 'name'> {
  readonly options: readonly OwnOption[]
  load(options: DatasetOptions): Dataset | Promise<Dataset>
}

const ENTRIES = {
  blobs: {
    what: 'normal clouds of points, one for each class',
    shape: [2],
    classes: 3,
    train: 2_000,
    test: 1_000,
    source: 'generated',
    options: ['classes', 'features', 'noise', 'train', 'test'],
    load: blobs,
  },
  'cifar-10': {
    what: 'small colour photographs of ten kinds of things (Krizhevsky 2009), six binary files',
    shape: [3, 32, 32],
    classes: 10,
    train: 50_000,
    test: 10_000,
    source: 'files',
    options: [],
    load: async ({ dataDir }) => {
      const { loadCifar10, namedFolder } = await dataFiles("loadDataset('cifar-10')")
      return loadCifar10(namedFolder(dataDir))
    },
  },
  csv: {
    what: 'a table of your own: FILE.csv, or a folder with train.csv and test.csv',
    shape: null,
    classes: null,
    train: null,
    test: null,
    source: 'files',
    options: CSV_OPTIONS,
    load: async ({ dataDir, testFile, ...options }) => {
      if (dataDir === undefined) {
        throw new IsobathError(
          'data',
          'csv: expected a file, got none. Name it with --data FILE.csv or --data-dir FILE.',
        )
      }
      const { loadCsv } = await dataFiles("loadDataset('csv')")
      return loadCsv(dataDir, options, testFile)
    },
  },
  glyphs: {
    what: 'grey images of ten made-up signs, drawn with random strokes',
    shape: [1, 28, 28],
    classes: 10,
    train: 12_000,
    test: 2_000,
    source: 'generated',
    options: ['train', 'test'],
    mirrored: true,
    load: glyphs,
  },
  mnist: {
    what: 'handwritten digits (LeCun, Cortes, Burges), four IDX files',
    shape: [1, 28, 28],
    classes: 10,
    train: 60_000,
    test: 10_000,
    source: 'files',
    options: [],
    load: async ({ dataDir }) => {
      const { loadMnist, namedFolder } = await dataFiles("loadDataset('mnist')")
      return loadMnist(namedFolder(dataDir))
    },
  },
  moons: {
    what: 'points on two half-circles that reach into each other',
    shape: [2],
    classes: 2,
    train: 2_000,
    test: 1_000,
    source: 'generated',
    options: ['noise', 'train', 'test'],
    load: moons,
  },
  sawtooth: {
    what: 'points on a line whose class changes from one of 2^folds intervals to the next',
    shape: [1],
    classes: 2,
    train: 2_000,
    test: 1_000,
    source: 'generated',
    options: ['folds', 'train', 'test'],
    load: sawtooth,
  },
  spirals: {
    what: 'points on interleaved spiral arms',
    shape: [2],
    classes: 2,
    train: 2_000,
    test: 1_000,
    source: 'generated',
    options: ['classes', 'noise', 'train', 'test'],
    load: spirals,
  },
  teacher: {
    what: 'normal inputs, labelled by a random network',
    shape: [10],
    classes: 2,
    train: 4_000,
    test: 1_000,
    source: 'generated',
    options: ['classes', 'features', 'depth', 'width', 'train', 'test'],
    load: teacher,
  },
  tiles: {
    what: 'coloured images of textures and shapes, for convolutional networks',
    shape: [3, 32, 32],
    classes: 10,
    train: 5_000,
    test: 1_000,
    source: 'generated',
    options: ['train', 'test'],
    load: tiles,
  },
} satisfies Record<string, Entry>

const TABLE = new Map<string, Entry>(Object.entries(ENTRIES))

/** The data sets that have a name. */
export const catalogue: readonly CatalogueRow[] = [...TABLE].map(([name, { load: _, ...row }]) => ({ name, ...row }))

/**
 * The data set of a name, varied as the options say: samples held out, a subset of them, random labels, other targets.
 *
 * Throws a `data` error on an unknown name (it lists the known ones), on an option the set doesn't have or a value it
 * can't take, and when files are missing or broken; an `option` error on what can't be done to the set.
 */
export async function loadDataset(name: string, options: DatasetOptions = {}): Promise<Dataset> {
  const entry = TABLE.get(name)
  if (entry === undefined) {
    const names = [...TABLE.keys()]
    throw new IsobathError(
      'data',
      `data set ${JSON.stringify(name)}: expected one of ${names.join(', ')}. ${suggestion(name, names)}`.trimEnd(),
    )
  }
  checkNames(name, entry, options)
  return vary(await entry.load(entry.source === 'generated' ? generatorOptions(options) : options), options)
}

/** Generators refuse what isn't theirs to know. */
function generatorOptions(options: DatasetOptions): DatasetOptions {
  return Object.fromEntries(Object.entries(options).filter(([option]) => option === 'seed' || SOMEWHERE.has(option)))
}

/** Options that some set has are refused with the words of that set's kind, others with the names of all there are. */
function checkNames(name: string, entry: Entry, options: DatasetOptions): void {
  const isObject = typeof options === 'object' && options !== null && !Array.isArray(options)
  const strange = isObject ? Object.entries(options).filter(([option]) => !SOMEWHERE.has(option)) : []
  const known = [...entry.options, ...COMMON_OPTIONS]
  const rules = { code: 'data', known, example: '{ samples: 1000 }' } as const
  checkOptions(name, isObject ? Object.fromEntries(strange) : options, rules)
  for (const option of [...GENERATOR_OPTIONS, ...CSV_OPTIONS]) {
    if (options[option] === undefined || entry.options.includes(option)) continue
    throw new IsobathError('data', `${name}: has no option ${option}. ${optionsOf(entry)}`)
  }
  for (const option of ENCODING_OPTIONS) {
    if (options[option] === undefined || name === 'csv') continue
    throw new IsobathError('data', `${name}: has no option ${option}, which is for tables. Leave it out.`)
  }
}

function optionsOf({ options }: Entry): string {
  return options.length === 0 ? 'Leave it out.' : `Leave it out, or use one that it has: ${options.join(', ')}.`
}
