/** The training samples that the facts are read from. */
import { type Dataset, inputSize, type Samples, selectSamples } from '../data/dataset.ts'

/**
 * Number of input values that are read at most. The limit keeps a check of 60,000 images below half a second. A table
 * of 60,000 rows and 16 columns is read as a whole.
 */
const mostValues = 2 ** 20

/** Number of samples that are read at least, however large a sample is. */
const leastRows = 64

/**
 * Returns the training samples from which facts about inputs and targets are read: all samples of a small training set,
 * and otherwise samples at equal distances.
 */
export function scannedRows(data: Dataset): Samples {
  const { train } = data
  const rows = Math.max(leastRows, Math.floor(mostValues / inputSize(data)))
  if (train.count <= rows) return train
  return selectSamples(train, evenly(train.count, rows))
}

/** Returns `wanted` whole numbers below `count` at equal distances. */
export const evenly = (count: number, wanted: number): Uint32Array =>
  Uint32Array.from({ length: wanted }, (_, row) => Math.floor((row * count) / wanted))
