/**
 * The options of data sets, a row for each: those of every set, and those of tables. Generators have tables of their own,
 * beside their code. A run keeps what was given of all of these.
 */
import { type Fields, field, type Input } from '../support/fields.ts'
import { choice, count, fraction, type Kind, oneOf, text, texts } from '../support/kinds.ts'
import type { TableEncoding } from './csv-encoding.ts'

/** Options of every set. */
export const commonOptions = {
  /**
   * The folder of the data set's files, or one with a folder of the set's name in it; cifar-10: or its archive; a table: its
   * file, or a folder with train.csv and test.csv.
   */
  dataDir: field(text(), {
    usual: 'the folder that ISOBATH_DATA names, or data',
    flag: '--data-dir <path>',
    help: 'where the files of the data set are',
  }),
  /** classes: labels name classes; values: they are numbers to predict; autoencode: inputs are to be given back. */
  target: field(oneOf(['autoencode', 'classes', 'values']), {
    flag: '--target <what>',
    help: 'autoencode: inputs are to be given back; classes or values: what the label of a table is',
  }),
  /** Chooses the generated samples, the splits and the subset, and draws random labels. */
  seed: field(count(0), {
    default: 0,
    flag: '--data-seed <n>',
    help: 'chooses generated samples, splits, and those of --samples',
  }),
  /** Keep a random subset of so many training samples; with one seed, a smaller one is the beginning of a larger. */
  samples: field(count(), {
    flag: '--samples <n>',
    help: 'use a random subset of so many training samples',
  }),
  /** Hold this fraction of the training set out, to measure on; at least one sample, whatever `samples` is. */
  validation: field(fraction(), {
    flag: '--validation <fraction>',
    help: 'hold out so much of the training set, and score it beside the test set',
  }),
  /**
   * Labels of the training set (without what is held out) drawn anew, each class as likely as another, or its values in
   * random order: then inputs say nothing about them (Zhang et al. 2017, arXiv 1611.03530). Other sets stay as they are.
   */
  randomLabels: field(choice(), {
    flag: '--random-labels',
    help: 'give the training set random labels, to see what a network can learn by heart',
  }),
} satisfies Fields

/** The character between cells; the command line takes the word tab, too. */
const separator: Kind<string> = {
  expected: "one character, no quote and no line's end",
  accepts: (value): value is string => typeof value === 'string' && value.length === 1 && !/["\r\n]/.test(value),
  text: {
    read: (given) => (given === 'tab' || given === '\\t' ? '\t' : given.length === 1 ? given : undefined),
    expected: 'one character, or tab',
  },
}

/** Options of tables of the user's own. Columns are named by their header, or by their number from 1. */
export const tableOptions = {
  /** Column of the label; several, with commas between them, where each is a value to predict. */
  label: field(text(), {
    usual: 'the last',
    flag: '--label <column>',
    help: 'what to predict, by name or number from 1; several, if values',
  }),
  /** Columns of words (or of numbers that are names): each of their words becomes an input that is 1 or 0. */
  categorical: field(texts(), {
    flag: '--categorical <columns>',
    help: 'columns of words: one input for each word; may be repeated',
  }),
  ignore: field(texts(), { flag: '--ignore <columns>', help: 'columns to leave out; may be repeated' }),
  /** error: a missing cell is an error; drop: its row is left out. */
  missing: field(oneOf(['error', 'drop']), {
    default: 'error',
    flag: '--missing <what>',
    help: 'what to do about rows with missing cells (empty, NA, NaN, null, ?)',
  }),
  header: field(oneOf(['yes', 'no']), {
    usual: 'found out',
    flag: '--header <answer>',
    help: 'whether the first line has the names of the columns',
  }),
  /** Comma, semicolon or tab by default. */
  separator: field(separator, {
    usual: 'found out',
    flag: '--separator <character>',
    help: 'between cells: a character, or tab',
  }),
  testFile: field(text(), {
    usual: 'a part of the rows',
    flag: '--test-file <file>',
    help: 'a table of test rows',
  }),
  /** Of a single file's rows, chosen by the seed. */
  testFraction: field(fraction(), {
    default: 0.2,
    flag: '--test-fraction <fraction>',
    help: 'the part of the rows to test on',
  }),
} satisfies Fields

const encoding: Kind<TableEncoding> = {
  expected: 'the encoding of a data set that was read from a table',
  accepts: (value): value is TableEncoding =>
    typeof value === 'object' && value !== null && 'columns' in value && Array.isArray(value.columns),
}

/** Options of tables that are read as another one was. They are for one reading: a run keeps its encoding beside its options. */
export const encodingOptions = {
  /**
   * That of another table, such as a run keeps: columns, words and classes are those that it names. Label, target,
   * categorical and ignore need not be said again, and must not contradict it.
   */
  encoding: field(encoding, { help: 'what the columns of another table became' }),
  /** With an encoding, a single file isn't split: its rows, in their order, are the training set and the test set. */
  whole: field(choice(), { help: 'with an encoding: all rows are used, in their order' }),
  /** With an encoding, labels of a table of test rows (or of a whole one) may be missing or unknown: to predict them. */
  unlabeled: field(choice(), { help: 'with an encoding: labels may be missing' }),
} satisfies Fields

/** What can be done to every set that was read. */
export type Variation = Omit<Input<typeof commonOptions>, 'dataDir'>

const { testFile: _, ...ofOneTable } = tableOptions

/** How a table is to be read. */
export const csvOptions = {
  ...ofOneTable,
  target: commonOptions.target,
  seed: commonOptions.seed,
  ...encodingOptions,
} satisfies Fields

export type CsvOptions = Input<typeof csvOptions>
