import { type Fields, field, type Input } from '../support/fields.ts'
import { whole } from '../support/kinds.ts'
import { createRandom } from '../support/random.ts'
import type { Dataset, Samples } from './dataset.ts'
import { balancedLabels, generatorSettings, sizes } from './generated.ts'

/** Places in an interval: with 12 folds and these, float32 still holds every point. */
const PLACES = 1024

export const sawtoothOptions = {
  folds: field(whole(1, 12), { default: 3, help: 'the interval has 2^folds parts' }),
  ...sizes(2_000, 1_000, 1),
} satisfies Fields

export type SawtoothOptions = Input<typeof sawtoothOptions>

/**
 * Sawtooth: points [1] in [0, 1], whose class is 0 on the first of 2^folds equal intervals, 1 on the second, 0 on the
 * third and so on (the alternating points of Telgarsky 2015, "Representation benefits of deep feedforward networks",
 * arXiv 1509.08101). A network of ReLU layers that each fold the interval in two needs a depth of about `folds`; a shallow
 * one needs a width of about 2^folds. Balanced; 3 folds and 2,000 training and 1,000 test samples unless told otherwise.
 *
 * Throws a `data` error on a bad size, an unknown option, or folds outside 1 to 12.
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
