/** What a network learns from: samples and what they should give. */
import { IsobathError } from '../support/errors.ts'
import { autoencoded, type TableEncoding } from './csv-encoding.ts'

/**
 * Samples of one set, row after row. `inputs` holds `count * size(shape)` values, bytes for images (0..255) and floats for
 * the rest (float64 where float32 would round their differences away); `labels` holds one class number per sample, and is
 * empty where there are no classes or they aren't known.
 */
export interface Samples {
  readonly count: number
  readonly inputs: Uint8Array | Float32Array | Float64Array
  readonly labels: Uint8Array | Uint16Array
  /**
   * What the network's outputs should be, where that isn't a class: `count * outputs` values in their own units
   * (regression; NaN where they aren't known), or the samples' own inputs (autoencoding).
   */
  readonly targets?: Float32Array | Float64Array | 'inputs'
  /** Their numbers among the rows of their file, counted from 0, where rows between them were left out. */
  readonly rowNumbers?: Uint32Array
}

/** Which class a sample is of, which values belong to it, or the sample itself. */
export type Task = 'classification' | 'regression' | 'autoencoding'

export interface Dataset {
  readonly name: string
  /** Sizes of one sample: [features] or [channels, height, width]. */
  readonly shape: readonly number[]
  /** How many classes the labels name; 0 where there are none. */
  readonly classes: number
  readonly train: Samples
  readonly test: Samples
  /** Held out of the training set, to choose settings by. */
  readonly validation?: Samples
  /** What the classes are called, where their numbers aren't their names. */
  readonly classNames?: readonly string[]
  /** Regression: what the targets are called, in the order of the outputs. */
  readonly targetNames?: readonly string[]
  /** What the columns of a table became, so that others can be read in the same way. */
  readonly encoding?: TableEncoding
  /** What a reader decided that its user may want to know, in sentences. */
  readonly notes?: readonly string[]
}

/** What the training set asks for. */
export function taskOf({ train }: Pick<Dataset, 'train'>): Task {
  if (train.targets === undefined) return 'classification'
  return train.targets === 'inputs' ? 'autoencoding' : 'regression'
}

/** Values of one sample. */
export function inputSize({ shape }: Pick<Dataset, 'shape'>): number {
  return shape.reduce((product, extent) => product * extent, 1)
}

/** How many outputs a network for this data needs: one for each class or target, or as many as a sample has values. */
export function outputsOf(data: Pick<Dataset, 'shape' | 'classes' | 'train'>): number {
  const { targets, count } = data.train
  if (targets === undefined) return data.classes
  return targets === 'inputs' ? inputSize(data) : targets.length / count
}

/**
 * The same samples with themselves as targets: a network for them has as many outputs as inputs, and is to give each
 * standardized sample back. Nothing is copied; labels stay where they are and aren't used.
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

/** Throws a `data` error where some set has samples whose class or value isn't known: they can be predicted, not scored. */
export function checkLabeled(data: Dataset): void {
  for (const set of ['train', 'test', 'validation'] as const) {
    const { count, labels, targets } = data[set] ?? { count: 0, labels: [] }
    const areKnown =
      targets === undefined ? labels.length === count : targets === 'inputs' || !targets.some(Number.isNaN)
    if (areKnown) continue
    throw new IsobathError(
      'data',
      `${data.name}: expected a label for each sample (${set}), and some have none. Add them.`,
    )
  }
}

/** The samples of these numbers, in their order. */
export function selectSamples(samples: Samples, chosen: Uint32Array): Samples {
  const { inputs, labels, targets } = samples
  const part = { count: chosen.length, inputs: selectRows(inputs, samples.count, chosen) }
  const named = { ...part, labels: labels.length === 0 ? labels : selectRows(labels, samples.count, chosen) }
  if (targets === undefined) return named
  return { ...named, targets: targets === 'inputs' ? targets : selectRows(targets, samples.count, chosen) }
}

type RowArray = Uint8Array | Uint16Array | Float32Array | Float64Array

/** The rows of these numbers out of an array of `count` rows; no more of them than there are. */
function selectRows(array: Float32Array | Float64Array, count: number, chosen: Uint32Array): Float32Array | Float64Array
function selectRows(array: Samples['labels'], count: number, chosen: Uint32Array): Samples['labels']
function selectRows(array: Samples['inputs'], count: number, chosen: Uint32Array): Samples['inputs']
function selectRows(array: RowArray, count: number, chosen: Uint32Array): RowArray {
  const size = array.length / count
  const rows = array.slice(0, chosen.length * size)
  for (const [row, sample] of chosen.entries()) {
    rows.set(array.subarray(sample * size, (sample + 1) * size), row * size)
  }
  return rows
}
