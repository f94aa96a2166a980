/** Other activations for the hidden layers of a network. */
import type { ActivationName } from '../network/activations.ts'
import type { Network } from '../network/network.ts'
import { ifChanged, isNonlinearity, type Nonlinearity, withPlaces } from './leaf-places.ts'

/**
 * Returns the network in which hidden activations that `isReplaced` accepts are the activation `name`. Activations after
 * the read-out stay, because they set the range of the outputs. Undefined if no activation changes.
 */
export function withHiddenActivation(
  network: Network,
  name: Exclude<ActivationName, 'leakyRelu'>,
  isReplaced: (activation: Nonlinearity) => boolean = () => true,
): Network | undefined {
  const changed = withPlaces(network, ({ leaf, isHidden }) => {
    if (!isHidden || !isNonlinearity(leaf) || !isReplaced(leaf)) return leaf
    if (leaf.kind === 'activation' && leaf.function === name) return leaf
    return { kind: 'activation', function: name, ...(leaf.name === undefined ? {} : { name: leaf.name }) }
  })
  return ifChanged(network, changed)
}

/** The functions of the hidden activations, and `prelu` for PReLU, each listed once. */
export function hiddenActivations(network: Network): readonly (ActivationName | 'prelu')[] {
  const found = new Set<ActivationName | 'prelu'>()
  withPlaces(network, ({ leaf, isHidden }) => {
    if (isHidden && isNonlinearity(leaf)) found.add(leaf.kind === 'prelu' ? 'prelu' : leaf.function)
    return leaf
  })
  return [...found]
}
