import { IsobathError } from '../support/errors.ts'
import type { Augmenter } from './augment.ts'
import type { Samples } from './dataset.ts'
import { createSampleOrder, type OrderOptions, type Position } from './order.ts'
import type { Rows } from './rows.ts'
import type { Standardizer } from './standardize.ts'

export interface BatchOptions extends OrderOptions {
  /** Samples in a batch; may be more than there are. */
  readonly batch: number
  /** Varies the samples, once they are standardized. */
  readonly augmenter?: Augmenter
}

/**
 * An endless stream of batches. Four parts: the order says which samples come next (order.ts), the standardizer how
 * their values are written (standardize.ts), the augmenter how they are varied (augment.ts), this one puts them to work.
 */
export interface Batches {
  readonly batch: number
  /** Where the next batch begins: save it, and give it to `seek` or `createBatches` to go on from there. */
  readonly position: Position
  /** Goes to a position. Throws a `run` error on one outside the stream. */
  seek(position: Position): void
  /**
   * Writes the next batch's inputs as rows of `standardizer.size` values. Gives the samples' numbers (overwritten by
   * the next call). A batch may span two epochs; no sample is left out.
   */
  next(inputs: Rows): Uint32Array
}

/** Batches of the samples. Throws an `option` error on a bad batch size, a `run` error on a bad position. */
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
