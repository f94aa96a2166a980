/** The range of the numbers that a loss compares the network's outputs with. */
import { type Dataset, outputsOf, taskOf } from '../data/dataset.ts'
import { type Statistics, standardizerOf } from '../data/standardize.ts'
import type { OutputRange } from '../network/activations.ts'

/** The smallest and the largest target. The targets of classes are not standardized. */
export interface TargetRange extends OutputRange {
  readonly areClasses: boolean
}

/** Number of samples whose targets are standardized together. */
const chunk = 256

/**
 * The smallest and the largest target of the training set after standardizing. The targets of classes are 0 and 1. The
 * targets of an autoencoder are its inputs.
 */
export function targetRange(data: Dataset, statistics: Statistics): TargetRange {
  if (taskOf(data) === 'classification') return { low: 0, high: 1, areClasses: true }
  const { train, shape } = data
  const { fillTargets } = standardizerOf(statistics, shape)
  const stride = outputsOf(data)
  const array = new Float64Array(chunk * stride)
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let first = 0; first < train.count; first += chunk) {
    const count = Math.min(chunk, train.count - first)
    const indices = Uint32Array.from({ length: count }, (_, index) => first + index)
    fillTargets(train, indices, { array, offset: 0, stride })
    for (let index = 0; index < count * stride; index++) {
      if (array[index] < low) low = array[index]
      if (array[index] > high) high = array[index]
    }
  }
  return { low, high, areClasses: false }
}
