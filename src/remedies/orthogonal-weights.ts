/** Orthogonal weights (Saxe et al. 2014): no direction of the signal is stretched more than another one. */
import { orthogonalFor, withInitializers } from '../surgery/with-initializers.ts'
import type { Remedy } from './remedy.ts'
import { withNetwork } from './treat.ts'

export const orthogonalWeights: Remedy = {
  size: 'start',
  about: 'draws orthogonal weights with the gain that keeps the signal, and leaves the layers as they are',
  apply: (task) => {
    const network = withInitializers(task.network, orthogonalFor)
    return withNetwork(task, network, 'draw orthogonal weights with the gain that keeps the signal')
  },
}
