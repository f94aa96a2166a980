/** The order of the training samples. */
import { IsobathError } from '../support/errors.ts'
import { createRandom } from '../support/random.ts'

export const orderNames = ['shuffled', 'sequential', 'balanced'] as const

/**
 * The order of the samples. `shuffled` has a new random permutation in each epoch. `sequential` repeats the order of
 * the data set. `balanced` draws every class equally often.
 */
export type Order = (typeof orderNames)[number]

/**
 * A position in the endless stream of samples: the number of completed epochs, and the number of samples already used
 * in the current epoch. An epoch has as many samples as the training set.
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

/** An endless stream of sample numbers. */
export interface SampleOrder {
  readonly position: Position
  /** Moves the stream of samples to a position. A position determines all samples that follow in the stream. */
  seek(position: Position): void
  /**
   * Fills `indices` with the numbers of the next samples. The next samples may span several epochs. If `passes` is
   * given, it is filled with the number of earlier draws of each sample.
   */
  next(indices: Uint32Array, passes?: Uint32Array): void
}

/** One draw from the stream of samples. */
interface Draw {
  readonly sample: number
  /** Number of earlier draws of the same sample. */
  readonly pass: number
}

/** Returns the draw at a position. The draws are asked for in the order of the stream, unless the stream was moved. */
type DrawAt = (position: Position) => Draw

interface Stream {
  readonly count: number
  readonly seed: number
  /** Class of each sample. Only the order `balanced` needs classes. */
  readonly labels: ArrayLike<number>
}

const streams: Readonly<Record<Order, (stream: Stream) => DrawAt>> = {
  shuffled: ({ seed, count }) => {
    const permutation = lastOf((epoch) => createRandom(seed, 'order', epoch).permutation(count))
    return ({ epoch, offset }) => ({ sample: permutation(epoch)[offset], pass: epoch })
  },
  sequential:
    () =>
    ({ epoch, offset }) => ({ sample: offset, pass: epoch }),
  balanced: balancedStream,
}

/**
 * The order `balanced`. The stream consists of rounds, and each round draws one sample of each class, with the classes
 * in random order. The draws of a class go through all samples of the class in random order before any sample repeats.
 */
function balancedStream({ seed, count, labels }: Stream): DrawAt {
  const members = new Map<number, number[]>()
  for (let sample = 0; sample < count; sample++) {
    const known = members.get(labels[sample])
    if (known) known.push(sample)
    else members.set(labels[sample], [sample])
  }
  const classes = [...members.entries()]
    .sort(([one], [other]) => one - other)
    .map(([label, samples]) => {
      const permutation = lastOf((pass) =>
        createRandom(seed, 'balanced class', label, pass).permutation(samples.length),
      )
      return { samples, permutation }
    })
  const orderIn = lastOf((round) => createRandom(seed, 'balanced round', round).permutation(classes.length))
  return ({ epoch, offset }) => {
    const draw = epoch * count + offset
    const round = Math.floor(draw / classes.length)
    const { samples, permutation } = classes[orderIn(round)[draw % classes.length]]
    const pass = Math.floor(round / samples.length)
    return { sample: samples[permutation(pass)[round % samples.length]], pass }
  }
}

/** Returns `make` with its last result kept, so that successive calls with the same number compute only once. */
function lastOf(make: (index: number) => Uint32Array): (index: number) => Uint32Array {
  let last: { readonly index: number; readonly made: Uint32Array } | undefined
  return (index) => {
    if (last?.index !== index) last = { index, made: make(index) }
    return last.made
  }
}

/**
 * Creates the order in which `count` samples are used. `labels` has the class of each sample, which only the order
 * `balanced` needs. A draw depends only on the seed and the position, so nothing but the position needs to be saved.
 * Throws a `run` error if the epoch or the offset of the position is out of range.
 */
export function createSampleOrder(
  count: number,
  options: OrderOptions = {},
  labels: ArrayLike<number> = [],
): SampleOrder {
  const { order = 'shuffled', seed = 0, position = { epoch: 0, offset: 0 } } = options
  let { epoch, offset } = checkPosition(position, count)
  const drawAt = streams[order]({ count, seed, labels })

  return {
    get position() {
      return { epoch, offset }
    },
    seek(target) {
      ;({ epoch, offset } = checkPosition(target, count))
    },
    next(indices, passes) {
      for (let index = 0; index < indices.length; index++) {
        const { sample, pass } = drawAt({ epoch, offset })
        indices[index] = sample
        if (passes) passes[index] = pass
        offset++
        if (offset === count) {
          epoch++
          offset = 0
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
