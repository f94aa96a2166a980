/**
 * The cosine between the preactivations of two samples, from layer to layer in a plain network of infinite width (Poole
 * et al. 2016, section 2). The map carries the cosine distance d = 1 - cosine, because the cosine itself loses the digits
 * of small distances.
 */
import { meanSquareOf } from './moments.ts'
import { slopeProduct, squaredDifference } from './pair-moments.ts'
import { leakyCosineDistance, leakySlopeProduct } from './rectifier-map.ts'
import { scalarFunction } from './scalar-function.ts'
import { nextVariance, type PlainLayer, varianceByLayer } from './variance-map.ts'

/**
 * The cosine distance of two samples in the next layer, from their variance q and cosine distance d in this layer. With
 * the variance q' in the next layer, the distance is sw2 E[(phi(u) - phi(v))^2] / (2 q'). Dropout has a mask of its own
 * for each sample, so E[phi(u) phi(v)] has no factor 1 / keep, and equal samples become different (Schoenholz et al.
 * 2017).
 */
export function nextCosineDistance(layer: PlainLayer, q: number, distance: number): number {
  const { activation, sw2, sb2, keep = 1 } = layer
  const { slopeBelowZero } = scalarFunction(activation)
  if (slopeBelowZero !== null && sb2 === 0 && keep === 1) return leakyCosineDistance(slopeBelowZero, distance)
  const noise = keep === 1 ? 0 : (1 / keep - 1) * meanSquareOf(activation, q)
  return (sw2 * (halfSquaredDifference(layer, q, distance) + noise)) / nextVariance(layer, q)
}

function halfSquaredDifference({ activation }: PlainLayer, q: number, distance: number): number {
  const { slopeBelowZero } = scalarFunction(activation)
  return slopeBelowZero === null
    ? squaredDifference(activation, q, distance) / 2
    : meanSquareOf(activation, q) * leakyCosineDistance(slopeBelowZero, distance)
}

/** The cosine distances in layers 1 to `layers`, from the variance and the cosine distance in layer 1. */
export function cosineDistanceByLayer(
  layer: PlainLayer,
  first: { readonly q: number; readonly distance: number },
  layers: number,
): number[] {
  const distances = [first.distance]
  for (const q of varianceByLayer(layer, first.q, layers - 1)) {
    distances.push(nextCosineDistance(layer, q, distances[distances.length - 1]))
  }
  return distances.slice(0, layers)
}

/**
 * The slope of the cosine map at the distance d, at a fixed point q of the variance: sw2 E[phi'(u) phi'(v)]. The slope at
 * d = 0 is chi_1, and the slope at the fixed point is chi_c (Schoenholz et al. 2017).
 */
export function cosineSlope({ activation, sw2 }: PlainLayer, q: number, distance: number): number {
  const { slopeBelowZero } = scalarFunction(activation)
  const product =
    slopeBelowZero === null ? slopeProduct(activation, q, distance) : leakySlopeProduct(slopeBelowZero, distance)
  return sw2 * product
}

/** Relative change of the distance by one round of Newton's method that ends the search. */
const precision = 1e-14
/** A slope nearer to 1 counts as 1. */
const rounding = 1e-12
const mostRounds = 200

/**
 * The cosine distance that pairs of different samples reach at the fixed point q of the variance, in the limit of infinite
 * depth. The result is 0 if all samples become equal.
 *
 * As a function of the cosine, the map is a power series without negative coefficients, because E[phi(u) phi(v)] is one
 * (Mehler's formula). So the distance of the next layer is a concave function of the distance, and has at most one
 * stable fixed point from 0 to 1. Newton's method from d = 1 approaches this point from one side, and never leaves it.
 */
export function cosineFixedPoint(layer: PlainLayer, q: number): number {
  const isNoisy = (layer.keep ?? 1) < 1
  if (!isNoisy && cosineSlope(layer, q, 0) <= 1 + rounding) return 0
  let distance = 1
  for (let round = 0; round < mostRounds; round++) {
    const excess = distance - nextCosineDistance(layer, q, distance)
    const step = excess / (1 - cosineSlope(layer, q, distance))
    if (!(step > precision * distance)) break
    distance -= step
  }
  return distance
}
