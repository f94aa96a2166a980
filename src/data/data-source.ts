/** The common form of all data sets: generated sets, published sets in files, and a user's own tables. */
import { IsobathError } from '../support/errors.ts'
import { type Fields, type Input, pickOptions, without } from '../support/fields.ts'
import { type DataShape, shapeOfData } from './data-shape.ts'
import { type Dataset, inputSize } from './dataset.ts'
import type { DatasetOptions } from './dataset-options.ts'
import type { GeneratorOptions, sizes } from './generated.ts'
import { dataFiles } from './node.ts'
import { csvOptions, encodingOptions, tableOptions } from './options.ts'
import { vary } from './vary.ts'

/**
 * Facts about a data set, as the command `data list` shows them. The numbers of samples are those of a data set with
 * default options. A fact is null if the fact depends on the contents of files.
 */
export interface DataFacts {
  readonly what: string
  readonly shape: readonly number[] | null
  readonly classes: number | null
  readonly train: number | null
  readonly test: number | null
  readonly source: 'generated' | 'files'
  /** True if some classes are mirror images of other classes, so that horizontal flips make these classes alike. */
  readonly mirrored?: true
}

export interface DataSource {
  readonly facts: DataFacts
  /** The set's own options, without the options that all sets share. */
  readonly options: Fields
  /** Options that apply only to the call that reads the data set. Runs do not store these options. */
  readonly passing?: Fields
  /**
   * True if the source reads a user's own tables. A user's own table is named after its file and identified by its
   * path.
   */
  readonly isTable?: true
  /**
   * Returns the input and output sizes of a network for the set, and reads files only if needed. The argument `read`
   * reads the data set only once, even if several callers call `read`.
   */
  readonly shape: (options: DatasetOptions, read: () => Promise<Dataset>) => Promise<DataShape>
  /** Reads the data set without varying the data set. The caller has already checked the options. */
  readonly read: (options: DatasetOptions) => Promise<Dataset>
}

type Usual = Pick<DataFacts, 'what' | 'mirrored'> & { readonly shape: readonly number[]; readonly classes: number }

/** Makes the source of a generated set. `options` holds the set's default sizes. */
export function generated<F extends Fields & ReturnType<typeof sizes>>(
  generate: (options: Input<F>) => Dataset,
  options: F,
  usual: Usual,
): DataSource {
  return {
    facts: { ...usual, train: options.train.default, test: options.test.default, source: 'generated' },
    options: without<Fields, string>(options, 'seed'),
    shape: async (given) => {
      // A generated set of one sample has the same shape as a generated set of any size.
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

/** Makes the source of a published set in files. `load` gets the folder that the caller named, or undefined. */
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

/** The source of a user's own tables. */
export const tables: DataSource = {
  facts: {
    what: 'your own table: FILE.csv, or a folder with train.csv and test.csv',
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
          `${option('dataDir')}: expected the file of a table, got none. Name a file, such as ${option('dataDir', 'houses.csv')}.`,
      )
    }
    const { loadCsv } = await dataFiles("loadDataset('csv')")
    return loadCsv(dataDir, pickOptions(csvOptions, given), testFile)
  },
}
