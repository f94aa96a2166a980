import { IsobathError } from '../support/errors.ts'
import { createRandom } from '../support/random.ts'

export const orderNames = ['shuffled', 'sequential'] as const

/** How an epoch goes through the samples: a new random permutation each time, or as they lie. */
export type Order = (typeof orderNames)[number]

/** The samples of an epoch in their order; undefined where that is as they lie. */
const permutations: Readonly<Record<Order, (seed: number, epoch: number, count: number) => Uint32Array | undefined>> = {
  shuffled: (seed, epoch, count) => createRandom(seed, 'order', epoch).permutation(count),
  sequential: () => undefined,
}

/** A place in the endless stream of samples: how many epochs are complete, how many samples of the next are used. */
export interface Position {
  readonly epoch: number
  readonly offset: number
}

export interface OrderOptions {
  readonly order?: Order
  /** Chooses the permutations; a run of the same seed sees the same samples. */
  readonly seed?: number
  /** Where to begin: a position saved before. */
  readonly position?: Position
}

/** An endless stream of sample numbers: epoch after epoch, each sample once in each. */
export interface SampleOrder {
  readonly position: Position
  /** Goes to a position, so that what follows is what followed it before. */
  seek(position: Position): void
  /** Fills `indices` with the next sample numbers; they may span epochs. */
  next(indices: Uint32Array): void
}

/**
 * The order in which `count` samples are used. Each epoch's permutation depends on the seed and the epoch's number
 * alone, so a position is all there is to save. Throws a `run` error on a position outside the stream.
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
      `position in the data: expected a whole epoch and an offset from 0 to ${count - 1}, got epoch ${epoch}, ` +
      `offset ${offset}. Resume with the data and the ${option('samples')} the run began with.`,
  )
}
