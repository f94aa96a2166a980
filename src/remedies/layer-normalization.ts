/** Layer normalization (Ba et al. 2016). Before a ReLU, it changes the scale of each sample and no cosine. */
import { normalized } from '../surgery/normalized.ts'
import type { Remedy } from './remedy.ts'
import { withNetwork } from './treat.ts'

export const layerNormalization: Remedy = {
  size: 'normalization',
  about: 'scales the hidden units of each sample to mean 0 and variance 1, and leaves the weights as they are',
  apply: (task) => {
    const network = normalized(task.network, task.data.shape, 'layer')
    return withNetwork(task, network, 'add layer normalization before each hidden activation')
  },
}
