/**
 * tanh at its critical point instead of the hidden activations. Of the bounded activations, critical tanh passes on the
 * gradient best: chi_1 is 1, while chi_1 of sigmoid layers with Glorot's weights is 0.056 (Schoenholz et al. 2017). The
 * pre-activations keep their variance, if the theory knows it.
 */
import { number } from '../format/words.ts'
import type { Network } from '../network/network.ts'
import { withVariances } from '../surgery/gaussian-pair.ts'
import { isWeighted, leafPlaces } from '../surgery/leaf-places.ts'
import { withHiddenActivation } from '../surgery/replaced-activations.ts'
import { withInitializers } from '../surgery/with-initializers.ts'
import { criticalFor } from './critical.ts'
import { ownFixedPoint } from './own-fixed-point.ts'
import type { Remedy } from './remedy.ts'
import { withNetwork } from './treat.ts'

export const criticalTanh: Remedy = {
  size: 'activation',
  about:
    'replaces the hidden activations by tanh with weights at its critical point, and leaves the layers as they are',
  apply: (task) => {
    const choice = criticalFor({ kind: 'activation', function: 'tanh' }, variance(task.network))
    const replaced = withHiddenActivation(task.network, 'tanh')
    if (replaced === undefined || !choice.isCritical) return undefined
    const { sw2, sb2 } = choice.pair
    const network = withInitializers(replaced, ({ layer }) => withVariances(layer.init, choice.pair)) ?? replaced
    const variances = `weights of variance ${number(sw2)}/fanIn and biases of variance ${number(sb2)}`
    return withNetwork(task, network, `replace the hidden activations by tanh at its critical point, with ${variances}`)
  },
}

/** At a smaller variance, tanh is nearly linear. At a larger one, tanh turns small differences of samples into large ones. */
const [least, most] = [0.05, 0.57]

/** The variance of the pre-activations in the hidden layers, as far as tanh at its critical point can keep it. */
function variance(network: Network): number | undefined {
  const last = leafPlaces(network).findLast(
    ({ leaf, isHidden, next }) => isHidden && isWeighted(leaf) && next !== undefined,
  )
  if (last === undefined || !isWeighted(last.leaf) || last.next?.kind !== 'activation') return undefined
  const own = ownFixedPoint(last.leaf.init, last.next)
  return own && Math.min(most, Math.max(least, own.q))
}
