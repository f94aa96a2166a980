/**
 * Activation functions. Each row of the table `activations` holds everything about one activation function, except for
 * its WebAssembly code. The reference backend computes with the fields `value` and `derivative` of a row.
 */
import { assertInvariant } from '../support/errors.ts'
import { erf, log, normalDensity, normalDistribution } from '../support/numbers.ts'

export const activationNames = [
  'identity',
  'relu',
  'relu6',
  'leakyRelu',
  'elu',
  'tanh',
  'softsign',
  'sigmoid',
  'softplus',
  'gelu',
  'silu',
  'mish',
  'hardSwish',
  'selu',
  'erf',
] as const

export type ActivationName = (typeof activationNames)[number]

/** Range of an activation function's outputs, from `low` to `high`. */
export interface OutputRange {
  readonly low: number
  readonly high: number
}

/**
 * An operating point: a point near which a function is almost straight, so that a layer of this function can pass on a
 * signal x. Near an operating point, a unit gets the input at + step * x and gives the output value + slope * step * x.
 * The next layer with weights undoes the scale slope * step and the offset `value`.
 */
export interface OperatingPoint {
  readonly at: number
  /** Value of the function at the operating point. */
  readonly value: number
  /** Slope of the function at the operating point. */
  readonly slope: number
  /** Factor that multiplies the signal x in the function's input at + step * x. */
  readonly step: number
}

export interface Activation {
  readonly value: (x: number, slope: number) => number
  /**
   * Derivative of the function at x. The first argument is x or the function's value at x, depending on `derivedFrom`.
   */
  readonly derivative: (kept: number, slope: number) => number
  /**
   * Quantity from which the derivative is computed: the function's output if the output determines the derivative, and
   * the function's input if it does not.
   */
  readonly derivedFrom: (slope: number) => 'input' | 'output'
  /** Value of the function at 0, in words. */
  readonly atZero: string
  /** Inputs for which the function's values are never negative: all inputs, or only nonnegative inputs. */
  readonly nonnegative: 'always' | 'for nonnegative inputs'
  /** Whether the function leaves inputs above 0 unchanged. */
  readonly keepsPositive: boolean
  /**
   * Whether the function gives 0 for all inputs below 0. Such a function passes no gradient back wherever its derivative
   * is 0, even if the gradient is infinite.
   */
  readonly switchesOff: boolean
  /**
   * Returns the range of outputs at which the derivative is at least `fraction` of its maximum. Null for a function
   * that doesn't saturate, and for a function whose output doesn't determine the derivative.
   */
  readonly lively: ((fraction: number) => OutputRange) | null
  /**
   * Operating point near which the function is almost straight. Null for the identity, which is straight everywhere.
   */
  readonly operatingPoint: OperatingPoint | null
  /** Default initializer of the dense presets that use the function. */
  readonly initializer: 'he' | 'lecun' | 'glorot'
}

/** SELU's constants (Klambauer et al. 2017, eq. 14): this scale and alpha make mean 0 and variance 1 a fixed point. */
export const seluScale = 1.0507009873554805
export const seluAlpha = 1.6732632423543772

const logistic = (x: number): number => 1 / (1 + Math.exp(-x))
/**
 * The product of x and `factor`. If the factor is 0, the product is 0 even for an infinite x, because the factor falls
 * to 0 faster than x grows.
 */
const times = (x: number, factor: number): number => (factor === 0 ? 0 : x * factor)
const around = (high: number): OutputRange => ({ low: -high, high })

/** Largest output of ReLU6 (Krizhevsky 2010). */
export const relu6Ceiling = 6
/** Largest output of ReLU6 that isn't taken as saturated. Float32 tells this number from 6. */
const belowCeiling = relu6Ceiling - 1e-6

/**
 * Mish x tanh(softplus(x)) and its derivative, computed from e = exp(-|x|), so that no exponential overflows and no
 * difference loses digits. With w = exp(x), tanh(softplus(x)) is w (w + 2) / (w (w + 2) + 2). The slope's second part is
 * x times 4 w (1 + w) / (w (w + 2) + 2)^2. For x above 0, both fractions are divided by powers of w, and e is 1 / w.
 */
function mish(x: number): { readonly value: number; readonly derivative: number } {
  const e = Math.exp(-Math.abs(x))
  const [above, rise] = x > 0 ? [1 + 2 * e, e * e * (1 + e)] : [e * (e + 2), e * (1 + e)]
  const below = above + 2 * (x > 0 ? e * e : 1)
  return { value: times(x, above / below), derivative: above / below + times(x, (4 * rise) / (below * below)) }
}

/**
 * The table of activation functions by name.
 *
 * Odd functions have their operating point at 0. Near 0, an odd function differs from a straight line only by a term in
 * x^3, or by a term in x |x| for softsign, whose step is smaller for this reason. In float64, a layer of tanh or erf changes a signal x near 1 by 10^-14, because floating-point numbers near 0
 * have the same relative precision as larger numbers. A layer of the logistic function changes a signal x near 1 by
 * 10^-11, mostly because outputs near 1/2 are rounded. Activation functions whose operating point isn't 0 are nearly
 * straight at large positive inputs. Rounding in float64 changes a signal x by 10^-12 times x at the operating point 1,
 * and by 10^-11 times x at the operating points 10 and 40. In float64 the normal distribution function is exactly 1 at
 * x = 10, and the logistic function is exactly 1 at x = 40. The stated relative errors at operating points hold for
 * signals with |x| below about 10^4.
 */
export const activations: Readonly<Record<ActivationName, Activation>> = {
  identity: {
    value: (x) => x,
    derivative: () => 1,
    derivedFrom: () => 'output',
    atZero: '0',
    nonnegative: 'for nonnegative inputs',
    keepsPositive: true,
    switchesOff: false,
    lively: null,
    operatingPoint: null,
    initializer: 'glorot',
  },
  relu: {
    value: (x) => Math.max(0, x),
    derivative: (y) => (y > 0 ? 1 : 0),
    derivedFrom: () => 'output',
    atZero: '0',
    nonnegative: 'always',
    keepsPositive: true,
    switchesOff: true,
    lively: null,
    operatingPoint: { at: 1, value: 1, slope: 1, step: 1e-4 },
    initializer: 'he',
  },
  // ReLU6 is ReLU with outputs of at most 6 (Krizhevsky 2010). The probe of dead units counts its outputs of 0.
  relu6: {
    value: (x) => Math.min(relu6Ceiling, Math.max(0, x)),
    derivative: (y) => (y > 0 && y < relu6Ceiling ? 1 : 0),
    derivedFrom: () => 'output',
    atZero: '0',
    nonnegative: 'always',
    keepsPositive: false,
    switchesOff: true,
    lively: () => ({ low: 0, high: belowCeiling }),
    operatingPoint: { at: 3, value: 3, slope: 1, step: 1e-4 },
    initializer: 'he',
  },
  leakyRelu: {
    value: (x, slope) => (x > 0 ? x : slope * x),
    derivative: (kept, slope) => (kept > 0 ? 1 : slope),
    // The output of leakyRelu has the sign of the input and so determines the derivative, unless the slope is negative.
    derivedFrom: (slope) => (slope < 0 ? 'input' : 'output'),
    atZero: '0',
    nonnegative: 'for nonnegative inputs',
    keepsPositive: true,
    switchesOff: false,
    lively: null,
    operatingPoint: { at: 1, value: 1, slope: 1, step: 1e-4 },
    initializer: 'he',
  },
  // ELU with alpha 1 (Clevert et al. 2016).
  elu: {
    value: (x) => (x > 0 ? x : Math.expm1(x)),
    derivative: (y) => (y > 0 ? 1 : y + 1),
    derivedFrom: () => 'output',
    atZero: '0',
    nonnegative: 'for nonnegative inputs',
    keepsPositive: true,
    switchesOff: false,
    lively: (fraction) => ({ low: fraction - 1, high: Number.POSITIVE_INFINITY }),
    operatingPoint: { at: 1, value: 1, slope: 1, step: 1e-4 },
    initializer: 'he',
  },
  tanh: {
    value: (x) => Math.tanh(x),
    derivative: (y) => 1 - y * y,
    derivedFrom: () => 'output',
    atZero: '0',
    nonnegative: 'for nonnegative inputs',
    keepsPositive: false,
    switchesOff: false,
    lively: (fraction) => around(Math.sqrt(1 - fraction)),
    operatingPoint: { at: 0, value: 0, slope: 1, step: 1e-7 },
    initializer: 'glorot',
  },
  // The derivative is computed from the input, because 1 - |y| loses digits for outputs y near 1.
  softsign: {
    value: (x) => (Math.abs(x) === Number.POSITIVE_INFINITY ? Math.sign(x) : x / (1 + Math.abs(x))),
    derivative: (x) => 1 / (1 + Math.abs(x)) ** 2,
    derivedFrom: () => 'input',
    atZero: '0',
    nonnegative: 'for nonnegative inputs',
    keepsPositive: false,
    switchesOff: false,
    // The derivative of softsign is (1 - |y|)^2.
    lively: (fraction) => around(1 - Math.sqrt(fraction)),
    operatingPoint: { at: 0, value: 0, slope: 1, step: 1e-18 },
    initializer: 'glorot',
  },
  sigmoid: {
    value: logistic,
    derivative: (y) => y * (1 - y),
    derivedFrom: () => 'output',
    atZero: '1/2',
    nonnegative: 'always',
    keepsPositive: false,
    switchesOff: false,
    // The sigmoid's derivative y (1 - y) has the maximum 1/4.
    lively: (fraction) => {
      const low = fraction / (2 * (1 + Math.sqrt(1 - fraction)))
      return { low, high: 1 - low }
    },
    operatingPoint: { at: 0, value: 1 / 2, slope: 1 / 4, step: 1e-5 },
    initializer: 'glorot',
  },
  softplus: {
    value: (x) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x))),
    derivative: (y) => -Math.expm1(-y),
    derivedFrom: () => 'output',
    atZero: 'ln 2',
    nonnegative: 'always',
    keepsPositive: false,
    switchesOff: false,
    lively: (fraction) => ({ low: -log(1 - fraction), high: Number.POSITIVE_INFINITY }),
    operatingPoint: { at: 40, value: 40, slope: 1, step: 1e-4 },
    initializer: 'glorot',
  },
  // GELU is x times the normal distribution function (Hendrycks & Gimpel 2016).
  gelu: {
    value: (x) => times(x, normalDistribution(x)),
    derivative: (x) => normalDistribution(x) + times(x, normalDensity(x)),
    derivedFrom: () => 'input',
    atZero: '0',
    nonnegative: 'for nonnegative inputs',
    keepsPositive: false,
    switchesOff: false,
    lively: null,
    operatingPoint: { at: 10, value: 10, slope: 1, step: 1e-4 },
    initializer: 'he',
  },
  silu: {
    value: (x) => x * logistic(x),
    derivative: (x) => logistic(x) * (1 + x * logistic(-x)),
    derivedFrom: () => 'input',
    atZero: '0',
    nonnegative: 'for nonnegative inputs',
    keepsPositive: false,
    switchesOff: false,
    lively: null,
    operatingPoint: { at: 40, value: 40, slope: 1, step: 1e-4 },
    initializer: 'he',
  },
  // Mish (Misra 2020).
  mish: {
    value: (x) => mish(x).value,
    derivative: (x) => mish(x).derivative,
    derivedFrom: () => 'input',
    atZero: '0',
    nonnegative: 'for nonnegative inputs',
    keepsPositive: false,
    switchesOff: false,
    lively: null,
    operatingPoint: { at: 40, value: 40, slope: 1, step: 1e-4 },
    initializer: 'he',
  },
  // Hard swish: x times ReLU6(x + 3) / 6 (Howard et al. 2019).
  hardSwish: {
    value: (x) => (x <= -3 ? 0 : x >= 3 ? x : (x * (x + 3)) / 6),
    derivative: (x) => (x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5),
    derivedFrom: () => 'input',
    atZero: '0',
    nonnegative: 'for nonnegative inputs',
    keepsPositive: false,
    switchesOff: false,
    lively: null,
    operatingPoint: { at: 10, value: 10, slope: 1, step: 1e-4 },
    initializer: 'he',
  },
  // SELU's fixed point is derived for variance 1/fanIn, so SELU uses LeCun's initializer (Klambauer et al. 2017, eq.
  // 2).
  selu: {
    value: (x) => (x > 0 ? seluScale * x : seluScale * seluAlpha * Math.expm1(x)),
    derivative: (y) => (y > 0 ? seluScale : y + seluScale * seluAlpha),
    derivedFrom: () => 'output',
    atZero: '0',
    nonnegative: 'for nonnegative inputs',
    keepsPositive: false,
    switchesOff: false,
    // SELU's derivative has its maximum, scale * alpha, just below x = 0.
    lively: (fraction) => ({ low: (fraction - 1) * seluScale * seluAlpha, high: Number.POSITIVE_INFINITY }),
    operatingPoint: { at: 1, value: seluScale, slope: seluScale, step: 1e-4 },
    initializer: 'lecun',
  },
  erf: {
    value: erf,
    derivative: (x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x),
    derivedFrom: () => 'input',
    atZero: '0',
    nonnegative: 'for nonnegative inputs',
    keepsPositive: false,
    switchesOff: false,
    // The derivative of erf is proportional to exp(-x^2).
    lively: (fraction) => around(erf(Math.sqrt(-log(fraction)))),
    operatingPoint: { at: 0, value: 0, slope: 2 / Math.sqrt(Math.PI), step: 1e-7 },
    initializer: 'glorot',
  },
}

/** The activation function that an operation's attribute names. */
export function activationNamed(name: unknown): ActivationName {
  const known = activationNames.find((one) => one === name)
  assertInvariant(known !== undefined, `no activation function ${String(name)}`)
  return known
}
