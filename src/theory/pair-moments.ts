/**
 * Expectations over two Gaussian inputs u and v of the same activation function. Both inputs have variance q, and their
 * cosine is 1 - d. With s = sqrt(q (1 - d/2)) x and t = sqrt(q d/2) y, u = s + t and v = s - t for independent standard
 * normal x and y. The distance d is never computed from the cosine, so a small distance has all its digits.
 */
import { momentsOf } from './moments.ts'
import { evenGaussianMean, gaussianMean } from './quadrature.ts'
import { differenceOf, type ScalarFunction, scalarFunction, type TheoryActivation } from './scalar-function.ts'

/** E[(phi(u) - phi(v))^2] at the variance q and the cosine distance d, with full relative precision for small d. */
export function squaredDifference(activation: TheoryActivation, q: number, distance: number): number {
  const phi = scalarFunction(activation)
  return pairMean(phi, q, distance, (s, t) => differenceOf(phi, s - t, s + t) ** 2)
}

/** E[phi'(u) phi'(v)] at the variance q and the cosine distance d. */
export function slopeProduct(activation: TheoryActivation, q: number, distance: number): number {
  const phi = scalarFunction(activation)
  if (distance === 0) return momentsOf(activation, q).slopeSquare
  return pairMean(phi, q, distance, (s, t) => phi.derivative(s + t) * phi.derivative(s - t))
}

/** The expectation of f(s, t), which is even in t and has the kinks of phi at s + t and s - t. */
function pairMean({ kinks }: ScalarFunction, q: number, distance: number, f: (s: number, t: number) => number): number {
  const common = Math.sqrt(q * (1 - distance / 2))
  const apart = Math.sqrt((q * distance) / 2)
  const isSmooth = kinks.length === 0
  const places = isSmooth ? [0] : kinks
  const inner = (t: number): number =>
    common === 0
      ? f(0, t)
      : gaussianMean((x) => f(common * x, t), {
          centers: places.flatMap((place) => [(place - t) / common, (place + t) / common]),
          scale: 1 / common,
          isSmooth,
        })
  if (apart === 0) return inner(0)
  // The kinks of s + t and s - t cross where t is half the distance of two kinks.
  const crossings = places.flatMap((one) => places.map((other) => Math.max(0, one - other) / 2))
  return evenGaussianMean((y) => inner(apart * y), {
    centers: [...new Set(crossings)].map((t) => t / apart),
    // The mean over s smooths kinks over the deviation of s.
    scale: (isSmooth || common === 0 ? 1 : Math.min(1, common)) / apart,
    isSmooth,
  })
}
