/**
 * Closed forms for ReLU and leaky ReLU with weights that keep the variance. All functions carry the cosine distance
 * d = 1 - cosine.
 */
import { cos, sin } from '../support/numbers.ts'

/** Angles in radians below which a series replaces sin t - t cos t. The first missing term is t^15 / 15!! or less. */
const seriesLimit = 0.3

/** The angle in radians of two samples with the cosine distance d. */
export function angleOf(distance: number): number {
  return 2 * Math.asin(Math.sqrt(distance / 2))
}

/** sin t - t cos t, by its series t^3/3 - t^5/30 + t^7/840 - ... for small t, whose terms are t^(2k+1) 2k / (2k+1)!. */
export function sineMinusChord(t: number): number {
  if (Math.abs(t) >= seriesLimit) return sin(t) - t * cos(t)
  let [sum, power] = [0, t]
  for (let k = 1; k <= 7; k++) {
    // power is t^(2k+1) / (2k+1)! with its sign.
    power *= (t * t) / (2 * k * (2 * k + 1))
    sum += (k % 2 === 1 ? 1 : -1) * 2 * k * power
  }
  return sum
}

/** The cosine distance after a ReLU: d - (sin t - t cos t) / pi (Cho & Saul 2009, degree 1). */
export function reluCosineDistance(distance: number): number {
  return leakyCosineDistance(0, distance)
}

/**
 * The cosine distance after a leaky ReLU of slope a:
 * d - (1 - a)^2 / (pi (1 + a^2)) (sin t - t cos t) (Zhang et al. 2022).
 */
export function leakyCosineDistance(a: number, distance: number): number {
  return distance - ((1 - a) ** 2 / (Math.PI * (1 + a * a))) * sineMinusChord(angleOf(distance))
}

/** E[phi'(u) phi'(v)] for a leaky ReLU of slope a, at any variance: a + (1 - a)^2 (1 - t/pi) / 2. */
export function leakySlopeProduct(a: number, distance: number): number {
  return a + ((1 - a) ** 2 * (1 - angleOf(distance) / Math.PI)) / 2
}

/** The tangent kernel of a network for two inputs of norm 1. */
export interface TangentKernel {
  /** Number of hidden layers. */
  readonly layers: number
  /** The kernel of an input with itself. */
  readonly diagonal: number
  /** The kernel of an input with itself minus the kernel of the two inputs. */
  readonly gap: number
  /** The kernel of the two inputs divided by the kernel of an input with itself. */
  readonly ratio: number
  /** Cosine distance of the two inputs in the last hidden layer. */
  readonly distance: number
}

/**
 * The tangent kernel of infinitely wide ReLU networks with He initialization and without biases (Jacot et al. 2018,
 * theorem 1), for 0 to `layers` hidden layers. The recursion carries the gap D instead of the kernel itself: D becomes
 * d' + D (1 - t/pi) + T t/pi, where T is the diagonal. `distance` is the cosine distance of the inputs.
 */
export function reluTangentKernels(distance: number, layers: number): TangentKernel[] {
  let kernel: TangentKernel = { layers: 0, diagonal: 1, gap: distance, ratio: 1 - distance, distance }
  const kernels = [kernel]
  for (let layer = 1; layer <= layers; layer++) {
    const turn = angleOf(kernel.distance) / Math.PI
    const next = reluCosineDistance(kernel.distance)
    const gap = next + kernel.gap * (1 - turn) + kernel.diagonal * turn
    const diagonal = kernel.diagonal + 1
    kernel = { layers: layer, diagonal, gap, ratio: (diagonal - gap) / diagonal, distance: next }
    kernels.push(kernel)
  }
  return kernels
}
