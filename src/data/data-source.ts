/** The one form of all data sets: generated ones, sets in files, and tables of the user's own. */
import { IsobathError } from '../support/errors.ts'
import { type Fields, type Input, pickOptions, without } from '../support/fields.ts'
import { type DataShape, shapeOfData } from './data-shape.ts'
import { type Dataset, inputSize } from './dataset.ts'
import type { DatasetOptions } from './dataset-options.ts'
import type { GeneratorOptions, sizes } from './generated.ts'
import { dataFiles } from './node.ts'
import { csvOptions, encodingOptions, tableOptions } from './options.ts'
import { vary } from './vary.ts'

/** What `data list` says of a set; sizes are the usual ones, null where only the files tell. */
export interface DataFacts {
  readonly what: string
  readonly shape: readonly number[] | null
  readonly classes: number | null
  readonly train: number | null
  readonly test: number | null
  readonly source: 'generated' | 'files'
  /** There where some classes are the mirror image of others, so that a flip makes them alike. */
  readonly mirrored?: true
}

export interface DataSource {
  readonly facts: DataFacts
  /** Options of its own, beside those that every set has. */
  readonly options: Fields
  /** Options for one reading, which no run keeps. */
  readonly passing?: Fields
  /** There where its sets are tables of the user's own: each is called by its file's name, and its place tells it apart. */
  readonly isTable?: true
  /** What a network for it takes and gives, read no further than that takes. `read` reads the set, once for all who ask. */
  readonly shape: (options: DatasetOptions, read: () => Promise<Dataset>) => Promise<DataShape>
  /** The set as it is, before it is varied. The options were checked. */
  readonly read: (options: DatasetOptions) => Promise<Dataset>
}

type Usual = Pick<DataFacts, 'what' | 'mirrored'> & { readonly shape: readonly number[]; readonly classes: number }

/** A set that is made here; `options` has its usual sizes. */
export function generated<F extends Fields & ReturnType<typeof sizes>>(
  generate: (options: Input<F>) => Dataset,
  options: F,
  usual: Usual,
): DataSource {
  return {
    facts: { ...usual, train: options.train.default, test: options.test.default, source: 'generated' },
    options: without<Fields, string>(options, 'seed'),
    shape: async (given) => {
      // A small set of the same kind has the same shape.
      const small: GeneratorOptions = { train: 1, test: 1 }
      return shapeOfData(vary(generate({ ...pickOptions(options, given), ...small }), { target: given.target }))
    },
    read: async (given) => generate(pickOptions(options, given)),
  }
}

interface Published extends Usual {
  readonly train: number
  readonly test: number
}

/** A published set in files; `load` is given the folder that the caller named, if any. */
export function stored(load: (dataDir: string | undefined) => Promise<Dataset>, published: Published): DataSource {
  const { shape, classes } = published
  return {
    facts: { ...published, source: 'files' },
    options: {},
    shape: async ({ target }) => {
      if (target !== 'autoencode') return { input: shape, classes, task: 'classification' }
      return { input: shape, classes: inputSize({ shape }), task: 'autoencoding' }
    },
    read: ({ dataDir }) => load(dataDir),
  }
}

/** Tables of the user's own, which lie at a place of theirs. */
export const tables: DataSource = {
  facts: {
    what: 'a table of your own: FILE.csv, or a folder with train.csv and test.csv',
    shape: null,
    classes: null,
    train: null,
    test: null,
    source: 'files',
  },
  isTable: true,
  options: tableOptions,
  passing: encodingOptions,
  shape: async (_, read) => shapeOfData(await read()),
  read: async (given) => {
    const { dataDir, testFile } = given
    if (dataDir === undefined) {
      throw new IsobathError(
        'data',
        (option) =>
          `${option('dataDir')}: expected the file of a table, got none. Name it, such as ${option('dataDir', 'houses.csv')}.`,
      )
    }
    const { loadCsv } = await dataFiles("loadDataset('csv')")
    return loadCsv(dataDir, pickOptions(csvOptions, given), testFile)
  },
}
