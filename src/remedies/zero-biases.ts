/** LSUV with biases of 0, for units that saturate or die because of their initial biases. */
import { withZeroBiases } from '../surgery/without-biases.ts'
import type { Remedy } from './remedy.ts'
import { withNetwork } from './treat.ts'

export const zeroBiases: Remedy = {
  size: 'start',
  about: 'starts the biases at 0 and changes the scales of the drawn weights, and leaves the layers as they are',
  apply: (task) => {
    const words = 'start the biases at 0, and rescale the initial weights by LSUV'
    const treated = withNetwork(task, withZeroBiases(task.network), words)
    return treated && { ...treated, settings: { ...treated.settings, start: 'lsuv' } }
  },
}
