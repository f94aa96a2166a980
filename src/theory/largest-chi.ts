/** The activation function that passes gradients on best, without a change of the preactivations' variance. */
import type { ActivationName } from '../network/activations.ts'
import { criticalPair } from './critical-pair.ts'
import { momentsOf } from './moments.ts'
import type { TheoryActivation } from './scalar-function.ts'

/** An initialization that keeps the variance of the preactivations, and its chi_1. */
export interface SteadyPair {
  /** Variance of the weights times fanIn. */
  readonly sw2: number
  /** Variance of the biases. */
  readonly sb2: number
  /** chi_1, the factor per layer on the squared norm of the gradient, at most 1. */
  readonly chi: number
}

/**
 * The pair (sw2, sb2) with the fixed point q > 0 of the variance and the largest chi_1 up to 1. The pair is the critical
 * pair if the function has one at q. For other functions, all of the variance comes from the weights, because biases
 * lower chi_1. Null if chi_1 = 1 is possible but the variance q would not be stable.
 */
export function steadyPair(activation: TheoryActivation, q: number): SteadyPair | null {
  const answer = criticalPair(activation, q)
  if (answer.isCritical) return { sw2: answer.pair.sw2, sb2: answer.pair.sb2, chi: 1 }
  const { meanSquare, slopeSquare } = momentsOf(activation, q)
  const sw2 = q / meanSquare
  const chi = sw2 * slopeSquare
  return chi <= 1 ? { sw2, sb2: 0, chi } : null
}

/** Bounded functions in the shape of an S, in the order in which equal ones are preferred. */
export const boundedActivations = ['tanh', 'erf', 'softsign', 'sigmoid'] as const satisfies readonly ActivationName[]

export interface LargestChi extends SteadyPair {
  readonly activation: (typeof boundedActivations)[number]
}

/**
 * The bounded activation function with the largest chi_1 up to 1, and the pair that keeps the variance q > 0 of the
 * preactivations. The answer is tanh with its critical pair, because tanh is critical at every variance.
 */
export function largestChi(q: number): LargestChi {
  let largest: LargestChi = { activation: 'sigmoid', sw2: 0, sb2: 0, chi: 0 }
  for (const activation of boundedActivations) {
    const pair = steadyPair(activation, q)
    if (pair !== null && pair.chi > largest.chi) largest = { activation, ...pair }
  }
  return largest
}
