/**
 * TAT for leaky ReLU: the slope with which a plain network keeps samples apart at any depth (Zhang et al. 2022;
 * Martens et al. 2021).
 */
import { leakyCosineDistance } from './rectifier-map.ts'

export interface TatSlope {
  /** Slope of the leaky ReLU below 0. */
  readonly slope: number
  /** Factor on weights of variance 1/fanIn that keeps the variance of the signal: sqrt(2 / (1 + slope^2)). */
  readonly gain: number
}

/** The factor on weights of variance 1/fanIn with which a leaky ReLU of slope a keeps the variance of the signal. */
export function leakyGain(a: number): number {
  return Math.sqrt(2 / (1 + a * a))
}

/**
 * The slope with which `depth` leaky ReLUs take two orthogonal samples to the cosine eta. `depth` is the number of
 * activations on the longest path of the network. A smaller eta gives a larger slope, so the network is nearer to a
 * linear one. The paper uses eta = 0.9. The slope is 0 if ReLU keeps the cosine below eta.
 */
export function tatSlope(depth: number, eta = 0.9): TatSlope {
  const target = 1 - eta
  if (distanceAfter(depth, 0) >= target) return { slope: 0, gain: leakyGain(0) }
  let [below, above] = [0, 1]
  for (;;) {
    const middle = (below + above) / 2
    if (!(middle > below && middle < above)) return { slope: above, gain: leakyGain(above) }
    if (distanceAfter(depth, middle) < target) below = middle
    else above = middle
  }
}

/** The cosine distance of two orthogonal samples after `depth` leaky ReLUs of slope a. */
function distanceAfter(depth: number, a: number): number {
  let distance = 1
  for (let layer = 0; layer < depth; layer++) distance = leakyCosineDistance(a, distance)
  return distance
}
