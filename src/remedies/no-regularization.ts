/** The training without dropout, weight decay and variation of images. */
import { listed } from '../format/words.ts'
import { withoutDropout } from '../surgery/without-dropout.ts'
import type { Remedy } from './remedy.ts'
import { withNetwork } from './treat.ts'

export const noRegularization: Remedy = {
  size: 'regularization',
  about: 'turns off dropout, weight decay and the variation of images, and leaves the rest as it is',
  apply: (task) => {
    const { optimizer, augment } = task.settings
    const { rule } = optimizer
    const undropped = withoutDropout(task.network)
    const removed = [
      ...(undropped === undefined ? [] : ['dropout']),
      ...(rule.weightDecay > 0 ? ['weight decay'] : []),
      ...(augment === 'none' ? [] : ['the variation of images']),
    ]
    if (removed.length === 0) return undefined
    const settings = {
      ...task.settings,
      optimizer: { ...optimizer, rule: { ...rule, weightDecay: 0 } },
      augment: 'none',
    } as const
    return withNetwork({ ...task, settings }, undropped ?? task.network, `turn off ${listed(removed)}`)
  },
}
