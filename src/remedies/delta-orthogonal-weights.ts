/** Delta-orthogonal kernels (Xiao et al. 2018), with which convolutions of any depth keep the signal. */
import { deltaOrthogonalFor, takesDelta, withInitializers } from '../surgery/with-initializers.ts'
import type { Remedy } from './remedy.ts'
import { withNetwork } from './treat.ts'

export const deltaOrthogonalWeights: Remedy = {
  size: 'start',
  about: 'draws kernels that are an orthogonal matrix at the center and 0 elsewhere, and leaves the layers as they are',
  apply: (task) => {
    let kernels = 0
    const network = withInitializers(task.network, (place) => {
      if (takesDelta(place)) kernels++
      return deltaOrthogonalFor(place)
    })
    const words = 'draw delta-orthogonal kernels for the hidden convolutions, and orthogonal weights elsewhere'
    return kernels === 0 ? undefined : withNetwork(task, network, words)
  },
}
