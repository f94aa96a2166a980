/** Data sets: samples and their targets. */
import { IsobathError } from '../support/errors.ts'
import { autoencoded, type TableEncoding } from './csv-encoding.ts'

/**
 * The samples of one set, row by row. Each row has `size` values, the product of the sizes in the data set's `shape`.
 *
 * `inputs` holds `count * size` values: bytes from 0 to 255 for images, floats for all other samples. The floats are
 * float64 if rounding to float32 would lose the differences between values.
 *
 * `labels` holds one class number for each sample. `labels` is empty if the task has no classes or the classes are
 * unknown.
 */
export interface Samples {
  readonly count: number
  readonly inputs: Uint8Array | Float32Array | Float64Array
  readonly labels: Uint8Array | Uint16Array
  /**
   * The desired outputs of the network for regression and autoencoding. For regression, `targets` holds `count *
   * outputs` values in the targets' own units. An unknown value is NaN. For autoencoding, `targets` is the text
   * `inputs`, because the samples are their own targets.
   */
  readonly targets?: Float32Array | Float64Array | 'inputs'
  /**
   * Row numbers of the samples in their file, counted from 0. The row numbers are present only if rows between the
   * samples were left out.
   */
  readonly rowNumbers?: Uint32Array
  /** Columns of the samples' table that the option `keep` of a table asked for, such as an id. */
  readonly kept?: readonly KeptColumn[]
}

/** The cells of a table's column, as written in the table: one text for each sample. */
export interface KeptColumn {
  readonly name: string
  readonly cells: readonly string[]
}

/**
 * What a network predicts for a sample: its class (classification), values (regression), or the sample itself
 * (autoencoding).
 */
export type Task = 'classification' | 'regression' | 'autoencoding'

/** A data set with its training set and test set. */
export interface Dataset {
  readonly name: string
  /** Sizes of one sample: [features] or [channels, height, width]. */
  readonly shape: readonly number[]
  /** Number of classes that the labels name, 0 if the labels name no classes. */
  readonly classes: number
  readonly train: Samples
  /** Test samples, without which `count` is 0. An empty test set has no scores. */
  readonly test: Samples
  /** Samples held out of the training set, for choosing settings. */
  readonly validation?: Samples
  /** Names of the classes, if the classes have names besides their numbers. */
  readonly classNames?: readonly string[]
  /** Names of the targets of a regression, in the order of the outputs. */
  readonly targetNames?: readonly string[]
  /**
   * Describes how the columns of a table became inputs and targets, so that other tables can be read in the same way.
   */
  readonly encoding?: TableEncoding
  /** Sentences for the user about decisions that were made while reading the data. */
  readonly notes?: readonly string[]
}

/** Returns the task of a data set, which follows from the targets of its training set. */
export function taskOf({ train }: Pick<Dataset, 'train'>): Task {
  if (train.targets === undefined) return 'classification'
  return train.targets === 'inputs' ? 'autoencoding' : 'regression'
}

/** Returns the number of values of one sample. */
export function inputSize({ shape }: Pick<Dataset, 'shape'>): number {
  return shape.reduce((product, extent) => product * extent, 1)
}

/**
 * Returns the number of outputs of a network for a data set: the number of classes, the number of targets, or the
 * number of a sample's values.
 */
export function outputsOf(data: Pick<Dataset, 'shape' | 'classes' | 'train'>): number {
  const { targets, count } = data.train
  if (targets === undefined) return data.classes
  return targets === 'inputs' ? inputSize(data) : targets.length / count
}

/**
 * Returns a data set for autoencoding, in which the samples are their own targets. A network for autoencoding has as
 * many outputs as inputs and learns to reproduce each standardized sample. The returned data set shares the arrays of
 * `data`. Labels stay in the returned data set but are not used.
 */
export function autoencode(data: Dataset): Dataset {
  const withInputs = (samples: Samples): Samples => ({ ...samples, targets: 'inputs' })
  const { train, test, validation, encoding } = data
  return {
    ...data,
    ...(encoding === undefined ? {} : { encoding: autoencoded(encoding) }),
    train: withInputs(train),
    test: withInputs(test),
    ...(validation === undefined ? {} : { validation: withInputs(validation) }),
  }
}

/**
 * Throws a `data` error if a sample's class or value is unknown. Samples without known labels can be predicted but not
 * scored.
 */
export function checkLabeled(data: Dataset): void {
  for (const set of ['train', 'test', 'validation'] as const) {
    const { count, labels, targets } = data[set] ?? { count: 0, labels: [] }
    const areKnown =
      targets === undefined ? labels.length === count : targets === 'inputs' || !targets.some(Number.isNaN)
    if (areKnown) continue
    throw new IsobathError(
      'data',
      `${data.name}: expected a label for each sample (${set}), got samples without a label. Add the missing labels.`,
    )
  }
}

/** Returns the samples with the numbers `chosen`, in the order of `chosen`. */
export function selectSamples(samples: Samples, chosen: Uint32Array): Samples {
  const { inputs, labels, targets } = samples
  const kept = samples.kept?.map(({ name, cells }) => ({ name, cells: Array.from(chosen, (row) => cells[row]) }))
  const part = {
    count: chosen.length,
    inputs: selectRows(inputs, samples.count, chosen),
    ...(kept === undefined ? {} : { kept }),
  }
  const named = { ...part, labels: labels.length === 0 ? labels : selectRows(labels, samples.count, chosen) }
  if (targets === undefined) return named
  return { ...named, targets: targets === 'inputs' ? targets : selectRows(targets, samples.count, chosen) }
}

type RowArray = Uint8Array | Uint16Array | Float32Array | Float64Array

/** Returns the chosen rows of an array of `count` rows. The number of chosen rows may not exceed `count`. */
function selectRows(array: Float32Array | Float64Array, count: number, chosen: Uint32Array): Float32Array | Float64Array
function selectRows(array: Samples['labels'], count: number, chosen: Uint32Array): Samples['labels']
function selectRows(array: Samples['inputs'], count: number, chosen: Uint32Array): Samples['inputs']
function selectRows(array: RowArray, count: number, chosen: Uint32Array): RowArray {
  const size = array.length / count
  const length = chosen.length * size
  // `slice` of Node's Buffer, which a reader of files may give, copies nothing, and the given samples would change.
  const rows = array instanceof Uint8Array ? new Uint8Array(length) : array.slice(0, length)
  for (const [row, sample] of chosen.entries()) {
    rows.set(array.subarray(sample * size, (sample + 1) * size), row * size)
  }
  return rows
}
