/**
 * Residual branches times 1/sqrt(L) (depth-muP, Yang et al. 2023). The branches must have the mean 0: with branches that
 * end in ReLU, the means add up, and the signal grows like exp(2 sqrt(L/pi)).
 */
import { haveZeroMean } from '../surgery/with-multipliers.ts'
import { multiplied } from './multiplied.ts'
import type { Remedy } from './remedy.ts'

export const multiplierByRoot: Remedy = {
  size: 'multiplier',
  about: 'multiplies each residual branch by 1/sqrt(L), if all branches have the mean 0, and leaves the weights',
  apply: (task) => {
    if (!haveZeroMean(task.network)) return undefined
    return multiplied(task, (branches) => ({ value: 1 / Math.sqrt(branches), text: `1/sqrt(${branches})` }))
  },
}
