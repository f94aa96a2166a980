/** Leaky ReLU instead of ReLU with the same weights, so that no unit is dead. */
import { number } from '../format/words.ts'
import { withLeakyUnits } from '../surgery/leaky.ts'
import type { Remedy } from './remedy.ts'
import { withNetwork } from './treat.ts'

/** The remedy `leaky units` with a slope for inputs below 0. A larger slope restores more of a dead unit's gradient. */
export const leakyUnitsWith = (slope: number): Remedy => ({
  size: 'activation',
  about: 'gives every ReLU a slope for inputs below 0, and leaves the weights as they are',
  apply: (task) =>
    withNetwork(
      task,
      withLeakyUnits(task.network, slope),
      `replace ReLU by leaky ReLU with the slope ${number(slope)}`,
    ),
})

export const leakyUnits: Remedy = leakyUnitsWith(0.1)
