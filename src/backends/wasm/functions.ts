/**
 * Elementary functions on vectors. The elementary functions use only polynomials and IEEE operations, so that they can
 * give the same bits on every machine. Most coefficients come from Taylor series over a reduced range, with enough
 * terms for the precision. The conformance tests check that the errors of the functions are at most a few units in the
 * last place, compared with float64.
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

/**
 * Evaluates a polynomial by Horner's scheme. The polynomial's coefficients are listed from the highest power to the
 * lowest.
 */
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

/**
 * Smallest x for which exp(x) is computed: -87 in float32 and -708 in float64. For smaller x, exp(x) is taken as 0. For
 * x below -87.34 in float32 or below -708.4 in float64, exp(x) is not a normal number.
 */
const lowestExponent = (lanes: Lanes): number => (isWide(lanes) ? -708 : -87)

interface ReducedExponential {
  /** exp(r) - 1 for the remainder r, which lies in [-ln2/2, ln2/2]. */
  readonly remainder: VectorLocal
  /** 2^n */
  readonly power: VectorLocal
}

/**
 * Splits exp(x + rest) into 2^n exp(r) with n = round((x + rest) / ln 2). Limits x to the range in which 2^n is a
 * normal number.
 */
function reduce(arithmetic: Arithmetic, x: Vector, rest?: VectorLocal): ReducedExponential {
  const { lanes } = arithmetic
  const wide = isWide(lanes)
  const highest = wide ? 709 : 88
  // Adding 1.5 * 2^(number of mantissa bits) rounds a number to an integer, which the low bits of the sum contain.
  const magic = wide ? 1.5 * 2 ** 52 : 1.5 * 2 ** 23
  // ln 2 is split into two parts, the first of which has so few bits that its product with n is exact (Cody & Waite
  // 1980).
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
 * exp(x + rest). The function `exp` returns 0 instead of a number below the smallest normal number, so that even a
 * large number times exp(x) stays small. The largest result of exp is about the largest finite number. The argument
 * `rest` is a small part of the exponent, given separately because rounding the sum x + rest would lose digits.
 */
export function exp(arithmetic: Arithmetic, x: Vector, rest?: VectorLocal): Vector {
  const { lanes } = arithmetic
  const kept = keep(arithmetic, x)
  const { remainder, power } = reduce(arithmetic, kept, rest)
  const value = lanes.madd(power, remainder, power)
  return v128.andNot(value, lanes.lt(kept, lanes.constant(lowestExponent(lanes))))
}

/** Computes exp(x) - 1 accurately, also for x near 0. */
function expm1(arithmetic: Arithmetic, x: Vector): Vector {
  const { lanes } = arithmetic
  const { remainder, power } = reduce(arithmetic, x)
  return lanes.madd(power, remainder, lanes.sub(power, lanes.constant(1)))
}

/**
 * log(x) of a positive normal number x = 2^e m with m in [1/sqrt 2, sqrt 2], computed as e ln 2 + 2 atanh(s)
 * with s = (m - 1) / (m + 1).
 */
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

/** Coefficients 2/(2k + 1) of 2 atanh(s) / s as a series in s^2, from the highest power down. */
function atanhCoefficients(terms: number): number[] {
  return Array.from({ length: terms }, (_, position) => 2 / (2 * (terms - 1 - position) + 1))
}

/** log(1 + u) for u in [0, 1], computed as 2 atanh(u / (2 + u)). */
export function log1pOfUnit(arithmetic: Arithmetic, u: Vector): Vector {
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

/** Smallest x for which tanh(x) rounds to 1 in float32. */
const largestTanh = 9.0109
/**
 * Coefficients of p and q in tanh(x) = x p(x^2) / q(x^2) for |x| up to `largestTanh`, from the highest power down. Of
 * all rational functions with the same degrees, p / q has the smallest maximum relative error, 2.1e-8
 * (scripts/fit_tanh.py).
 */
const tanhNumerator = [1.33349166e-8, 2.05948763e-5, 0.00349472608, 0.133803001, 0.999999979]
const tanhDenominator = [7.76849125e-7, 0.000328422427, 0.0258737036, 0.467136155, 1]

/**
 * Computes tanh(x) in float32, at half the cost of exp(x). Rounding can raise the quotient of the polynomials above 1
 * by one unit in the last place, so tanh(x) is limited to [-1, 1].
 */
function narrowTanh(arithmetic: Arithmetic, x: Vector): Vector {
  const { lanes } = arithmetic
  const between = (value: Vector, size: number): Vector =>
    lanes.max(lanes.constant(-size), lanes.min(lanes.constant(size), value))
  const clamped = keep(arithmetic, between(x, largestTanh))
  const square = keep(arithmetic, lanes.mul(clamped, clamped))
  const numerator = lanes.mul(clamped, polynomial(arithmetic, square, tanhNumerator))
  return between(lanes.div(numerator, polynomial(arithmetic, square, tanhDenominator)), 1)
}

/**
 * tanh(x). In float64, the magnitude of tanh(x) is -t / (t + 2) with t = exp(-2|x|) - 1, and tanh(x) has the sign of x.
 * In float32, tanh(x) is computed as a rational function.
 */
export function tanh(arithmetic: Arithmetic, x: Vector): Vector {
  const { lanes } = arithmetic
  if (!isWide(lanes)) return narrowTanh(arithmetic, x)
  const kept = keep(arithmetic, x)
  // For |x| above 20, tanh rounds to 1 in float64. The minimum of 40 and 2|x| is NaN if x is NaN.
  const limit = lanes.min(lanes.constant(40), lanes.mul(lanes.abs(kept), lanes.constant(2)))
  const t = keep(arithmetic, expm1(arithmetic, lanes.neg(limit)))
  const magnitude = lanes.div(lanes.neg(t), lanes.add(t, lanes.constant(2)))
  return v128.or(magnitude, signOf(lanes, kept))
}

/**
 * Computes the logistic function s = 1 / (1 + e) and e = exp(-x), whose product e s equals 1 - s without cancellation.
 * A factor s or e below the smallest normal number becomes 0, so that x s and x e stay small.
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

/**
 * Softsign: x / (1 + |x|). The magnitude |x| is limited to 1e30, at which softsign rounds to 1, so that an infinite x
 * gives 1 or -1.
 */
export function softsign(arithmetic: Arithmetic, x: VectorLocal): Vector {
  const { lanes } = arithmetic
  const magnitude = keep(arithmetic, lanes.min(lanes.constant(1e30), lanes.abs(x)))
  return v128.or(lanes.div(magnitude, lanes.add(lanes.constant(1), magnitude)), signOf(lanes, x))
}

/**
 * The parts of mish's fractions, computed from e = exp(-|x|) as in network/activations.ts: tanh(softplus(x)) is
 * above / below. The number `limited` is x between -1000 and 1000. Beyond this range, the factor of x is exactly 0 or 1.
 */
function mishParts(arithmetic: Arithmetic, x: VectorLocal) {
  const { lanes } = arithmetic
  const [one, two] = [lanes.constant(1), lanes.constant(2)]
  const e = keep(arithmetic, exp(arithmetic, lanes.neg(lanes.abs(x))))
  const isPositive = keep(arithmetic, lanes.gt(x, lanes.constant(0)))
  const forNegative = lanes.mul(e, lanes.add(e, two))
  const above = keep(arithmetic, v128.select(isPositive, lanes.madd(e, two, one), forNegative))
  const square = lanes.mul(e, e)
  const below = keep(arithmetic, lanes.madd(v128.select(isPositive, square, one), two, above))
  const limited = lanes.min(lanes.constant(1000), lanes.max(lanes.constant(-1000), x))
  return { e, isPositive, above, below, limited: keep(arithmetic, limited) }
}

/** Mish: x tanh(softplus(x)) (Misra 2020). */
export function mish(arithmetic: Arithmetic, x: VectorLocal): Vector {
  const { lanes } = arithmetic
  const { isPositive, above, below, limited } = mishParts(arithmetic, x)
  return lanes.mul(v128.select(isPositive, x, limited), lanes.div(above, below))
}

/** Derivative of mish: tanh(softplus(x)) + x (1 - tanh(softplus(x))^2) / (1 + exp(-x)). */
export function mishDerivative(arithmetic: Arithmetic, x: VectorLocal): Vector {
  const { lanes } = arithmetic
  const { e, isPositive, above, below, limited } = mishParts(arithmetic, x)
  const product = lanes.mul(e, lanes.add(e, lanes.constant(1)))
  const rise = v128.select(isPositive, lanes.mul(product, e), product)
  const bend = lanes.div(lanes.mul(rise, lanes.constant(4)), lanes.mul(below, below))
  return lanes.madd(limited, bend, lanes.div(above, below))
}

/** Softplus: log(1 + exp(x)), computed as max(x, 0) + log(1 + exp(-|x|)). */
export function softplus(arithmetic: Arithmetic, x: Vector): Vector {
  const { lanes } = arithmetic
  const kept = keep(arithmetic, x)
  const u = exp(arithmetic, lanes.neg(lanes.abs(kept)))
  return lanes.add(lanes.max(lanes.constant(0), kept), log1pOfUnit(arithmetic, u))
}

/**
 * Computes exp(x) - 1 for x <= 0, which SELU and the derivative of softplus need. For positive x, `expm1OfNegative`
 * gives 0.
 */
export function expm1OfNegative(arithmetic: Arithmetic, x: Vector): Vector {
  const { lanes } = arithmetic
  return expm1(arithmetic, lanes.min(lanes.constant(0), x))
}

const twoOverSqrtPi = 2 / Math.sqrt(Math.PI)

/**
 * Coefficients (2/sqrt(pi)) (-1)^k / (factorial(k) (2k + 1)) of the Maclaurin series of erf(x) / x in x^2, from the
 * highest power down.
 */
function erfCoefficients(terms: number): number[] {
  const coefficients: number[] = []
  let factor = twoOverSqrtPi
  for (let k = 0; k < terms; k++) {
    coefficients.unshift(factor / (2 * k + 1))
    factor /= -(k + 1)
  }
  return coefficients
}

/**
 * The error function erf(x). For |x| below 1.5 in float32 and below 2 in float64, erf(x) is computed by its Maclaurin
 * series. Beyond the range of the series, the magnitude of erf(x) is 1 - 2 exp(-x^2) g(sqrt(2) |x|), where g is the
 * tail ratio of the normal distribution.
 */
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
 * Coefficients of p and q in g(y) = p(y) / q(y), from the highest power down. The tail ratio g(y) is exp(y^2/2) times
 * the probability that a standard normal number exceeds y. Of all rational functions with the same degrees, p / q has
 * the smallest maximum relative error on [0, largest]. The maximum relative error of p / q is 5.0e-9 in float32 and
 * 8.6e-19 in float64 (scripts/fit_normal.py). For y above `largest`, exp(-y^2/2) is taken as 0. All coefficients of p
 * and q are positive, so neither polynomial loses digits to cancellation.
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

/** Tail ratio g(y), which is exp(y^2/2) times the probability that a standard normal number exceeds y. */
function tailRatio(arithmetic: Arithmetic, y: VectorLocal): Vector {
  const { lanes } = arithmetic
  const { p, q } = isWide(lanes) ? wideTail : narrowTail
  return lanes.div(polynomial(arithmetic, y, p), polynomial(arithmetic, y, q))
}

/**
 * Returns y = |x|, exp(-y^2/2) and the tail ratio g(y). The value y is limited to the point beyond which the tail of
 * the normal distribution is taken as 0. The product of exp(-y^2/2) and g(y) is the probability that a standard normal
 * number exceeds y.
 */
function normalTail(arithmetic: Arithmetic, x: VectorLocal) {
  const { lanes } = arithmetic
  const { largest } = isWide(lanes) ? wideTail : narrowTail
  const y = keep(arithmetic, lanes.min(lanes.constant(largest), lanes.abs(x)))
  // The exact square y^2 has twice as many digits as y. At y = 13, an error of one unit in the last place of y^2 would
  // become an error of 80 units in the last place of the exponential. The square of the upper half of y's digits is
  // exact, and the remaining part of y^2 is small (Cody 1969).
  const upper = keep(arithmetic, v128.and(y, lanes.upperHalf))
  const half = lanes.constant(-0.5)
  const main = lanes.mul(lanes.mul(upper, upper), half)
  const rest = keep(arithmetic, lanes.mul(lanes.mul(lanes.sub(y, upper), lanes.add(y, upper)), half))
  const gaussian = keep(arithmetic, exp(arithmetic, main, rest))
  return { y, gaussian, ratio: keep(arithmetic, tailRatio(arithmetic, y)) }
}

/**
 * GELU: x times the normal distribution function, computed as max(x, 0) minus |x| times the tail probability, which
 * loses no digits for either sign of x.
 */
export function gelu(arithmetic: Arithmetic, x: VectorLocal): Vector {
  const { lanes } = arithmetic
  const { y, gaussian, ratio } = normalTail(arithmetic, x)
  return lanes.madd(lanes.neg(lanes.mul(y, ratio)), gaussian, lanes.max(lanes.constant(0), x))
}

/**
 * Derivative of GELU: the normal distribution function plus x times the normal density. For x below 0, the derivative
 * is the tail probability minus |x| times the density. For x of at least 0, the derivative is 1 minus the tail
 * probability plus |x| times the density.
 */
export function geluDerivative(arithmetic: Arithmetic, x: VectorLocal): Vector {
  const { lanes } = arithmetic
  const { y, gaussian, ratio } = normalTail(arithmetic, x)
  const difference = lanes.madd(y, lanes.constant(-1 / Math.sqrt(2 * Math.PI)), ratio)
  const below = keep(arithmetic, lanes.mul(gaussian, difference))
  return v128.select(lanes.lt(x, lanes.constant(0)), below, lanes.sub(lanes.constant(1), below))
}

/** The density of the standard normal distribution, exp(-x^2/2) / sqrt(2 pi). */
export function normalDensity(arithmetic: Arithmetic, x: Vector): Vector {
  const { lanes } = arithmetic
  const kept = keep(arithmetic, x)
  const exponent = lanes.mul(lanes.mul(kept, kept), lanes.constant(-0.5))
  return lanes.mul(exp(arithmetic, exponent), lanes.constant(1 / Math.sqrt(2 * Math.PI)))
}
