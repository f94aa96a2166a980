/** Trained multipliers that start at 0: ReZero (Bachlechner et al. 2020) and SkipInit (De & Smith 2020). */
import { withMultipliers } from '../surgery/with-multipliers.ts'
import type { Remedy } from './remedy.ts'
import { withNetwork } from './treat.ts'

export const zeroMultiplier: Remedy = {
  size: 'multiplier',
  about: 'multiplies each residual branch by a trained number that starts at 0, and leaves the weights as they are',
  apply: (task) => {
    const network = withMultipliers(task.network, 0, true)
    return withNetwork(task, network, 'multiply each residual branch by a trained number that starts at 0')
  },
}
