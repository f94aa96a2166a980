/**
 * Lists of the options of data sets, with one entry for each option: the options that every data set accepts, and the
 * options for reading a user's own table. Each generator has its own list of options, in the file of the generator. A
 * run stores the given values of all data set options.
 */
import { nameInCode } from '../support/errors.ts'
import { type Fields, field, type Input } from '../support/fields.ts'
import { choice, count, fraction, fractionFromZero, type Kind, oneOf, text, texts } from '../support/kinds.ts'
import type { TableEncoding } from './csv-encoding.ts'

/** The remedy for the name of a column in place of a kind of target. */
const predictColumn = `To predict a column of a table, use ${nameInCode('label', 'COLUMN')}.`

/** Options that every data set accepts. */
export const commonOptions = {
  /**
   * Path of the data set's files: their folder, or a folder with a subfolder of the set's name. For cifar-10, the path
   * may be the archive. For a table, the path is the file, or a folder with train.csv and test.csv.
   */
  dataDir: field(text(), {
    usual: 'the folder that ISOBATH_DATA names, or data',
    flag: '--data-dir <path>',
    help: "path of the data set's files",
  }),
  /**
   * What the network predicts. `classes`: the label of a table names classes. `values`: the label of a table is a
   * number to predict. `autoencode`: the network reproduces its inputs.
   */
  target: field(oneOf(['autoencode', 'classes', 'values'], predictColumn), {
    flag: '--target <what>',
    help: 'what the network predicts: autoencode (its own inputs), classes or values (the label of a table)',
  }),
  /** Seed of the generated samples, the splits, the subset and the random labels. */
  seed: field(count(0), {
    default: 0,
    flag: '--data-seed <n>',
    help: 'seed of generated samples, splits and the subset of --samples',
  }),
  /**
   * Number of training samples in a random subset to train on. With the same seed, a smaller subset is the beginning of
   * a larger subset.
   */
  samples: field(count(), {
    flag: '--samples <n>',
    help: 'train on a random subset of n training samples',
  }),
  /**
   * Fraction of the training set to hold out for validation. At least one sample is held out, whatever `samples` is.
   */
  validation: field(fraction(), {
    flag: '--validation <fraction>',
    help: 'hold out this fraction of the training set for validation, scored beside the test set',
  }),
  /**
   * Replaces the labels of the training set by random labels, with equal probability for each class. For regression,
   * the values of the training set are shuffled. The inputs contain no information about random labels (Zhang et al.
   * 2017, arXiv 1611.03530). The validation set and the test set stay unchanged.
   */
  randomLabels: field(choice(), {
    flag: '--random-labels',
    help: 'give the training set random labels, to measure what a network can memorize',
  }),
} satisfies Fields

/** The character between cells. On the command line, a tab may also be written as the word tab. */
const separator: Kind<string> = {
  expected: 'one character other than a quote or a line break',
  accepts: (value): value is string => typeof value === 'string' && value.length === 1 && !/["\r\n]/.test(value),
  text: {
    read: (given) => (given === 'tab' || given === '\\t' ? '\t' : given.length === 1 ? given : undefined),
    expected: 'one character, or tab',
  },
}

/** Options of a user's own tables. Columns are named by their header, or by their number, counted from 1. */
export const tableOptions = {
  /** Column of the label. If all labels are values to predict, several columns may be named, separated by commas. */
  label: field(text(), {
    usual: 'the last column',
    flag: '--label <column>',
    help: 'column to predict, by name or by number from 1; several columns if all are values',
  }),
  /**
   * Columns of words, or of numbers that serve as names. Each word of a categorical column becomes an input that is 1
   * or 0.
   */
  categorical: field(texts(), {
    flag: '--categorical <columns>',
    help: 'columns of words, with one input for each word; the option may be repeated',
  }),
  /** Columns that are neither inputs nor labels. */
  ignore: field(texts(), {
    flag: '--ignore <columns>',
    help: 'columns to leave out; the option may be repeated',
  }),
  /**
   * `error`: a missing cell is an error. `drop`: a row with a missing cell is left out. `fill`: a missing cell of a
   * number column gets the median of the training rows, and a missing cell of a categorical column gets the most
   * frequent word. If training rows have missing cells in a column, an additional input is 1 where the cell is missing.
   * A row without a label is left out.
   */
  missing: field(oneOf(['error', 'drop', 'fill']), {
    default: 'error',
    flag: '--missing <what>',
    help: 'whether a missing cell (empty, NA, NaN, null, ?) is an error, drops its row, or is filled with the median or the most frequent word',
  }),
  /** Whether the first line names the columns. By default, Isobath detects whether the table has a header. */
  header: field(oneOf(['yes', 'no']), {
    usual: 'detected',
    flag: '--header <answer>',
    help: 'whether the first line names the columns',
  }),
  /** Character between cells. By default, a comma, a semicolon or a tab is detected. */
  separator: field(separator, {
    usual: 'detected',
    flag: '--separator <character>',
    help: 'separator between cells: one character, or tab',
  }),
  /** File with a table of test rows. By default, a fraction of the rows is used for testing. */
  testFile: field(text(), {
    usual: 'a fraction of the rows',
    flag: '--test-file <file>',
    help: 'file with the test rows',
  }),
  /**
   * Fraction of a single file's rows that is used for testing. The seed chooses the test rows. If the fraction is 0, all
   * rows are training rows, and the test set is empty.
   */
  testFraction: field(fractionFromZero(), {
    default: 0.2,
    flag: '--test-fraction <fraction>',
    help: 'fraction of the rows to test on; 0 trains on all rows',
  }),
} satisfies Fields

const encoding: Kind<TableEncoding> = {
  expected: 'the encoding of a data set that was read from a table',
  accepts: (value): value is TableEncoding =>
    typeof value === 'object' && value !== null && 'columns' in value && Array.isArray(value.columns),
}

/**
 * Options of tables that are read with the encoding of another table. A run stores the encoding of its table beside its
 * options, not among its options.
 */
export const encodingOptions = {
  /**
   * The encoding of another table, for example the encoding that a run stores. Columns, words and classes are matched
   * to the encoding. The options label, target, categorical and ignore may be left out, and must not contradict the
   * encoding.
   */
  encoding: field(encoding, { help: 'encoding of another table, with which to read the table' }),
  /**
   * Whether all rows of a single file are used, in their order, both as the training set and as the test set. Requires
   * the option `encoding`. By default, the rows are split into training rows and test rows.
   */
  whole: field(choice(), { help: 'with an encoding: use all rows, in the order of the table' }),
  /**
   * Whether labels may be missing or unknown in rows to predict. Requires the option `encoding`. `unlabeled` applies to
   * a table of test rows, or to a table that is read with the option `whole`.
   */
  unlabeled: field(choice(), { help: 'with an encoding: labels may be missing' }),
  /**
   * Columns whose cells are stored beside the samples, as texts (`Samples.kept`). Any columns of the table may be kept,
   * whatever their role is.
   */
  keep: field(texts(), {
    flag: '--keep <columns>',
    usual: 'columns that are left out and differ in each row, such as an id',
    help: 'columns of the table to repeat beside the predictions; the option may be repeated',
  }),
  /**
   * Whether to keep the columns that are neither inputs nor labels and whose cells differ in each row of a set, such as
   * an id.
   */
  keepIds: field(choice(), { help: 'keep the columns that are left out and differ in each row' }),
} satisfies Fields

/** The options that vary a data set after it has been read. */
export type Variation = Omit<Input<typeof commonOptions>, 'dataDir'>

const { testFile: _, ...ofOneTable } = tableOptions

/** The options for reading a table. */
export const csvOptions = {
  ...ofOneTable,
  target: commonOptions.target,
  seed: commonOptions.seed,
  ...encodingOptions,
} satisfies Fields

export type CsvOptions = Input<typeof csvOptions>
