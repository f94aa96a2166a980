/**
 * Batch normalization (Ioffe & Szegedy 2015). It removes the mean that samples share, so the cosines between samples stay
 * below 1. For ReLU the gradient then grows by a factor of 1.21 a layer toward the input (Yang et al. 2019).
 */
import { normalized } from '../surgery/normalized.ts'
import type { Remedy } from './remedy.ts'
import { withNetwork } from './treat.ts'

export const batchNormalization: Remedy = {
  size: 'normalization',
  about: 'scales each hidden unit to mean 0 and variance 1 over the batch, and leaves the weights as they are',
  apply: (task) => {
    // The variance over a single sample is 0.
    if (task.settings.batch < 2) return undefined
    const network = normalized(task.network, task.data.shape, 'batch')
    return withNetwork(task, network, 'add batch normalization before each hidden activation')
  },
}
