/** The lowest error that a network can reach whose last layer limits the outputs. */
import { createBlueprint } from '../blueprint/create.ts'
import { outputsOf, taskOf } from '../data/dataset.ts'
import { createStandardizer } from '../data/standardize.ts'
import { measureColumns } from '../facts/columns.ts'
import { limitingOutput, limits } from '../facts/limiting-output.ts'
import { targetReach } from '../facts/target-reach.ts'
import type { Subject } from './controls.ts'

/** Largest number of samples whose targets are compared with the range of the outputs. */
const mostCompared = 4096

/**
 * Returns the lowest error (unexplained fraction of the variance) that outputs within the range of the last layer can
 * reach. Every target beyond the range is missed at least by its distance from the range. Null for classes, and for
 * networks whose outputs have no limits.
 */
export function outputFloor({ network, data, settings }: Subject): number | null {
  const limiting = limitingOutput(createBlueprint(network, data.shape).root)
  const isValued = taskOf(data) !== 'classification' && settings.loss !== 'binary-cross-entropy'
  if (limiting === undefined || !isValued) return null
  const { train } = data
  const [rows, width] = [Math.min(train.count, mostCompared), outputsOf(data)]
  const array = new Float64Array(rows * width)
  const indices = Uint32Array.from({ length: rows }, (_, row) => row)
  createStandardizer(train, data.shape, settings).fillTargets(train, indices, { array, offset: 0, stride: width })
  // The error is a ratio of squared distances, whatever the loss of the training.
  const columns = measureColumns(array, rows, width)
  const { lowest, guessing } = targetReach(array, columns, limits[limiting], { loss: 'squared-error' })
  return guessing > 0 ? lowest / guessing : null
}
