/** Fixup (Zhang et al. 2019): residual branches that start at 0, without norms. */
import { withFixup } from '../surgery/with-fixup.ts'
import type { Remedy } from './remedy.ts'
import { withNetwork } from './treat.ts'

export const fixup: Remedy = {
  size: 'multiplier',
  about:
    'starts residual branches and the read-out at 0, replaces norms by trained numbers, and leaves the other layers',
  apply: (task) => {
    const words = 'start the residual branches and the read-out at 0 by Fixup, with trained scalars in place of norms'
    return withNetwork(task, withFixup(task.network), words)
  },
}
