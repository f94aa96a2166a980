/** Standardizes new data for a trained network by the statistics of its training data. */
import { type Dataset, inputSize, taskOf } from '../data/dataset.ts'
import {
  createStandardizer,
  type Standardizer,
  type Standardizing,
  type Statistics,
  standardizerOf,
} from '../data/standardize.ts'
import { IsobathError } from '../support/errors.ts'

/**
 * Creates a standardizer with the given statistics of a training. Without statistics, the standardizer uses the
 * statistics of `data`. Throws a `data` error if the data doesn't fit the statistics.
 */
export function standardizerFor(data: Dataset, how: Standardizing, statistics: Statistics | undefined): Standardizer {
  if (!statistics) return createStandardizer(data.train, data.shape, how)
  const { bytes, inputs, targets } = statistics
  const values = (isBytes: boolean): string => (isBytes ? 'bytes' : 'numbers')
  const given = data.train.inputs instanceof Uint8Array
  if (given !== bytes) throw otherData(data, `samples of ${values(bytes)}`, values(given))
  const size = inputSize(data)
  const groups = inputs.mean.length
  if (groups === 0 || size % groups !== 0)
    throw otherData(data, `samples with statistics for ${groups} groups`, `${size} values`)
  const isRegression = taskOf(data) === 'regression'
  if (isRegression !== targets.mean.length > 0) {
    const tasks = (isValues: boolean): string => (isValues ? 'values to predict' : 'classes')
    throw otherData(data, `data with ${tasks(!isRegression)}`, tasks(isRegression))
  }
  return standardizerOf(statistics, data.shape)
}

function otherData({ name }: Dataset, expected: string, found: string): IsobathError {
  return new IsobathError(
    'data',
    `${name}: expected ${expected}, as in the training, got ${found}. Give data of the same kind.`,
  )
}
