/**
 * A smaller epsilon for Adam and RMSprop. Both divide each gradient by its own size plus epsilon. Where gradients vanish,
 * epsilon is the larger part, and the steps of the first layers vanish too.
 */
import type { Remedy } from './remedy.ts'
import { withSettings } from './treat.ts'

const small = 1e-16

export const smallEpsilon: Remedy = {
  size: 'step',
  about: 'lowers the epsilon that the optimizer adds to the size of the gradient, and leaves the network as it is',
  apply: (task) => {
    const { optimizer } = task.settings
    const { rule } = optimizer
    const dividesBySize = rule.kind === 'adam' || rule.kind === 'rmsprop' || rule.kind === 'rmspropMomentum'
    if (!dividesBySize || rule.epsilon <= small) return undefined
    const changed = { ...optimizer, rule: { ...rule, epsilon: small } }
    return withSettings(task, { optimizer: changed }, `lower the optimizer's epsilon from ${rule.epsilon} to ${small}`)
  },
}
