/** The activation functions and their derivatives, one number at a time. */
import { seluAlpha, seluScale } from '../../graph/activations.ts'
import type { ActivationName } from '../../network/network.ts'
import { erf, normalDensity, normalDistribution } from '../../support/numbers.ts'

type ScalarFunction = (x: number, slope: number) => number

const logistic = (x: number): number => 1 / (1 + Math.exp(-x))
/** 0 where the factor is: also where x isn't finite, as in the limit. */
const times = (x: number, factor: number): number => (factor === 0 ? 0 : x * factor)

export const activations = {
  identity: (x) => x,
  relu: (x) => Math.max(0, x),
  leakyRelu: (x, slope) => (x > 0 ? x : slope * x),
  tanh: (x) => Math.tanh(x),
  sigmoid: logistic,
  softplus: (x) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x))),
  // Klambauer et al. (2017), eq. 2
  selu: (x) => (x > 0 ? seluScale * x : seluScale * seluAlpha * Math.expm1(x)),
  // Hendrycks & Gimpel (2016): x times the normal distribution function
  gelu: (x) => times(x, normalDistribution(x)),
  silu: (x) => x * logistic(x),
  erf,
} satisfies Record<ActivationName, ScalarFunction>

/** Of each function at x, given x or the function's value there, as graph/activations.ts says. */
export const derivatives = {
  identity: () => 1,
  relu: (y) => (y > 0 ? 1 : 0),
  leakyRelu: (kept, slope) => (kept > 0 ? 1 : slope),
  tanh: (y) => 1 - y * y,
  sigmoid: (y) => y * (1 - y),
  softplus: (y) => -Math.expm1(-y),
  selu: (y) => (y > 0 ? seluScale : y + seluScale * seluAlpha),
  gelu: (x) => normalDistribution(x) + times(x, normalDensity(x)),
  silu: (x) => logistic(x) * (1 + x * logistic(-x)),
  erf: (x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x),
} satisfies Record<ActivationName, ScalarFunction>
