/**
 * Weights and biases at the critical point of the network's own activation (Schoenholz et al. 2017; Hayou et al. 2019).
 * There, neither the signal nor the gradient grows or decays with the depth.
 */
import { listed, number } from '../format/words.ts'
import type { ActivationLayer, Initializer, Network } from '../network/network.ts'
import { withVariances } from '../surgery/gaussian-pair.ts'
import { isNonlinearity, leafPlaces } from '../surgery/leaf-places.ts'
import { withInitializers } from '../surgery/with-initializers.ts'
import { criticalFor } from './critical.ts'
import { ownFixedPoint } from './own-fixed-point.ts'
import type { Remedy } from './remedy.ts'
import { withNetwork } from './treat.ts'

export const criticalWeights: Remedy = {
  size: 'start',
  about: 'draws weights and biases at the critical point of the activation, and leaves the layers as they are',
  apply: (task) => {
    if (whyNotCritical(task.network) !== undefined) return undefined
    const texts = new Set<string>()
    const network = withInitializers(task.network, ({ layer, activation }) => {
      const choice = activation && criticalFor(activation)
      if (activation?.kind !== 'activation' || choice?.isCritical !== true) return undefined
      if (isCriticalAlready(layer.init, activation)) return undefined
      const { sw2, sb2 } = choice.pair
      texts.add(`${activation.function} (weights of variance ${number(sw2)}/fanIn, biases of variance ${number(sb2)})`)
      return withVariances(layer.init, choice.pair)
    })
    return withNetwork(task, network, `draw the weights at the critical point of ${listed([...texts])}`)
  },
}

/** Largest distance of chi from 1 at which weights count as critical. */
const tolerance = 1e-3

function isCriticalAlready(init: Initializer, activation: ActivationLayer): boolean {
  const own = ownFixedPoint(init, activation)
  return own !== undefined && Math.abs(own.chi - 1) < tolerance
}

/** The reason why the network has no critical weights, or undefined if it has some. */
export function whyNotCritical(network: Network): string | undefined {
  const hidden = leafPlaces(network).flatMap(({ leaf, isHidden }) => (isHidden && isNonlinearity(leaf) ? [leaf] : []))
  if (hidden.length === 0) return 'The network has no hidden activation.'
  const choices = hidden.map((activation) => criticalFor(activation))
  return choices.flatMap((choice) => (choice.isCritical ? [] : [choice.reason]))[0]
}
