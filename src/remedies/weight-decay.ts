/** Weight decay of He et al. (2015), 0.0001. AdamW and Lion apply the decay separately from the gradient. */
import type { Remedy } from './remedy.ts'
import { withSettings } from './treat.ts'

const decay = 1e-4

export const weightDecay: Remedy = {
  size: 'regularization',
  about: 'adds a weight decay of 0.0001 to a training without any, and leaves the network as it is',
  apply: (task) => {
    const { optimizer } = task.settings
    const { rule } = optimizer
    if (rule.weightDecay > 0) return undefined
    const changed = { ...optimizer, rule: { ...rule, weightDecay: decay } }
    return withSettings(task, { optimizer: changed }, `add a weight decay of ${decay}`)
  },
}
