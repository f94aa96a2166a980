/**
 * TAT (Zhang et al. 2022; Martens et al. 2021): a leaky slope that grows with the depth, so that the network takes two
 * orthogonal samples to the cosine eta, at any depth. The weights keep the signal's mean square as it was.
 */
import { number } from '../format/words.ts'
import { rectifiersOnPath, withLeakySlope } from '../surgery/leaky.ts'
import { tatSlope } from '../theory/tat-slope.ts'
import type { Remedy } from './remedy.ts'
import { withNetwork } from './treat.ts'

/**
 * The remedy `leaky slope by depth` with the cosine `eta` that two orthogonal samples reach in an infinitely wide
 * network. A smaller eta keeps samples farther apart.
 */
export const leakySlopeByDepth = (eta: number): Remedy => ({
  size: 'activation',
  about: 'gives every ReLU a slope below 0 that suits the depth, and leaves the mean square of the signal as it is',
  apply: (task) => {
    const activations = rectifiersOnPath(task.network)
    const { slope } = tatSlope(activations, eta)
    // Digits beyond the sixth change nothing that can be measured.
    const rounded = Number(slope.toPrecision(6))
    const words = `replace ReLU by leaky ReLU with the slope ${number(rounded)}, and scale the weights to keep the signal`
    return withNetwork(task, withLeakySlope(task.network, rounded), words)
  },
})

/** The eta of the paper. */
export const usualEta = 0.9

export const usualLeakySlope: Remedy = leakySlopeByDepth(usualEta)
