/** Batches of standardized samples for training. */
import { IsobathError } from '../support/errors.ts'
import type { Augmenter } from './augment.ts'
import type { Samples } from './dataset.ts'
import { createSampleOrder, type OrderOptions, type Position } from './order.ts'
import type { Rows } from './rows.ts'
import type { Standardizer } from './standardize.ts'

export interface BatchOptions extends OrderOptions {
  /** Number of samples in a batch. The number may exceed the size of the set. */
  readonly batch: number
  /** Varies the samples after they are standardized. */
  readonly augmenter?: Augmenter
}

/**
 * An endless stream of batches. The order chooses the next samples (order.ts). The standardizer scales the samples'
 * values (standardize.ts). The augmenter varies the standardized samples (augment.ts). The stream combines these three
 * parts.
 */
export interface Batches {
  readonly batch: number
  /**
   * Position in the data at which the next batch begins. Pass a saved position to `seek` or `createBatches` to resume
   * at the position.
   */
  readonly position: Position
  /** Moves the stream to a position. Throws a `run` error if the position is outside the stream. */
  seek(position: Position): void
  /**
   * Writes the next batch's inputs as rows of `standardizer.size` values. Returns the numbers of the samples in an
   * array that the next call overwrites. A batch may span two epochs. No sample is left out.
   */
  next(inputs: Rows): Uint32Array
}

/**
 * Creates the stream of batches over `samples`. Throws an `option` error if the batch size is not a whole number of at
 * least 1, and a `run` error if the position is outside the stream.
 */
export function createBatches(samples: Samples, standardizer: Standardizer, options: BatchOptions): Batches {
  const { batch, augmenter } = options
  if (!(Number.isInteger(batch) && batch >= 1)) {
    throw new IsobathError('option', `batch: expected a whole number of at least 1, got ${batch}.`)
  }
  const order = createSampleOrder(samples.count, options)
  const indices = new Uint32Array(batch)
  return {
    batch,
    get position() {
      return order.position
    },
    seek(position) {
      order.seek(position)
    },
    next(inputs) {
      const start = order.position
      order.next(indices)
      standardizer.fill(samples, indices, inputs)
      augmenter?.apply(inputs, indices, start, samples.count)
      return indices
    },
  }
}
