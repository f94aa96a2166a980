/** The lowest error that a network can reach whose last layer limits the outputs. */
import { createBlueprint } from '../blueprint/create.ts'
import { outputsOf, taskOf } from '../data/dataset.ts'
import { createStandardizer } from '../data/standardize.ts'
import { limitingOutput, limits } from '../facts/limiting-output.ts'
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
  if (limiting === undefined || taskOf(data) === 'classification' || settings.loss === 'binary-cross-entropy')
    return null
  const { low, high } = limits[limiting]
  const { train } = data
  const [rows, width] = [Math.min(train.count, mostCompared), outputsOf(data)]
  const array = new Float64Array(rows * width)
  const indices = Uint32Array.from({ length: rows }, (_, row) => row)
  createStandardizer(train, data.shape, settings).fillTargets(train, indices, { array, offset: 0, stride: width })
  let [missed, spread] = [0, 0]
  for (let output = 0; output < width; output++) {
    let mean = 0
    for (let row = 0; row < rows; row++) mean += array[row * width + output] / rows
    for (let row = 0; row < rows; row++) {
      const target = array[row * width + output]
      missed += Math.max(low - target, target - high, 0) ** 2
      spread += (target - mean) ** 2
    }
  }
  return spread > 0 ? missed / spread : null
}
