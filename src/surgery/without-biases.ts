/** Sets the initial biases of a network to 0. */
import { withLeaves } from '../network/leaves.ts'
import type { Network } from '../network/network.ts'
import { ifChanged, isWeighted } from './leaf-places.ts'
import { withoutBiases } from './scaled-initializer.ts'

/**
 * Returns the network whose dense layers and convolutions start with biases of 0 and with the same weights. Undefined if
 * all biases start at 0 already. Layers that are not trained stay as they are.
 */
export function withZeroBiases(network: Network): Network | undefined {
  const changed = withLeaves(network, (leaf) =>
    isWeighted(leaf) && leaf.bias && leaf.trained !== false && hasBiases(leaf.init)
      ? { ...leaf, init: withoutBiases(leaf.init) }
      : leaf,
  )
  return ifChanged(network, changed)
}

const isZero = (value: number | readonly number[]): boolean => [value].flat().every((one) => one === 0)

/** Whether the initializer draws biases other than 0. */
function hasBiases(init: Parameters<typeof withoutBiases>[0]): boolean {
  if ('sb2' in init) return !isZero(init.sb2)
  if (init.kind === 'constant') return !isZero(init.biasValue)
  return init.kind === 'fanInUniform' || (init.kind === 'uniform' && init.biases === 'same')
}
