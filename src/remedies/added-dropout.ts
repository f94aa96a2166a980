/** Dropout after the hidden activations (Srivastava et al. 2014). */
import { withDropout } from '../surgery/with-dropout.ts'
import type { Remedy } from './remedy.ts'
import { withNetwork } from './treat.ts'

const rate = 0.2

export const addedDropout: Remedy = {
  size: 'regularization',
  about: 'drops a fifth of the hidden units in each step of the training, and leaves the weights as they are',
  apply: (task) =>
    withNetwork(task, withDropout(task.network, rate), `add dropout of ${rate} after each hidden activation`),
}
