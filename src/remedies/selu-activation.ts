/** SELU (Klambauer et al. 2017): with weights of variance 1/fanIn, mean 0 and variance 1 are a stable fixed point. */
import type { Remedy } from './remedy.ts'
import { replaced } from './replaced.ts'
import { withNetwork } from './treat.ts'

export const seluActivation: Remedy = {
  size: 'activation',
  about: 'replaces the hidden activations by SELU with weights of variance 1/fanIn, and leaves the layers as they are',
  apply: (task) => {
    const words = "replace the hidden activations by SELU, and draw the weights with LeCun's variance 1/fanIn"
    return withNetwork(task, replaced(task.network, 'selu'), words)
  },
}
