/** Batches of standardized samples for training. */
import { IsobathError } from '../support/errors.ts'
import type { Augmenter } from './augment.ts'
import type { Samples } from './dataset.ts'
import { createSampleOrder, type OrderOptions, type Position } from './order.ts'
import type { Rows } from './rows.ts'
import type { Standardizer } from './standardize.ts'

export interface BatchOptions extends OrderOptions {
  /** Number of samples in a batch. A batch may be larger than the set of samples. */
  readonly batch: number
  /** Varies the samples after they are standardized. */
  readonly augmenter?: Augmenter
}

/**
 * An endless stream of batches, which combines three parts. A `SampleOrder` chooses the next samples (order.ts). A
 * `Standardizer` scales the samples' values (standardize.ts). An `Augmenter` varies the standardized samples
 * (augment.ts).
 */
export interface Batches {
  readonly batch: number
  /**
   * Position in the data at which the next batch begins. Pass a saved position to `seek` or `createBatches` to resume
   * the stream of batches at the position.
   */
  readonly position: Position
  /**
   * Moves the stream of batches to a position in the data. Throws a `run` error if the epoch or the offset of the
   * position is out of range.
   */
  seek(position: Position): void
  /**
   * Writes the next batch's inputs as rows of `standardizer.size` values. Returns the numbers of the samples in an
   * array that the next call overwrites. A batch may span two epochs, so that no sample of an epoch is left out.
   */
  next(inputs: Rows): Uint32Array
}

/**
 * Creates the stream of batches over `samples`. Throws an `option` error if the batch size is not a whole number of at
 * least 1. Throws a `run` error if the epoch or the offset of the position is out of range.
 */
export function createBatches(samples: Samples, standardizer: Standardizer, options: BatchOptions): Batches {
  const { batch, augmenter } = options
  if (!(Number.isInteger(batch) && batch >= 1)) {
    throw new IsobathError('option', `batch: expected a whole number of at least 1, got ${batch}.`)
  }
  const order = createSampleOrder(samples.count, options, samples.labels)
  const indices = new Uint32Array(batch)
  const passes = new Uint32Array(batch)
  return {
    batch,
    get position() {
      return order.position
    },
    seek(position) {
      order.seek(position)
    },
    next(inputs) {
      order.next(indices, passes)
      standardizer.fill(samples, indices, inputs)
      augmenter?.apply(inputs, indices, passes)
      return indices
    },
  }
}
