/** The generated data set `sawtooth`: points on a line, whose class alternates over equal intervals. */
import { type Fields, field, type Input } from '../support/fields.ts'
import { whole } from '../support/kinds.ts'
import { createRandom } from '../support/random.ts'
import type { Dataset, Samples } from './dataset.ts'
import { balancedLabels, generatorSettings, sizes } from './generated.ts'

/**
 * Number of possible points in an interval. With 12 folds and 1024 points in each interval, float32 still holds every
 * point exactly.
 */
const PLACES = 1024

export const sawtoothOptions = {
  folds: field(whole(1, 12), { default: 3, help: 'number of folds; the line has 2^folds intervals' }),
  ...sizes(2_000, 1_000, 1),
} satisfies Fields

export type SawtoothOptions = Input<typeof sawtoothOptions>

/**
 * Generates the data set `sawtooth`: points of shape [1] in [0, 1]. The class is 0 on the first of 2^folds equal
 * intervals, 1 on the second, 0 on the third and so on. The set follows the alternating points of Telgarsky 2015,
 * "Representation benefits of deep feedforward networks", arXiv 1509.08101.
 *
 * A network of ReLU layers that each fold the interval in two needs a depth of about `folds`. A shallow network needs a
 * width of about 2^folds. The classes are balanced. The defaults are 3 folds, 2,000 training and 1,000 test samples.
 *
 * Throws a `data` error for a bad number of samples, an unknown option, or folds outside 1 to 12.
 */
export function sawtooth(options: SawtoothOptions = {}): Dataset {
  const { seed, train, test, folds } = generatorSettings('sawtooth', sawtoothOptions, options)
  const intervals = 2 ** folds
  const samples = (set: 'train' | 'test', count: number): Samples => {
    const labels = balancedLabels(count, 2, seed, 'sawtooth', set)
    const inputs = Float32Array.from({ length: count }, (_, index) => {
      const random = createRandom(seed, 'sawtooth', set, index)
      const interval = 2 * random.integer(intervals / 2) + labels[index]
      return (interval + (random.integer(PLACES) + 0.5) / PLACES) / intervals
    })
    return { count, inputs, labels }
  }
  return { name: 'sawtooth', shape: [1], classes: 2, train: samples('train', train), test: samples('test', test) }
}
