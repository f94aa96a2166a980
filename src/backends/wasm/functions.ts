/**
 * Elementary functions on vectors, from polynomials and IEEE operations alone, so that they give the same bits on every
 * machine. Coefficients are Taylor's over a reduced range, with as many terms as the precision needs: a few units in
 * the last place, as the conformance tests check against float64.
 */
import type { FunctionBuilder, Local, Vector } from './assembler.ts'
import { type Lanes, v128 } from './lanes.ts'

export interface Arithmetic {
  readonly lanes: Lanes
  readonly builder: FunctionBuilder
}

type VectorLocal = Local<'v128'>

function keep({ builder }: Arithmetic, value: Vector): VectorLocal {
  return builder.local('v128', value)
}

/** Horner's scheme: coefficients from the highest power down. */
function polynomial({ lanes }: Arithmetic, x: Vector, coefficients: readonly number[]): Vector {
  const [highest, ...rest] = coefficients
  return rest.reduce((sum, coefficient) => lanes.madd(sum, x, lanes.constant(coefficient)), lanes.constant(highest))
}

const isWide = ({ precision }: Lanes): boolean => precision === 'float64'

const inverseFactorials = (from: number, to: number): number[] => {
  const values: number[] = []
  let factorial = 1
  for (let n = 1; n <= to; n++) {
    factorial *= n
    if (n >= from) values.unshift(1 / factorial)
  }
  return values
}

/** exp of less than this isn't a normal number (in float32, of less than -87.34; in float64, -708.4). */
const lowestExponent = (lanes: Lanes): number => (isWide(lanes) ? -708 : -87)

interface ReducedExponential {
  /** exp(r) - 1 for the remainder r in [-ln2/2, ln2/2] */
  readonly remainder: VectorLocal
  /** 2^n */
  readonly power: VectorLocal
}

/** exp(x + rest) = 2^n exp(r) with n = round((x + rest) / ln 2); x is clamped to where 2^n is a normal number. */
function reduce(arithmetic: Arithmetic, x: Vector, rest?: VectorLocal): ReducedExponential {
  const { lanes } = arithmetic
  const wide = isWide(lanes)
  const highest = wide ? 709 : 88
  // Adding 1.5 * 2^mantissa rounds to an integer, and leaves that integer in the low bits of the sum.
  const magic = wide ? 1.5 * 2 ** 52 : 1.5 * 2 ** 23
  // ln 2 in two parts: the first has so few bits that its product with n is exact (Cody & Waite 1980).
  const [high, low] = wide ? [0.6931471803691238, 1.9082149292705877e-10] : [0.693359375, -2.1219444005469057e-4]
  const clamped = keep(
    arithmetic,
    lanes.max(lanes.constant(lowestExponent(lanes)), lanes.min(lanes.constant(highest), x)),
  )
  const whole = rest ? lanes.add(clamped, rest) : clamped
  const shifted = keep(arithmetic, lanes.madd(whole, lanes.constant(Math.LOG2E), lanes.constant(magic)))
  const n = keep(arithmetic, lanes.sub(shifted, lanes.constant(magic)))
  const first = lanes.sub(clamped, lanes.mul(n, lanes.constant(high)))
  const second = lanes.mul(n, lanes.constant(low))
  const r = keep(arithmetic, lanes.sub(first, rest ? lanes.sub(second, rest) : second))
  const terms = polynomial(arithmetic, r, inverseFactorials(2, wide ? 13 : 7))
  const remainder = keep(arithmetic, lanes.madd(lanes.mul(r, r), terms, r))
  const power = keep(arithmetic, lanes.addBits(lanes.toExponent(shifted), lanes.constant(1)))
  return { remainder, power }
}

/**
 * exp(x): 0 below the smallest normal number (so that large numbers times it stay small), at most about the largest.
 * `rest` is a small part of the exponent beside x, where their sum would lose digits.
 */
export function exp(arithmetic: Arithmetic, x: Vector, rest?: VectorLocal): Vector {
  const { lanes } = arithmetic
  const kept = keep(arithmetic, x)
  const { remainder, power } = reduce(arithmetic, kept, rest)
  const value = lanes.madd(power, remainder, power)
  return v128.andNot(value, lanes.lt(kept, lanes.constant(lowestExponent(lanes))))
}

/** exp(x) - 1, accurate near 0. */
function expm1(arithmetic: Arithmetic, x: Vector): Vector {
  const { lanes } = arithmetic
  const { remainder, power } = reduce(arithmetic, x)
  return lanes.madd(power, remainder, lanes.sub(power, lanes.constant(1)))
}

/** log(x) of a positive normal x: e ln 2 + 2 atanh((m - 1) / (m + 1)), with x = 2^e m and m in [1/sqrt 2, sqrt 2]. */
export function log(arithmetic: Arithmetic, x: Vector): Vector {
  const { lanes } = arithmetic
  const terms = isWide(lanes) ? 12 : 6
  const kept = keep(arithmetic, x)
  const full = keep(arithmetic, lanes.mantissa(kept))
  const isLarge = keep(arithmetic, lanes.gt(full, lanes.constant(Math.SQRT2)))
  const m = keep(arithmetic, v128.select(isLarge, lanes.mul(full, lanes.constant(0.5)), full))
  const one = lanes.constant(1)
  const e = keep(arithmetic, lanes.add(lanes.exponent(kept), v128.and(isLarge, one)))
  const s = keep(arithmetic, lanes.div(lanes.sub(m, one), lanes.add(m, one)))
  const series = polynomial(arithmetic, keep(arithmetic, lanes.mul(s, s)), atanhCoefficients(terms))
  return lanes.madd(e, lanes.constant(Math.LN2), lanes.mul(s, series))
}

/** 2 atanh(s) / s in s^2: 2/(2k + 1), from the highest power down. */
function atanhCoefficients(terms: number): number[] {
  return Array.from({ length: terms }, (_, position) => 2 / (2 * (terms - 1 - position) + 1))
}

/** log(1 + u) for u in [0, 1], as 2 atanh(u / (2 + u)). */
function log1pOfUnit(arithmetic: Arithmetic, u: Vector): Vector {
  const { lanes } = arithmetic
  const terms = isWide(lanes) ? 17 : 8
  const kept = keep(arithmetic, u)
  const s = keep(arithmetic, lanes.div(kept, lanes.add(kept, lanes.constant(2))))
  const square = keep(arithmetic, lanes.mul(s, s))
  const series = polynomial(arithmetic, square, atanhCoefficients(terms))
  return lanes.mul(s, series)
}

function signOf(lanes: Lanes, x: Vector): Vector {
  return v128.and(x, lanes.constant(-0))
}

/** tanh(x) is 1 in float32 from here on. */
const largestTanh = 9.0109
/**
 * tanh(x) = x p(x^2) / q(x^2) up to there: the rational function of these degrees whose largest relative error is smallest
 * (2.1e-8; scripts/fit_tanh.py), from the highest power down.
 */
const tanhNumerator = [1.33349166e-8, 2.05948763e-5, 0.00349472608, 0.133803001, 0.999999979]
const tanhDenominator = [7.76849125e-7, 0.000328422427, 0.0258737036, 0.467136155, 1]

/** Half the work of the exponential; what rounding adds can go beyond 1 by a unit, so it is cut off there. */
function narrowTanh(arithmetic: Arithmetic, x: Vector): Vector {
  const { lanes } = arithmetic
  const between = (value: Vector, size: number): Vector =>
    lanes.max(lanes.constant(-size), lanes.min(lanes.constant(size), value))
  const clamped = keep(arithmetic, between(x, largestTanh))
  const square = keep(arithmetic, lanes.mul(clamped, clamped))
  const numerator = lanes.mul(clamped, polynomial(arithmetic, square, tanhNumerator))
  return between(lanes.div(numerator, polynomial(arithmetic, square, tanhDenominator)), 1)
}

/** -t / (t + 2) with t = exp(-2|x|) - 1, and the sign of x. */
export function tanh(arithmetic: Arithmetic, x: Vector): Vector {
  const { lanes } = arithmetic
  if (!isWide(lanes)) return narrowTanh(arithmetic, x)
  const kept = keep(arithmetic, x)
  // Beyond 20 the result is 1 to the last bit; the limit passes NaN on.
  const limit = lanes.min(lanes.constant(40), lanes.mul(lanes.abs(kept), lanes.constant(2)))
  const t = keep(arithmetic, expm1(arithmetic, lanes.neg(limit)))
  const magnitude = lanes.div(lanes.neg(t), lanes.add(t, lanes.constant(2)))
  return v128.or(magnitude, signOf(lanes, kept))
}

/**
 * The logistic function s = 1 / (1 + e) and e = exp(-x), with which 1 - s = e s without cancellation. Each is 0 where it
 * isn't a normal number, so that x times it stays small for any x.
 */
export function logistic(arithmetic: Arithmetic, x: Vector): { readonly s: VectorLocal; readonly e: VectorLocal } {
  const { lanes } = arithmetic
  const kept = keep(arithmetic, x)
  const e = keep(arithmetic, exp(arithmetic, lanes.neg(kept)))
  const value = lanes.div(lanes.constant(1), lanes.add(lanes.constant(1), e))
  const isTiny = lanes.lt(kept, lanes.constant(lowestExponent(lanes)))
  return { s: keep(arithmetic, v128.andNot(value, isTiny)), e }
}

export function sigmoid(arithmetic: Arithmetic, x: Vector): Vector {
  return logistic(arithmetic, x).s
}

/** log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)) */
export function softplus(arithmetic: Arithmetic, x: Vector): Vector {
  const { lanes } = arithmetic
  const kept = keep(arithmetic, x)
  const u = exp(arithmetic, lanes.neg(lanes.abs(kept)))
  return lanes.add(lanes.max(lanes.constant(0), kept), log1pOfUnit(arithmetic, u))
}

/** SELU's and others' exp(x) - 1 for x <= 0. */
export function expm1OfNegative(arithmetic: Arithmetic, x: Vector): Vector {
  const { lanes } = arithmetic
  return expm1(arithmetic, lanes.min(lanes.constant(0), x))
}

const twoOverSqrtPi = 2 / Math.sqrt(Math.PI)

/** The Maclaurin series of erf(x) / x in x^2: (2/sqrt(pi)) (-1)^k / (k! (2k + 1)). */
function erfCoefficients(terms: number): number[] {
  const coefficients: number[] = []
  let factor = twoOverSqrtPi
  for (let k = 0; k < terms; k++) {
    coefficients.unshift(factor / (2 * k + 1))
    factor /= -(k + 1)
  }
  return coefficients
}

/** erf: the Maclaurin series below 1.5 (float64: below 2), else 1 - 2 exp(-x^2) g(sqrt(2) |x|). */
export function erf(arithmetic: Arithmetic, x: Vector): Vector {
  const { lanes } = arithmetic
  const wide = isWide(lanes)
  const [border, terms] = wide ? [2, 34] : [1.5, 15]
  const kept = keep(arithmetic, x)
  const limit = lanes.constant(wide ? 6 : 4)
  const magnitude = keep(arithmetic, lanes.min(limit, lanes.abs(kept)))
  const square = keep(arithmetic, lanes.mul(magnitude, magnitude))
  const inner = keep(arithmetic, lanes.min(lanes.constant(border), magnitude))
  const small = keep(
    arithmetic,
    lanes.mul(inner, polynomial(arithmetic, lanes.mul(inner, inner), erfCoefficients(terms))),
  )
  const ratio = tailRatio(arithmetic, keep(arithmetic, lanes.mul(magnitude, lanes.constant(Math.SQRT2))))
  const tail = lanes.mul(exp(arithmetic, lanes.neg(square)), lanes.mul(ratio, lanes.constant(2)))
  const large = lanes.sub(lanes.constant(1), tail)
  const result = v128.select(lanes.lt(magnitude, lanes.constant(border)), small, large)
  return v128.or(result, signOf(lanes, kept))
}

/**
 * g(y) = exp(y^2/2) times the probability of a standard normal number above y: p(y) / q(y), the rational functions whose
 * largest relative error on [0, largest] is smallest for their degrees (5.0e-9 and 8.6e-19; scripts/fit_normal.py), from
 * the highest power down. Beyond `largest`, exp(-y^2/2) is taken as 0. All coefficients are positive: nothing cancels.
 */
const narrowTail = {
  largest: 13.2,
  p: [0.004012273300979255, 0.03993043274295694, 0.18114650772400148, 0.43546845276129437, 0.500000002420722],
  q: [0.0100571322997237, 0.10009821741614225, 0.4639574184181603, 1.193816103427768, 1.6688218173649412, 1],
}
const wideTail = {
  largest: 37.7,
  p: [
    2.214793454284496e-7, 6.9044303133760814e-6, 0.00010564226924550831, 0.0010320322796228084, 0.0070788497581778095,
    0.035486953430018967, 0.131513762024225, 0.35625758350055037, 0.6781979997488861, 0.8270192136445141, 0.5,
  ],
  q: [
    5.551663894975708e-7, 1.7306840243761477e-5, 0.0002653610654729615, 0.0026042281329013203, 0.018007740512279054,
    0.09150490877191227, 0.346876091581878, 0.9769573058063811, 1.9967629936973883, 2.8127474959739147,
    2.451922988091894, 1,
  ],
}

function tailRatio(arithmetic: Arithmetic, y: VectorLocal): Vector {
  const { lanes } = arithmetic
  const { p, q } = isWide(lanes) ? wideTail : narrowTail
  return lanes.div(polynomial(arithmetic, y, p), polynomial(arithmetic, y, q))
}

/** Of y = |x|, cut off where the tail is 0: y, exp(-y^2/2) and g(y), whose product is the probability beyond y. */
function normalTail(arithmetic: Arithmetic, x: VectorLocal) {
  const { lanes } = arithmetic
  const { largest } = isWide(lanes) ? wideTail : narrowTail
  const y = keep(arithmetic, lanes.min(lanes.constant(largest), lanes.abs(x)))
  // y^2 has twice the digits of y, and at 13 each unit that its rounding loses would be 80 of the exponential. The square of
  // the upper half of y's digits is exact, and the rest is small (Cody 1969).
  const upper = keep(arithmetic, v128.and(y, lanes.upperHalf))
  const half = lanes.constant(-0.5)
  const main = lanes.mul(lanes.mul(upper, upper), half)
  const rest = keep(arithmetic, lanes.mul(lanes.mul(lanes.sub(y, upper), lanes.add(y, upper)), half))
  const gaussian = keep(arithmetic, exp(arithmetic, main, rest))
  return { y, gaussian, ratio: keep(arithmetic, tailRatio(arithmetic, y)) }
}

/** x times the normal distribution function, as max(x, 0) less |x| times the tail: no digits are lost on either side. */
export function gelu(arithmetic: Arithmetic, x: VectorLocal): Vector {
  const { lanes } = arithmetic
  const { y, gaussian, ratio } = normalTail(arithmetic, x)
  return lanes.madd(lanes.neg(lanes.mul(y, ratio)), gaussian, lanes.max(lanes.constant(0), x))
}

/** The normal distribution function and x times its density: below 0, the tail less |x| times the density; above, 1 less that. */
export function geluDerivative(arithmetic: Arithmetic, x: VectorLocal): Vector {
  const { lanes } = arithmetic
  const { y, gaussian, ratio } = normalTail(arithmetic, x)
  const difference = lanes.madd(y, lanes.constant(-1 / Math.sqrt(2 * Math.PI)), ratio)
  const below = keep(arithmetic, lanes.mul(gaussian, difference))
  return v128.select(lanes.lt(x, lanes.constant(0)), below, lanes.sub(lanes.constant(1), below))
}

/** The normal density, exp(-x^2/2) / sqrt(2 pi) */
export function normalDensity(arithmetic: Arithmetic, x: Vector): Vector {
  const { lanes } = arithmetic
  const kept = keep(arithmetic, x)
  const exponent = lanes.mul(lanes.mul(kept, kept), lanes.constant(-0.5))
  return lanes.mul(exp(arithmetic, exponent), lanes.constant(1 / Math.sqrt(2 * Math.PI)))
}
