/**
 * Moments of an activation function phi for a Gaussian input u of mean 0 and variance q. Mean-field theory needs no other
 * property of the function (Poole et al. 2016, Schoenholz et al. 2017).
 */
import { assertInvariant } from '../support/errors.ts'
import { gaussianMean } from './quadrature.ts'
import { type ScalarFunction, scalarFunction, type TheoryActivation } from './scalar-function.ts'

export interface Moments {
  /** E[phi(u)]. */
  readonly mean: number
  /** E[phi(u)^2]. */
  readonly meanSquare: number
  /** E[phi'(u)^2]. */
  readonly slopeSquare: number
  /**
   * The derivative of E[phi(u)^2] by q, which is E[phi'(u)^2] + E[phi(u) phi''(u)]. By Stein's lemma the derivative is
   * E[u phi(u) phi'(u)] / q, an integral without second derivatives. At a kink, phi'' is a point mass, and this integral
   * includes the point mass.
   */
  readonly growth: number
}

/**
 * Smallest variances at which slopes are integrated. At smaller variances, the slopes are those at 0. If phi(0) is not 0,
 * the integral of `growth` loses digits for small q, and its floor is higher.
 */
const smallestVariance = 1e-30
const smallestVarianceWithOffset = 1e-8

/** The moments of an activation function at the variance q >= 0 of its input. */
export function momentsOf(activation: TheoryActivation, q: number): Moments {
  assertInvariant(q >= 0 && Number.isFinite(q), `the variance ${q} is negative or not finite`)
  const phi = scalarFunction(activation)
  return phi.slopeBelowZero === null ? integratedMoments(phi, q) : rectifierMoments(phi.slopeBelowZero, q)
}

/** The mean square E[phi(u)^2] alone, at the variance q >= 0. */
export function meanSquareOf(activation: TheoryActivation, q: number): number {
  const phi = scalarFunction(activation)
  return phi.slopeBelowZero === null
    ? gaussianExpectation(phi, q, (u) => phi.value(u) ** 2)
    : rectifierMoments(phi.slopeBelowZero, q).meanSquare
}

/** The closed form for functions that are x above 0 and a x below 0 (He et al. 2015, section 2.2). */
function rectifierMoments(a: number, q: number): Moments {
  const half = (1 + a * a) / 2
  return { mean: (1 - a) * Math.sqrt(q / (2 * Math.PI)), meanSquare: half * q, slopeSquare: half, growth: half }
}

function integratedMoments(phi: ScalarFunction, q: number): Moments {
  const lifted = Math.max(q, phi.value(0) === 0 ? smallestVariance : smallestVarianceWithOffset)
  return {
    mean: gaussianExpectation(phi, q, phi.value),
    meanSquare: gaussianExpectation(phi, q, (u) => phi.value(u) ** 2),
    slopeSquare: gaussianExpectation(phi, Math.max(q, smallestVariance), (u) => phi.derivative(u) ** 2),
    growth: gaussianExpectation(phi, lifted, (u) => u * phi.value(u) * phi.derivative(u)) / lifted,
  }
}

/** The expectation of f(u) over a Gaussian number u of variance q, for a function f with the kinks of phi. */
function gaussianExpectation({ kinks }: ScalarFunction, q: number, f: (u: number) => number): number {
  if (q === 0) return f(0)
  const deviation = Math.sqrt(q)
  const isSmooth = kinks.length === 0
  return gaussianMean((z) => f(deviation * z), {
    centers: isSmooth ? [0] : kinks.map((kink) => kink / deviation),
    scale: 1 / deviation,
    isSmooth,
  })
}
