/** Mean-field theory of plain networks of infinite width (Poole et al. 2016, Schoenholz et al. 2017). */
import { log } from '../support/numbers.ts'
import { cosineFixedPoint, cosineSlope } from './cosine-map.ts'
import { momentsOf } from './moments.ts'
import { scalarFunction } from './scalar-function.ts'
import { type PlainLayer, varianceFixedPoint } from './variance-map.ts'

export interface MeanField {
  /** Variance of the preactivations in the limit of infinite depth, null if the variance grows without limit. */
  readonly q: number | null
  /**
   * chi_1 = sw2 E[phi'(sqrt(q) z)^2], the slope of the cosine map at cosine 1. Without dropout, the squared norm of a
   * gradient changes by this factor per layer on the way back. Null if the variance grows without limit.
   */
  readonly chi1: number | null
  /** Factor per layer on a small deviation of the variance from q*. Null if the variance grows without limit. */
  readonly chiParallel: number | null
  /**
   * Cosine distance 1 - c* that different samples reach. Null if the variance vanishes or grows without limit. ReLU, leaky
   * ReLU and the identity change the cosine in the same way at all variances, so their distance is only null at sw2 = 0.
   */
  readonly cosineDistance: number | null
  /** Slope chi_c of the cosine map at c*. Null where `cosineDistance` is null. */
  readonly chiC: number | null
  /** Depth scale xi_c = -1 / ln chi_c of the cosine, in layers. Null if it is infinite or chi_c is null. */
  readonly xiC: number | null
  /** Depth scale xi_q = -1 / ln chi_parallel of the variance, in layers. Null if it is infinite or chi_parallel is null. */
  readonly xiQ: number | null
}

/** Distance of a factor per layer from 1 that counts as rounding. */
const rounding = 1e-12

/** The number of layers -1 / ln(factor) over which a deviation falls by the factor e. Null for factors of 1 and more. */
export function depthScale(factor: number): number | null {
  return factor >= 1 - rounding ? null : factor <= 0 ? 0 : -1 / log(factor)
}

const withoutVariance: MeanField = {
  q: null,
  chi1: null,
  chiParallel: null,
  cosineDistance: null,
  chiC: null,
  xiC: null,
  xiQ: null,
}

/**
 * The mean-field quantities of a network with equal layers. `first` is the variance of the first layer's preactivations,
 * from which the fixed point is sought.
 */
export function meanField(layer: PlainLayer, first: number): MeanField {
  const q = varianceFixedPoint(layer, first)
  const { keep = 1 } = layer
  const { slopeBelowZero } = scalarFunction(layer.activation)
  const isFixed = q !== null && q > 0
  if (q === null && slopeBelowZero === null) return withoutVariance
  const { slopeSquare, growth } = momentsOf(layer.activation, q ?? 1)
  const chiParallel = (layer.sw2 / keep) * growth
  // Where the variance of a leaky ReLU vanishes or explodes, weights that keep the variance give the same cosines.
  const steady =
    isFixed || slopeBelowZero === null ? layer : { ...layer, sw2: (2 * keep) / (1 + slopeBelowZero ** 2), sb2: 0 }
  const isDefined = layer.sw2 > 0 && (isFixed || slopeBelowZero !== null)
  const at = isFixed ? q : 1
  const cosineDistance = isDefined ? cosineFixedPoint(steady, at) : null
  const chiC = cosineDistance === null ? null : cosineSlope(steady, at, cosineDistance)
  return {
    q,
    chi1: layer.sw2 * slopeSquare,
    chiParallel,
    cosineDistance,
    chiC,
    xiC: chiC === null ? null : depthScale(chiC),
    xiQ: depthScale(chiParallel),
  }
}
