/** Leaky ReLU instead of ReLU with the same weights, so that no unit is dead. */
import { leavesOf, withLeaves } from '../network/leaves.ts'
import type { Remedy } from './remedy.ts'

/** Slope for inputs below 0. */
const slope = 0.1

export const leakyUnits: Remedy = {
  size: 'activation',
  about: 'gives every ReLU a slope for inputs below 0, and leaves the weights as they are',
  apply: ({ network, settings }) => {
    const isReLU = leavesOf(network).some((leaf) => leaf.kind === 'activation' && leaf.function === 'relu')
    if (!isReLU) return undefined
    const leaky = withLeaves(network, (leaf) =>
      leaf.kind === 'activation' && leaf.function === 'relu' ? { ...leaf, function: 'leakyRelu', slope } : leaf,
    )
    return { network: leaky, settings, words: `replace ReLU by leaky ReLU with the slope ${slope}` }
  },
}
