/**
 * Activation functions: a row has all that belongs to one of them, except for its WebAssembly. The reference backend computes
 * with `value` and `derivative`.
 */
import { assertInvariant } from '../support/errors.ts'
import { erf, log, normalDensity, normalDistribution } from '../support/numbers.ts'

export const activationNames = [
  'identity',
  'relu',
  'leakyRelu',
  'tanh',
  'sigmoid',
  'softplus',
  'gelu',
  'silu',
  'selu',
  'erf',
] as const

export type ActivationName = (typeof activationNames)[number]

/** Outputs from `low` to `high`. */
export interface OutputRange {
  readonly low: number
  readonly high: number
}

/**
 * Where a function is so straight that a layer of it hands on what it gets. A unit is given at + step * x and gives
 * value + slope * step * x; the next layer with weights undoes the scale and the offset.
 */
export interface OperatingPoint {
  readonly at: number
  /** Of the function at this point. */
  readonly value: number
  /** Of the function there. */
  readonly slope: number
  /** What x is multiplied by. */
  readonly step: number
}

export interface Activation {
  readonly value: (x: number, slope: number) => number
  /** At x, given x or the function's value there, as `derivedFrom` says. */
  readonly derivative: (kept: number, slope: number) => number
  /** What the derivative is computed from: the input, or the output where that is enough. */
  readonly derivedFrom: (slope: number) => 'input' | 'output'
  /** Its value at 0, in words. */
  readonly atZero: string
  /** Where its values are never negative: for all inputs, or for inputs that aren't negative. */
  readonly nonnegative: 'always' | 'for nonnegative inputs'
  /** Whether it leaves inputs above 0 as they are. */
  readonly keepsPositive: boolean
  /** Whether it gives 0 for all inputs below 0, where it passes no gradient back, not even an infinite one. */
  readonly switchesOff: boolean
  /**
   * The outputs at which the derivative is at least this fraction of its maximum. Null for a function that doesn't
   * saturate, and for one whose outputs don't tell the derivative.
   */
  readonly lively: ((fraction: number) => OutputRange) | null
  /** Null for the identity, which is straight everywhere. */
  readonly operatingPoint: OperatingPoint | null
  /** The initializer that dense presets take with it. */
  readonly initializer: 'he' | 'lecun' | 'glorot'
}

/** SELU's constants (Klambauer et al. 2017, eq. 14): scale and alpha that make mean 0 and variance 1 a fixed point. */
export const seluScale = 1.0507009873554805
export const seluAlpha = 1.6732632423543772

const logistic = (x: number): number => 1 / (1 + Math.exp(-x))
/** 0 where the factor is: also where x isn't finite, as in the limit. */
const times = (x: number, factor: number): number => (factor === 0 ? 0 : x * factor)
const around = (high: number): OutputRange => ({ low: -high, high })

/**
 * Operating points: odd functions are straightest at 0, but for x^3: of an x near 1, a layer of tanh or erf loses 10^-14, since
 * small numbers have all their digits, and one of the logistic function 10^-11, most of it by rounding about 1/2. The others are
 * straight far to the right, where rounding in float64 takes 10^-12 of an x (at 1) or 10^-11 (at 10 and at 40, where the normal
 * distribution and the logistic function are 1), as long as |x| is below some 10^4.
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
  leakyRelu: {
    value: (x, slope) => (x > 0 ? x : slope * x),
    derivative: (kept, slope) => (kept > 0 ? 1 : slope),
    // The output tells the input's sign, and so the derivative, unless the slope is negative.
    derivedFrom: (slope) => (slope < 0 ? 'input' : 'output'),
    atZero: '0',
    nonnegative: 'for nonnegative inputs',
    keepsPositive: true,
    switchesOff: false,
    lively: null,
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
  sigmoid: {
    value: logistic,
    derivative: (y) => y * (1 - y),
    derivedFrom: () => 'output',
    atZero: '1/2',
    nonnegative: 'always',
    keepsPositive: false,
    switchesOff: false,
    // The maximum of y (1 - y) is 1/4.
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
  // Hendrycks & Gimpel (2016): x times the normal distribution function
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
  // Klambauer et al. (2017), eq. 2. The fixed point is derived for variance 1/fanIn, so it takes LeCun's initializer.
  selu: {
    value: (x) => (x > 0 ? seluScale * x : seluScale * seluAlpha * Math.expm1(x)),
    derivative: (y) => (y > 0 ? seluScale : y + seluScale * seluAlpha),
    derivedFrom: () => 'output',
    atZero: '0',
    nonnegative: 'for nonnegative inputs',
    keepsPositive: false,
    switchesOff: false,
    // The maximum of the derivative is scale alpha, just below 0.
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
    // The derivative is in proportion to exp(-x^2).
    lively: (fraction) => around(erf(Math.sqrt(-log(fraction)))),
    operatingPoint: { at: 0, value: 0, slope: 2 / Math.sqrt(Math.PI), step: 1e-7 },
    initializer: 'glorot',
  },
}

/** The activation that an operation's attribute names. */
export function activationNamed(name: unknown): ActivationName {
  const known = activationNames.find((one) => one === name)
  assertInvariant(known !== undefined, `no activation function ${String(name)}`)
  return known
}
