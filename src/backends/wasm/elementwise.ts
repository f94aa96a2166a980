/** The vector code of every element-by-element operation, for the tiles that kernels hold in registers. */

import type { Attributes } from '../../graph/graph.ts'
import type { OpName } from '../../graph/ops.ts'
import {
  type ActivationName,
  activationNamed,
  activations as activationRows,
  seluAlpha,
  seluScale,
} from '../../network/activations.ts'
import type { I32, Local, Vector } from './assembler.ts'
import {
  type Arithmetic,
  erf,
  expm1OfNegative,
  gelu,
  geluDerivative,
  logistic,
  normalDensity,
  sigmoid,
  softplus,
  tanh,
} from './functions.ts'
import { v128 } from './lanes.ts'

/** `x` is a local, so it can be read again and again. */
type VectorFunction = (arithmetic: Arithmetic, x: Local<'v128'>, slope: number) => Vector

/** NaN must come through every one of these: a diverged network has to show. */
const activations = {
  identity: (_arithmetic, x) => x,
  relu: ({ lanes }, x) => lanes.max(lanes.constant(0), x),
  leakyRelu: ({ lanes }, x, slope) =>
    v128.select(lanes.gt(x, lanes.constant(0)), x, lanes.mul(x, lanes.constant(slope))),
  tanh,
  sigmoid,
  softplus,
  erf,
  selu: (arithmetic, x) => {
    const { lanes } = arithmetic
    const negative = lanes.mul(expm1OfNegative(arithmetic, x), lanes.constant(seluAlpha * seluScale))
    return v128.select(lanes.gt(x, lanes.constant(0)), lanes.mul(x, lanes.constant(seluScale)), negative)
  },
  gelu,
  silu: (arithmetic, x) => arithmetic.lanes.mul(x, sigmoid(arithmetic, x)),
} satisfies Record<ActivationName, VectorFunction>

/** Derivatives, from the input or the output as `derivedFrom` in network/activations.ts says. */
const derivatives = {
  identity: ({ lanes }) => lanes.constant(1),
  relu: ({ lanes }, y) => v128.and(lanes.gt(y, lanes.constant(0)), lanes.constant(1)),
  leakyRelu: ({ lanes }, y, slope) =>
    v128.select(lanes.gt(y, lanes.constant(0)), lanes.constant(1), lanes.constant(slope)),
  tanh: ({ lanes }, y) => lanes.sub(lanes.constant(1), lanes.mul(y, y)),
  sigmoid: ({ lanes }, y) => lanes.mul(y, lanes.sub(lanes.constant(1), y)),
  // 1 - exp(-y), which is the sigmoid of the input
  softplus: (arithmetic, y) => {
    const { lanes } = arithmetic
    return lanes.neg(expm1OfNegative(arithmetic, lanes.neg(y)))
  },
  // 2 exp(-x^2)/sqrt(pi) is the normal density at sqrt(2) x, times 2 sqrt(2)
  erf: (arithmetic, x) => {
    const { lanes } = arithmetic
    const density = normalDensity(arithmetic, lanes.mul(x, lanes.constant(Math.SQRT2)))
    return lanes.mul(density, lanes.constant(2 * Math.SQRT2))
  },
  selu: ({ lanes }, y) => {
    const negative = lanes.add(y, lanes.constant(seluAlpha * seluScale))
    return v128.select(lanes.gt(y, lanes.constant(0)), lanes.constant(seluScale), negative)
  },
  gelu: geluDerivative,
  // s + x s (1 - s)
  silu: (arithmetic, x) => {
    const { lanes } = arithmetic
    const { s, e } = logistic(arithmetic, x)
    return lanes.madd(lanes.mul(x, s), lanes.mul(e, s), s)
  },
} satisfies Record<ActivationName, VectorFunction>

/** What an operation sees at one vector of its tile. */
export interface ElementContext extends Arithmetic {
  readonly attributes: Attributes
  readonly inputs: readonly Local<'v128'>[]
  /** The number of samples in the batch. */
  readonly batch: number
  /** Addresses of scalar operands, by input; integers are read through these. */
  readonly scalarAddress: (input: number) => I32
  /** The row-major number (row * features + column) of the vector's first element. */
  readonly elementNumber: () => I32
}

type ElementOp = (context: ElementContext) => Vector

const activationOf = ({ attributes }: ElementContext): ActivationName => activationNamed(attributes.function)
const slopeOf = ({ attributes }: ElementContext): number => Number(attributes.slope ?? 0)

export const elementOps = {
  add: ({ lanes, inputs: [a, b] }) => lanes.add(a, b),
  addBias: ({ lanes, inputs: [x, bias] }) => lanes.add(x, bias),
  addScalar: ({ lanes, inputs: [x, bias] }) => lanes.add(x, bias),
  scale: ({ lanes, inputs: [x, factor] }) => lanes.mul(x, factor),
  multiply: ({ lanes, inputs: [a, b] }) => lanes.mul(a, b),
  copy: ({ inputs: [x] }) => x,
  activation: (context) => activations[activationOf(context)](context, context.inputs[0], slopeOf(context)),
  activationGradient: (context) => {
    const { lanes, inputs } = context
    const [dy, kept] = inputs
    // A mask, not a product: an infinite cotangent at a dead unit gives 0, as in the reference.
    if (activationRows[activationOf(context)].switchesOff) return v128.and(lanes.gt(kept, lanes.constant(0)), dy)
    return lanes.mul(dy, derivatives[activationOf(context)](context, kept, slopeOf(context)))
  },
  batchNormalize: ({ lanes, inputs: [x, mean, inverse, scale, shift] }) =>
    lanes.madd(lanes.mul(lanes.sub(x, mean), inverse), scale, shift),
  // scale * inverse * (dy - mean(dy) - xhat * mean(dy * xhat)), with the two sums given (Ioffe & Szegedy 2015)
  batchNormInputGradient: ({
    lanes,
    builder,
    batch,
    inputs: [dy, x, mean, inverse, scale, scaleGradient, shiftGradient],
  }) => {
    const share = lanes.constant(1 / batch)
    const normalized = lanes.mul(lanes.sub(x, mean), inverse)
    const correction = builder.local('v128', lanes.madd(normalized, scaleGradient, shiftGradient))
    return lanes.mul(lanes.mul(scale, inverse), lanes.sub(dy, lanes.mul(correction, share)))
  },
  dropout: (context) => {
    const { lanes, builder, inputs } = context
    const mask = dropoutMask(context)
    const kept = lanes.mul(inputs[0], inputs[4])
    return v128.and(builder.local('v128', mask), kept)
  },
} satisfies Partial<Record<OpName, ElementOp>>

/**
 * All ones where the element is kept: a hash of (key, step, element) of at least `threshold`. The hash is Murmur3's
 * finalizer, so the mask is the same for any layout, thread count and precision.
 */
function dropoutMask(context: ElementContext): Vector {
  const { builder, lanes, scalarAddress, elementNumber } = context
  const load = (input: number): Vector =>
    v128.i32Splat({ type: 'i32', code: [...scalarAddress(input).code, 0x28, 2, 0] })
  const numbers = v128.i32Add(v128.i32Splat(elementNumber()), v128.i32Const(0, 1, 2, 3))
  const step = v128.i32Mul(load(2), v128.i32Const(...same(0x9e3779b1 | 0)))
  const bits = builder.local('v128', v128.xor(v128.i32Add(numbers, step), load(1)))
  const mixed = builder.local('v128', mix(context, bits))
  const hash = mix(context, builder.local('v128', v128.i32Add(mixed, load(1))))
  const keep = builder.local('v128', v128.i32GeU(hash, load(3)))
  if (lanes.count === 4) return keep
  // float64 lanes take the first two 32-bit masks, each twice.
  return v128.shuffle(keep, keep, [0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 4, 5, 6, 7])
}

const same = (value: number): [number, number, number, number] => [value, value, value, value]

function mix({ builder }: ElementContext, value: Local<'v128'>): Vector {
  const bits = builder.local('v128', value)
  const step = (shift: number, factor: number): void => {
    builder.set(bits, v128.i32Mul(v128.xor(bits, v128.i32ShrU(bits, shift)), v128.i32Const(...same(factor))))
  }
  step(16, 0x85ebca6b | 0)
  step(13, 0xc2b2ae35 | 0)
  return v128.xor(bits, v128.i32ShrU(bits, 16))
}

export function isElementOp(op: OpName): op is keyof typeof elementOps {
  return op in elementOps
}
