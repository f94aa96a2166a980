/**
 * Vector arithmetic in the program's precision: 4 lanes of float32 or 2 lanes of float64. The arithmetic of float32 and
 * of float64 has the same function names, so that every kernel is written only once.
 */
import type { Precision } from '../backend.ts'
import { type Expression, expression, type FunctionBuilder, type I32, type Local, type Vector } from './assembler.ts'
import { float32Bytes, float64Bytes, unsigned } from './encoding.ts'

const simd = (code: number): number[] => [0xfd, ...unsigned(code)]

const unary =
  (code: number) =>
  (a: Vector): Vector =>
    expression('v128', a.code, simd(code))

const binary =
  (code: number) =>
  (a: Vector, b: Vector): Vector =>
    expression('v128', a.code, b.code, simd(code))

const ternary =
  (code: number) =>
  (a: Vector, b: Vector, c: Vector): Vector =>
    expression('v128', a.code, b.code, c.code, simd(code))

/** Operations on whole vectors of 128 bits, and on vectors of four 32-bit integers. */
export const v128 = {
  and: binary(0x4e),
  andNot: binary(0x4f),
  or: binary(0x50),
  xor: binary(0x51),
  /** Takes each bit from a if the bit of the mask is 1, and from b if the bit of the mask is 0. */
  select: (mask: Vector, a: Vector, b: Vector): Vector => ternary(0x52)(a, b, mask),
  i32Splat: (value: I32): Vector => expression('v128', value.code, simd(0x11)),
  i32Const: (a: number, b: number, c: number, d: number): Vector =>
    expression('v128', simd(0x0c), [...new Uint8Array(new Int32Array([a, b, c, d]).buffer)]),
  i32Add: binary(0xae),
  i32Mul: binary(0xb5),
  i32ShrU: (a: Vector, bits: number): Vector => expression('v128', a.code, [0x41, bits], simd(0xad)),
  /** Compares a >= b as unsigned 32-bit integers, lane by lane. */
  i32GeU: binary(0x40),
  load: (address: I32, offset = 0): Vector => expression('v128', address.code, simd(0x00), [4], unsigned(offset)),
  store: (builder: FunctionBuilder, address: I32, value: Vector, offset = 0): void =>
    builder.emit(address.code, value.code, simd(0x0b), [4], unsigned(offset)),
  shuffle: (a: Vector, b: Vector, lanes: readonly number[]): Vector =>
    expression('v128', a.code, b.code, simd(0x0d), lanes),
}

/**
 * Converts the numbers of 4-byte words to the byte numbers that i8x16.shuffle takes. Words 0 to 3 belong to the first
 * vector a, and words 4 to 7 belong to the second vector b.
 */
const words = (...positions: number[]): number[] =>
  positions.flatMap((word) => [0, 1, 2, 3].map((byte) => word * 4 + byte))

/** Vector and scalar arithmetic in one precision. */
export interface Lanes {
  readonly precision: Precision
  /** Number of elements in one vector: 4 in float32, 2 in float64. */
  readonly count: number
  readonly bytes: 4 | 8
  readonly scalarType: 'f32' | 'f64'
  constant(value: number): Vector
  splat(value: Expression): Vector
  loadSplat(address: I32, offset?: number): Vector
  add(a: Vector, b: Vector): Vector
  sub(a: Vector, b: Vector): Vector
  mul(a: Vector, b: Vector): Vector
  div(a: Vector, b: Vector): Vector
  /**
   * Computes a * b + c. The multiply-add is fused if the machine supports fused multiply-adds and the program is not
   * exact. A multiply-add that is not fused rounds the product and the sum separately.
   */
  madd(a: Vector, b: Vector, c: Vector): Vector
  neg(a: Vector): Vector
  abs(a: Vector): Vector
  sqrt(a: Vector): Vector
  /** The smaller of a and b in each lane. A lane in which a or b is NaN takes the value of b. */
  min(a: Vector, b: Vector): Vector
  /** The larger of a and b in each lane. A lane in which a or b is NaN takes the value of b. */
  max(a: Vector, b: Vector): Vector
  eq(a: Vector, b: Vector): Vector
  lt(a: Vector, b: Vector): Vector
  gt(a: Vector, b: Vector): Vector
  ge(a: Vector, b: Vector): Vector
  /** Shifts each element's bits left by the number of mantissa bits, which moves an integer into the exponent field. */
  toExponent(a: Vector): Vector
  /** The exponent e of a positive normal number x = 2^e m with 1 <= m < 2, as a floating-point number. */
  exponent(a: Vector): Vector
  /** The mantissa m of a positive normal number x = 2^e m with 1 <= m < 2. */
  mantissa(a: Vector): Vector
  /**
   * Mask that clears the lower half of each element's binary digits. The square of a number with only the upper half of
   * its digits is exact.
   */
  readonly upperHalf: Vector
  /** Mask with all ones in the first `count` lanes and zeros in the other lanes. */
  firstLanes(count: number): Vector
  /** Adds the bits of the elements of a and b as integers, lane by lane. */
  addBits(a: Vector, b: Vector): Vector
  /**
   * Sums the lanes of each of the `count` given vectors. Lane i of the result is the sum over the lanes of vector i.
   */
  sumAcross(vectors: readonly Vector[], builder: FunctionBuilder): Vector
  /** Transposes a square of `count` vectors with `count` lanes each. */
  transpose(rows: readonly Local<'v128'>[], builder: FunctionBuilder): readonly Vector[]
  extract(a: Vector, lane: number): Expression
  storeScalar(builder: FunctionBuilder, address: I32, value: Expression, offset?: number): void
  loadScalar(address: I32, offset?: number): Expression
  scalarConst(value: number): Expression
  scalarAdd(a: Expression, b: Expression): Expression
  scalarMul(a: Expression, b: Expression): Expression
  /** The larger of two scalars, or NaN if either of them is NaN. */
  scalarMax(a: Expression, b: Expression): Expression
  /** True if the scalar is neither infinite nor NaN. */
  scalarIsFinite(a: Expression): I32
  scalarFromI32(a: I32): Expression
  toFloat64(a: Expression): Expression<'f64'>
  fromFloat64(a: Expression<'f64'>): Expression
}

interface Codes {
  readonly add: number
  readonly compare: { readonly eq: number; readonly lt: number; readonly gt: number; readonly ge: number }
  readonly abs: number
  readonly pmin: number
  readonly madd: number
  readonly splat: number
  readonly loadSplat: number
  readonly extract: number
  readonly shift: number
  readonly addBits: number
  readonly mantissaBits: number
  readonly bias: number
  readonly scalar: {
    readonly const: number
    readonly add: number
    readonly mul: number
    readonly max: number
    readonly abs: number
    readonly lt: number
    readonly fromI32: number
    readonly load: number
    readonly store: number
    readonly align: number
  }
}

const float32Codes: Codes = {
  add: 0xe4,
  compare: { eq: 0x41, lt: 0x43, gt: 0x44, ge: 0x46 },
  abs: 0xe0,
  pmin: 0xea,
  madd: 0x105,
  splat: 0x13,
  loadSplat: 0x09,
  extract: 0x1f,
  shift: 0xab,
  addBits: 0xae,
  mantissaBits: 23,
  bias: 127,
  scalar: {
    const: 0x43,
    add: 0x92,
    mul: 0x94,
    max: 0x97,
    abs: 0x8b,
    lt: 0x5d,
    fromI32: 0xb2,
    load: 0x2a,
    store: 0x38,
    align: 2,
  },
}

const float64Codes: Codes = {
  add: 0xf0,
  compare: { eq: 0x47, lt: 0x49, gt: 0x4a, ge: 0x4c },
  abs: 0xec,
  pmin: 0xf6,
  madd: 0x107,
  splat: 0x14,
  loadSplat: 0x0a,
  extract: 0x21,
  shift: 0xcb,
  addBits: 0xce,
  mantissaBits: 52,
  bias: 1023,
  scalar: {
    const: 0x44,
    add: 0xa0,
    mul: 0xa2,
    max: 0xa5,
    abs: 0x99,
    lt: 0x63,
    fromI32: 0xb7,
    load: 0x2b,
    store: 0x39,
    align: 3,
  },
}

/** Makes the arithmetic of one precision, with or without the fused multiply-add of relaxed SIMD. */
export function createLanes(precision: Precision, relaxed: boolean): Lanes {
  const wide = precision === 'float64'
  const codes = wide ? float64Codes : float32Codes
  const scalarType = wide ? 'f64' : 'f32'
  const constantBytes = wide ? float64Bytes : float32Bytes
  const add = binary(codes.add)
  const mul = binary(codes.add + 2)
  const { scalar } = codes
  const constant = (value: number): Vector => {
    const one = constantBytes(value)
    return expression('v128', simd(0x0c), wide ? [...one, ...one] : [...one, ...one, ...one, ...one])
  }
  const sumPairs = (a: Vector, b: Vector, builder: FunctionBuilder): Vector => {
    const first = builder.local('v128', a)
    const second = builder.local('v128', b)
    return wide
      ? add(v128.shuffle(first, second, words(0, 1, 4, 5)), v128.shuffle(first, second, words(2, 3, 6, 7)))
      : add(v128.shuffle(first, second, words(0, 4, 1, 5)), v128.shuffle(first, second, words(2, 6, 3, 7)))
  }
  return {
    precision,
    count: wide ? 2 : 4,
    bytes: wide ? 8 : 4,
    scalarType,
    constant,
    splat: (value) => expression('v128', value.code, simd(codes.splat)),
    loadSplat: (address, offset = 0) =>
      expression('v128', address.code, simd(codes.loadSplat), [scalar.align], unsigned(offset)),
    add,
    sub: binary(codes.add + 1),
    mul,
    div: binary(codes.add + 3),
    madd: relaxed ? ternary(codes.madd) : (a, b, c) => add(mul(a, b), c),
    neg: unary(codes.abs + 1),
    abs: unary(codes.abs),
    sqrt: unary(codes.abs + 3),
    min: (a, b) => binary(codes.pmin)(b, a),
    max: (a, b) => binary(codes.pmin + 1)(b, a),
    eq: binary(codes.compare.eq),
    lt: binary(codes.compare.lt),
    gt: binary(codes.compare.gt),
    ge: binary(codes.compare.ge),
    toExponent: (a) => expression('v128', a.code, [0x41, codes.mantissaBits], simd(codes.shift)),
    exponent: (a) => {
      const shifted = expression('v128', a.code, [0x41, codes.mantissaBits], simd(codes.shift + 2))
      const scale = 2 ** codes.mantissaBits
      return binary(codes.add + 1)(v128.or(shifted, constant(scale)), constant(scale + codes.bias))
    },
    mantissa: (a) => {
      const one = constant(1)
      const fraction = wide ? [0xffffffff, 0x000fffff] : [0x007fffff, 0x007fffff]
      const mask = v128.i32Const(fraction[0], fraction[1], fraction[0], fraction[1])
      return v128.or(v128.and(a, mask), one)
    },
    // The mask `upperHalf` keeps 12 of 24 binary digits in float32, and 26 of 53 binary digits in float64. The first
    // binary digit of a normal number is not stored.
    upperHalf: wide ? v128.i32Const(-1 << 27, -1, -1 << 27, -1) : v128.i32Const(-1 << 12, -1 << 12, -1 << 12, -1 << 12),
    firstLanes: (count) => {
      const word = (index: number): number => (index < count * (wide ? 2 : 1) ? -1 : 0)
      return v128.i32Const(word(0), word(1), word(2), word(3))
    },
    addBits: binary(codes.addBits),
    sumAcross: (vectors, builder) => {
      if (wide) return sumPairs(vectors[0], vectors[1], builder)
      const low = builder.local('v128', sumPairs(vectors[0], vectors[1], builder))
      const high = builder.local('v128', sumPairs(vectors[2], vectors[3], builder))
      return add(v128.shuffle(low, high, words(0, 1, 4, 5)), v128.shuffle(low, high, words(2, 3, 6, 7)))
    },
    transpose: (rows, builder) => {
      if (wide) {
        const [a, b] = rows
        return [v128.shuffle(a, b, words(0, 1, 4, 5)), v128.shuffle(a, b, words(2, 3, 6, 7))]
      }
      const [a, b, c, d] = rows
      const interleaved = [
        v128.shuffle(a, b, words(0, 4, 1, 5)),
        v128.shuffle(c, d, words(0, 4, 1, 5)),
        v128.shuffle(a, b, words(2, 6, 3, 7)),
        v128.shuffle(c, d, words(2, 6, 3, 7)),
      ].map((value) => builder.local('v128', value))
      const [lowAB, lowCD, highAB, highCD] = interleaved
      return [
        v128.shuffle(lowAB, lowCD, words(0, 1, 4, 5)),
        v128.shuffle(lowAB, lowCD, words(2, 3, 6, 7)),
        v128.shuffle(highAB, highCD, words(0, 1, 4, 5)),
        v128.shuffle(highAB, highCD, words(2, 3, 6, 7)),
      ]
    },
    extract: (a, lane) => expression(scalarType, a.code, simd(codes.extract), [lane]),
    storeScalar: (builder, address, value, offset = 0) =>
      builder.emit(address.code, value.code, [scalar.store, scalar.align], unsigned(offset)),
    loadScalar: (address, offset = 0) =>
      expression(scalarType, address.code, [scalar.load, scalar.align], unsigned(offset)),
    scalarConst: (value) => expression(scalarType, [scalar.const], constantBytes(value)),
    scalarAdd: (a, b) => expression(scalarType, a.code, b.code, [scalar.add]),
    scalarMul: (a, b) => expression(scalarType, a.code, b.code, [scalar.mul]),
    scalarMax: (a, b) => expression(scalarType, a.code, b.code, [scalar.max]),
    scalarIsFinite: (a) =>
      expression('i32', a.code, [scalar.abs, scalar.const], constantBytes(Number.POSITIVE_INFINITY), [scalar.lt]),
    scalarFromI32: (a) => expression(scalarType, a.code, [scalar.fromI32]),
    toFloat64: (a) => expression('f64', a.code, wide ? [] : [0xbb]),
    fromFloat64: (a) => expression(scalarType, a.code, wide ? [] : [0xb6]),
  }
}
