/** The order of the training samples. */
import { IsobathError } from '../support/errors.ts'
import { createRandom } from '../support/random.ts'

export const orderNames = ['shuffled', 'sequential'] as const

/** The order of the samples in an epoch: a new random permutation in each epoch, or the order of the data set. */
export type Order = (typeof orderNames)[number]

/** Returns the permutation of the samples in an epoch, or undefined for the order of the data set. */
const permutations: Readonly<Record<Order, (seed: number, epoch: number, count: number) => Uint32Array | undefined>> = {
  shuffled: (seed, epoch, count) => createRandom(seed, 'order', epoch).permutation(count),
  sequential: () => undefined,
}

/**
 * A position in the endless stream of samples: the number of completed epochs, and the number of samples already used
 * in the current epoch.
 */
export interface Position {
  readonly epoch: number
  readonly offset: number
}

export interface OrderOptions {
  readonly order?: Order
  /** Seed of the random permutations. Runs with the same seed use the samples in the same order. */
  readonly seed?: number
  /** Position at which the stream begins, for example a saved position. */
  readonly position?: Position
}

/** An endless stream of sample numbers. Each epoch contains each sample once. */
export interface SampleOrder {
  readonly position: Position
  /** Moves the stream of samples to a position. A position determines all samples that follow in the stream. */
  seek(position: Position): void
  /** Fills `indices` with the numbers of the next samples. The next samples may span several epochs. */
  next(indices: Uint32Array): void
}

/**
 * Creates the order in which `count` samples are used. An epoch's permutation depends only on the seed and the epoch's
 * number, so nothing but the position needs to be saved. Throws a `run` error if the epoch or the offset of the
 * position is out of range.
 */
export function createSampleOrder(count: number, options: OrderOptions = {}): SampleOrder {
  const { order = 'shuffled', seed = 0, position = { epoch: 0, offset: 0 } } = options
  let { epoch, offset } = checkPosition(position, count)
  let permutation: Uint32Array | undefined

  return {
    get position() {
      return { epoch, offset }
    },
    seek(target) {
      const checked = checkPosition(target, count)
      if (checked.epoch !== epoch) permutation = undefined
      epoch = checked.epoch
      offset = checked.offset
    },
    next(indices) {
      for (let index = 0; index < indices.length; index++) {
        permutation ??= permutations[order](seed, epoch, count)
        indices[index] = permutation === undefined ? offset : permutation[offset]
        offset++
        if (offset === count) {
          epoch++
          offset = 0
          permutation = undefined
        }
      }
    },
  }
}

function checkPosition(position: Position, count: number): Position {
  const { epoch, offset } = position
  if (Number.isSafeInteger(epoch) && epoch >= 0 && Number.isInteger(offset) && offset >= 0 && offset < count) {
    return position
  }
  throw new IsobathError(
    'run',
    (option) =>
      `position in the data: expected a whole number of epochs and an offset from 0 to ${count - 1}, got epoch ${epoch}, ` +
      `offset ${offset}. Resume with the data and the ${option('samples')} that the run started with.`,
  )
}
