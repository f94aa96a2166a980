/** Residual branches times 1/L (CompleteP, Dey et al. 2025), which bounds the signal also for branches of positive mean. */
import { multiplied } from './multiplied.ts'
import type { Remedy } from './remedy.ts'

export const multiplierByDepth: Remedy = {
  size: 'multiplier',
  about: 'multiplies each residual branch by 1/L, where L is the number of branches, and leaves the weights',
  apply: (task) => multiplied(task, (branches) => ({ value: 1 / branches, text: `1/${branches}` })),
}
