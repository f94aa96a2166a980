/**
 * Critical initializations: pairs (sw2, sb2) at which signals and gradients neither vanish nor explode with depth
 * (Schoenholz et al. 2017, Hayou et al. 2019).
 */
import { momentsOf } from './moments.ts'
import { type ScalarFunction, scalarFunction, type TheoryActivation } from './scalar-function.ts'

export interface CriticalPair {
  /** Variance of the preactivations, the fixed point q*. */
  readonly q: number
  /** Variance of the weights times fanIn. */
  readonly sw2: number
  /** Variance of the biases. */
  readonly sb2: number
  /**
   * Factor per layer on a small deviation of the variance from q*. The factor is below 1, so that the variance returns to
   * q*. For ReLU, leaky ReLU and the identity, the factor is 1, and every variance is a fixed point. The factor is also 1
   * at q* = 0 and at the least q* of GELU, SiLU, mish and hardSwish, where the variance returns from one side only.
   */
  readonly chiParallel: number
}

export type CriticalAnswer =
  | { readonly isCritical: true; readonly pair: CriticalPair }
  | {
      readonly isCritical: false
      /** Why there is no pair, as sentences. */
      readonly reason: string
    }

/**
 * The pair (sw2, sb2) with chi_1 = 1 and the fixed point q. The pair is an initialization only if sb2 isn't negative and
 * chi_parallel is not above 1, which `criticalPair` checks.
 */
export function pairWithUnitChi(activation: TheoryActivation, q: number): CriticalPair {
  const { meanSquare, slopeSquare, growth } = momentsOf(activation, q)
  const sw2 = 1 / slopeSquare
  const { slopeBelowZero } = scalarFunction(activation)
  if (slopeBelowZero !== null) return { q, sw2, sb2: 0, chiParallel: 1 }
  return { q, sw2, sb2: q - sw2 * meanSquare, chiParallel: sw2 * growth }
}

/** The critical pair of an activation function at the variance q of the preactivations, or the reason why there is none. */
export function criticalPair(activation: TheoryActivation, q: number): CriticalAnswer {
  const { name } = scalarFunction(activation)
  const least = leastCriticalQ(activation)
  if (least === null) return { isCritical: false, reason: `${name} has no critical point at any variance.` }
  if (!(q >= least && Number.isFinite(q))) {
    const given = `${name} has no critical point with the preactivation variance ${Number(q.toPrecision(4))}.`
    return { isCritical: false, reason: `${given} The least variance with a critical point is ${least.toFixed(4)}.` }
  }
  const pair = pairWithUnitChi(activation, q)
  // At the least variance of the logistic function, sb2 is 0 but for rounding.
  return { isCritical: true, pair: { ...pair, sb2: Math.max(0, pair.sb2) } }
}

/** Range of the variances in which the least one is sought, and the factor between the variances that are tried. */
const [lowest, highest, factor] = [1e-6, 1e4, 1.25]
/** Relative error that counts as rounding. */
const rounding = 1e-12

const stored = new Map<ScalarFunction['name'], number | null>()

/**
 * The least variance q* with a critical pair: 0 if every variance has one, and null if none has. All greater variances
 * have critical pairs too, up to 10^4 at least.
 */
export function leastCriticalQ(activation: TheoryActivation): number | null {
  const { name, slopeBelowZero } = scalarFunction(activation)
  if (slopeBelowZero !== null) return 0
  const known = stored.get(name)
  if (known !== undefined) return known
  const least = findLeast(activation)
  stored.set(name, least)
  return least
}

function findLeast(activation: TheoryActivation): number | null {
  const isCriticalAt = (q: number, tolerance = 0): boolean => {
    const { sb2, chiParallel } = pairWithUnitChi(activation, q)
    return sb2 >= -tolerance * q && chiParallel <= 1 + tolerance
  }
  // ReLU6 equals ReLU at small variances, so only rounding tells whether its chi_parallel is below 1.
  if (isCriticalAt(lowest, rounding)) return 0
  let above = lowest * factor
  while (!isCriticalAt(above)) {
    above *= factor
    if (above > highest) return null
  }
  let below = above / factor
  for (;;) {
    const middle = (below + above) / 2
    if (!(middle > below && middle < above)) return above
    if (isCriticalAt(middle)) above = middle
    else below = middle
  }
}
