import type { Samples } from './dataset.ts'
import type { Rows } from './rows.ts'

/**
 * How inputs are brought to a common scale: minus the mean, over the deviation of the training set, of each channel (of
 * each feature, where samples have no channels) or of each value by itself; or not at all (bytes over 255, floats as
 * they are).
 */
export type Standardisation = 'per-channel' | 'per-pixel' | 'none'

export interface Standardiser {
  /** Values of one sample. */
  readonly size: number
  /** Mean of each channel, feature or pixel, bytes counted as 0 to 1; zeros for `none`. */
  readonly mean: Float64Array
  /** Its deviation (divided by n), 1 where it is zero and for `none`. */
  readonly deviation: Float64Array
  /** Writes the samples of these numbers, standardised, as rows in the order of the samples' own values. */
  fill(samples: Samples, indices: Uint32Array, target: Rows): void
}

const BYTES = 256

/**
 * The standardiser of a training set; `shape` is that of one sample. It serves other sets of the same shape and element
 * type too: the test set is standardised by the training set's statistics.
 */
export function createStandardiser(training: Samples, shape: readonly number[], mode: Standardisation): Standardiser {
  const size = shape.reduce((product, extent) => product * extent, 1)
  const groups = mode === 'per-pixel' ? size : shape[0]
  const unit = training.inputs instanceof Uint8Array ? 255 : 1
  const { centre, spread } =
    mode === 'none'
      ? { centre: new Float64Array(groups), spread: new Float64Array(groups).fill(unit) }
      : measure(training, size, groups)
  const width = size / groups
  // A table of all bytes pays as soon as a group has a few values.
  const table =
    training.inputs instanceof Uint8Array && width >= 8
      ? Float64Array.from({ length: groups * BYTES }, (_, index) => {
          const group = Math.floor(index / BYTES)
          return ((index % BYTES) - centre[group]) / spread[group]
        })
      : undefined

  return {
    size,
    mean: centre.map((value) => value / unit),
    deviation: spread.map((value) => value / unit),
    fill(samples, indices, target) {
      const { inputs } = samples
      for (let row = 0; row < indices.length; row++) {
        let from = indices[row] * size
        let to = target.offset + row * target.stride
        for (let group = 0; group < groups; group++, from += width, to += width) {
          if (table !== undefined) lookUp(inputs, from, width, table, group * BYTES, target.array, to)
          else scale(inputs, from, width, centre[group], spread[group], target.array, to)
        }
      }
    },
  }
}

type Values = Samples['inputs']

function lookUp(
  inputs: Values,
  from: number,
  width: number,
  table: Float64Array,
  start: number,
  target: Rows['array'],
  to: number,
): void {
  for (let index = 0; index < width; index++) target[to + index] = table[start + inputs[from + index]]
}

function scale(
  inputs: Values,
  from: number,
  width: number,
  centre: number,
  spread: number,
  target: Rows['array'],
  to: number,
): void {
  for (let index = 0; index < width; index++) target[to + index] = (inputs[from + index] - centre) / spread
}

/** Mean and deviation of each group of neighbouring values over all samples, in two passes, in the inputs' own units. */
function measure(
  { count, inputs }: Samples,
  size: number,
  groups: number,
): { centre: Float64Array; spread: Float64Array } {
  const width = size / groups
  const total = count * width
  const average = (term: (value: number, group: number) => number): Float64Array => {
    const sums = new Float64Array(groups)
    for (let start = 0; start < count * size; start += size) {
      for (let group = 0; group < groups; group++) {
        const first = start + group * width
        let sum = 0
        for (let index = first; index < first + width; index++) sum += term(inputs[index], group)
        sums[group] += sum
      }
    }
    return sums.map((sum) => sum / total)
  }
  const centre = average((value) => value)
  const variance = average((value, group) => (value - centre[group]) * (value - centre[group]))
  return { centre, spread: variance.map((value) => Math.sqrt(value) || 1) }
}
