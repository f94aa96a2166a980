/** A limit on the norm of the gradient of all parameters together (Pascanu et al. 2013). */
import type { Remedy } from './remedy.ts'
import { withSettings } from './treat.ts'

const largestNorm = 1

export const clippedGradients: Remedy = {
  size: 'step',
  about: 'scales a gradient with a norm above 1 down to the norm 1, and leaves the network as it is',
  apply: (task) => {
    const { clipNorm } = task.settings
    if (clipNorm !== null && clipNorm <= largestNorm) return undefined
    return withSettings(task, { clipNorm: largestNorm }, `limit the norm of the gradient to ${largestNorm}`)
  },
}
