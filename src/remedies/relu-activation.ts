/** ReLU instead of activations that saturate, such as sigmoid and tanh (Glorot et al. 2011). */
import type { Remedy } from './remedy.ts'
import { replaced, saturates } from './replaced.ts'
import { withNetwork } from './treat.ts'

export const reluActivation: Remedy = {
  size: 'activation',
  about: 'replaces hidden activations that saturate by ReLU with weights of variance 2/fanIn, and leaves the layers',
  apply: (task) => {
    const words = "replace the hidden activations by ReLU, and draw the weights with He's variance 2/fanIn"
    return withNetwork(task, replaced(task.network, 'relu', saturates), words)
  },
}
