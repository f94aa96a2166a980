/** Critical variances of activations, for the remedies that draw weights at criticality. */
import type { ActivationName } from '../network/activations.ts'
import type { VariancePair } from '../surgery/gaussian-pair.ts'
import type { Nonlinearity } from '../surgery/leaf-places.ts'
import { criticalPair, leastCriticalQ } from '../theory/critical-pair.ts'
import { scalarFunction } from '../theory/scalar-function.ts'

/**
 * Variances q* of the pre-activations at which tanh and erf are critical with sb2 = 0.05 (Schoenholz et al. 2017). Other
 * activations that are critical at every variance get the middle one.
 */
const chosenVariances: Readonly<Partial<Record<ActivationName, number>>> = { tanh: 0.5700479, erf: 0.5171768 }
const usualVariance = 0.5
/**
 * Factor from the least variance with a critical point to the chosen one. At the least variance itself, the variance
 * returns to its fixed point from one side only.
 */
const aboveLeast = 1.4

export type CriticalChoice =
  | { readonly isCritical: true; readonly pair: VariancePair }
  | { readonly isCritical: false; readonly reason: string }

/**
 * The critical variances for an activation, or the reason why it has none. `q` is the variance of the pre-activations at
 * which the weights are critical.
 */
export function criticalFor(activation: Nonlinearity, q?: number): CriticalChoice {
  if (activation.kind === 'prelu') return { isCritical: false, reason: "PReLU's critical weights are He's weights." }
  const { function: name } = activation
  if (scalarFunction(activation).slopeBelowZero !== null) {
    return { isCritical: false, reason: `The critical weights of ${name} are He's weights.` }
  }
  const least = leastCriticalQ(activation) ?? 0
  const chosen = q ?? (least > 0 ? aboveLeast * least : (chosenVariances[name] ?? usualVariance))
  const answer = criticalPair(activation, chosen)
  if (!answer.isCritical) return answer
  const { sw2, sb2 } = answer.pair
  return { isCritical: true, pair: { sw2: rounded(sw2), sb2: rounded(sb2) } }
}

/** Seven digits, with which chi_1 is 1 to 1e-7. */
const rounded = (value: number): number => Number(value.toPrecision(7))
