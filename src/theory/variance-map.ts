/**
 * The variance of preactivations from layer to layer in a plain network of infinite width (Poole et al. 2016, section 2):
 * q becomes sb2 + sw2 E[phi(sqrt(q) z)^2].
 */
import { meanSquareOf } from './moments.ts'
import { scalarFunction, type TheoryActivation } from './scalar-function.ts'

/** A layer of a plain network: weights, biases and an activation function, with optional dropout after the activation. */
export interface PlainLayer {
  readonly activation: TheoryActivation
  /** Variance of the weights times fanIn. */
  readonly sw2: number
  /** Variance of the biases. */
  readonly sb2: number
  /** Probability with which dropout keeps a unit, 1 by default. Kept units are divided by this probability. */
  readonly keep?: number
}

/** The variance of the next layer's preactivations, from the variance q of this layer's preactivations. */
export function nextVariance({ activation, sw2, sb2, keep = 1 }: PlainLayer, q: number): number {
  return sb2 + (sw2 / keep) * meanSquareOf(activation, q)
}

/** The variances of the preactivations in layers 1 to `layers`, from the variance of layer 1. */
export function varianceByLayer(layer: PlainLayer, first: number, layers: number): number[] {
  const variances = [first]
  while (variances.length < layers) variances.push(nextVariance(layer, variances[variances.length - 1]))
  return variances.slice(0, layers)
}

/** Relative change of the variance in one layer that counts as rounding. */
const rounding = 4e-16
/** Factor between the variances at which the search looks for the next fixed point. */
const searchFactor = 1.1
/** The search takes variances below `smallest` as 0 if 0 is a fixed point, and variances above `largest` as infinite. */
const smallest = 1e-9
const largest = 1e12

/**
 * The variance q* that the layers reach from the variance `first`, in the limit of infinite depth. Some activation
 * functions have two fixed points, so q* depends on `first`. Returns 0 if the variance vanishes, and null if it grows
 * without limit. Plain iteration needs too many layers near criticality, so the fixed point is found by bisection.
 */
export function varianceFixedPoint(layer: PlainLayer, first: number): number | null {
  const rise = (q: number): number => nextVariance(layer, q) - q
  const start = rise(first)
  if (Math.abs(start) <= rounding * first) return first
  const { slopeBelowZero } = scalarFunction(layer.activation)
  if (slopeBelowZero !== null) return rectifierFixedPoint(layer, slopeBelowZero)
  if (start > 0) {
    // The map rises with q, so no fixed point is between the variance and its image.
    for (let low = first + start; low < largest; low *= searchFactor) {
      if (rise(low * searchFactor) <= 0) return bisect(rise, low, low * searchFactor)
    }
    return null
  }
  // The map rises with q, so all fixed points are at or above the image of 0.
  const image = nextVariance(layer, 0)
  const floor = image > 0 ? image : smallest * Math.min(1, first)
  for (let high = first; high > floor; high /= searchFactor) {
    const low = Math.max(floor, high / searchFactor)
    if (rise(low) >= 0) return bisect(rise, low, high)
  }
  return image
}

/** The fixed point of a map that is linear in q. */
function rectifierFixedPoint({ sw2, sb2, keep = 1 }: PlainLayer, a: number): number | null {
  const factor = ((sw2 / keep) * (1 + a * a)) / 2
  return factor < 1 ? sb2 / (1 - factor) : null
}

/** The root of a function that is at least 0 at `low` and at most 0 at `high`, by bisection of the logarithm. */
function bisect(rise: (q: number) => number, low: number, high: number): number {
  let [below, above] = [low, high]
  for (;;) {
    const middle = Math.sqrt(below) * Math.sqrt(above)
    if (!(middle > below && middle < above)) return middle
    if (rise(middle) >= 0) below = middle
    else above = middle
  }
}
