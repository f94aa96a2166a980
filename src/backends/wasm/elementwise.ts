/**
 * Vector code of every element-by-element operation. The vector code works on the tiles that kernels hold in registers.
 */
import type { Attributes } from '../../graph/graph.ts'
import type { OpName } from '../../graph/ops.ts'
import { type ActivationName, activationNamed, relu6Ceiling, seluAlpha, seluScale } from '../../network/activations.ts'
import type { I32, Local, Vector } from './assembler.ts'
import {
  type Arithmetic,
  erf,
  expm1OfNegative,
  gelu,
  geluDerivative,
  logistic,
  mish,
  mishDerivative,
  normalDensity,
  sigmoid,
  softplus,
  softsign,
  tanh,
} from './functions.ts'
import { v128 } from './lanes.ts'

/**
 * Makes the code that applies a mathematical function to one vector. The argument `x` is a local variable, which the
 * code can read several times at no cost.
 */
type VectorFunction = (arithmetic: Arithmetic, x: Local<'v128'>, slope: number) => Vector

/** Activation functions. Each activation function must pass NaN through, so that a diverged network is detected. */
const activations = {
  identity: (_arithmetic, x) => x,
  relu: ({ lanes }, x) => lanes.max(lanes.constant(0), x),
  relu6: ({ lanes }, x) => lanes.min(lanes.constant(relu6Ceiling), lanes.max(lanes.constant(0), x)),
  leakyRelu: ({ lanes }, x, slope) =>
    v128.select(lanes.gt(x, lanes.constant(0)), x, lanes.mul(x, lanes.constant(slope))),
  elu: (arithmetic, x) => {
    const { lanes } = arithmetic
    return v128.select(lanes.gt(x, lanes.constant(0)), x, expm1OfNegative(arithmetic, x))
  },
  tanh,
  softsign,
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
  mish,
  // The product x (x + 3) / 6 is used only between -3 and 3, because the product of infinities has no limit.
  hardSwish: ({ lanes }, x) => {
    const middle = lanes.mul(lanes.mul(x, lanes.add(x, lanes.constant(3))), lanes.constant(1 / 6))
    const above = v128.select(lanes.ge(x, lanes.constant(3)), x, middle)
    return v128.andNot(above, lanes.ge(lanes.constant(-3), x))
  },
} satisfies Record<ActivationName, VectorFunction>

/**
 * Masks of the units that pass a gradient back, for the activation functions that switch units off. The derivative of
 * such a function is 1 where the mask holds, and 0 elsewhere.
 */
const switchedOn = {
  relu: ({ lanes }, y) => lanes.gt(y, lanes.constant(0)),
  relu6: ({ lanes }, y) => v128.and(lanes.gt(y, lanes.constant(0)), lanes.lt(y, lanes.constant(relu6Ceiling))),
} satisfies Partial<Record<ActivationName, VectorFunction>>

const switchedOnOf: Partial<Record<ActivationName, VectorFunction>> = switchedOn

const oneWhere = ({ lanes }: Arithmetic, mask: Vector): Vector => v128.and(mask, lanes.constant(1))

/**
 * Derivatives of the activation functions. The table in network/activations.ts says whether a derivative is computed
 * from the function's input x or from its output y.
 */
const derivatives = {
  identity: ({ lanes }) => lanes.constant(1),
  relu: (arithmetic, y) => oneWhere(arithmetic, switchedOn.relu(arithmetic, y)),
  relu6: (arithmetic, y) => oneWhere(arithmetic, switchedOn.relu6(arithmetic, y)),
  leakyRelu: ({ lanes }, y, slope) =>
    v128.select(lanes.gt(y, lanes.constant(0)), lanes.constant(1), lanes.constant(slope)),
  elu: ({ lanes }, y) =>
    v128.select(lanes.gt(y, lanes.constant(0)), lanes.constant(1), lanes.add(y, lanes.constant(1))),
  // The derivative of softsign is 1 / (1 + |x|)^2.
  softsign: (arithmetic, x) => {
    const { lanes, builder } = arithmetic
    const root = builder.local('v128', lanes.div(lanes.constant(1), lanes.add(lanes.constant(1), lanes.abs(x))))
    return lanes.mul(root, root)
  },
  tanh: ({ lanes }, y) => lanes.sub(lanes.constant(1), lanes.mul(y, y)),
  sigmoid: ({ lanes }, y) => lanes.mul(y, lanes.sub(lanes.constant(1), y)),
  // The derivative of softplus is the sigmoid of the input, which equals 1 - exp(-y) for the output y.
  softplus: (arithmetic, y) => {
    const { lanes } = arithmetic
    return lanes.neg(expm1OfNegative(arithmetic, lanes.neg(y)))
  },
  // The derivative of erf, 2 exp(-x^2) / sqrt(pi), is 2 sqrt(2) times the normal density at sqrt(2) x.
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
  // The derivative of SiLU is s + x s (1 - s), where s is the logistic function and 1 - s equals e s with e = exp(-x).
  silu: (arithmetic, x) => {
    const { lanes } = arithmetic
    const { s, e } = logistic(arithmetic, x)
    return lanes.madd(lanes.mul(x, s), lanes.mul(e, s), s)
  },
  mish: mishDerivative,
  hardSwish: ({ lanes }, x) => {
    const middle = lanes.madd(x, lanes.constant(1 / 3), lanes.constant(0.5))
    const above = v128.select(lanes.ge(x, lanes.constant(3)), lanes.constant(1), middle)
    return v128.andNot(above, lanes.ge(lanes.constant(-3), x))
  },
} satisfies Record<ActivationName, VectorFunction>

/** Inputs of an element-by-element operation for one vector of the tile. */
export interface ElementContext extends Arithmetic {
  readonly attributes: Attributes
  readonly inputs: readonly Local<'v128'>[]
  /** The number of samples in the batch. */
  readonly batch: number
  /**
   * Returns the address of the scalar operand at input number `input`. The code reads integer operands from their
   * addresses instead of registers.
   */
  readonly scalarAddress: (input: number) => I32
  /** Row-major number of the vector's first element: row * features + column. */
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
    // A mask is used instead of a product with the derivative, because an infinite cotangent times 0 would be NaN. As
    // in the reference backend, the gradient of a unit is exactly 0 if the activation switches the unit off.
    const name = activationOf(context)
    const mask = switchedOnOf[name]?.(context, kept, slopeOf(context))
    if (mask !== undefined) return v128.and(mask, dy)
    return lanes.mul(dy, derivatives[name](context, kept, slopeOf(context)))
  },
  prelu: ({ lanes, inputs: [x, slope] }) => v128.select(lanes.gt(x, lanes.constant(0)), x, lanes.mul(x, slope)),
  preluGradient: ({ lanes, inputs: [dy, x, slope] }) =>
    v128.select(lanes.gt(x, lanes.constant(0)), dy, lanes.mul(dy, slope)),
  preluSlopeTerms: ({ lanes, inputs: [dy, x] }) => v128.andNot(lanes.mul(dy, x), lanes.gt(x, lanes.constant(0))),
  batchNormalize: ({ lanes, inputs: [x, mean, inverse, scale, shift] }) =>
    lanes.madd(lanes.mul(lanes.sub(x, mean), inverse), scale, shift),
  // Computes scale * inverse * (dy - mean(dy) - xhat * mean(dy * xhat)), where xhat is the normalized x. The sums of dy
  // and of dy * xhat over the batch are inputs of the operation (Ioffe & Szegedy 2015).
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
 * Returns a mask whose bits are all 1 in the elements that dropout keeps. Dropout keeps an element if a hash of (key,
 * step, element number) is at least the threshold. Dropout's hash uses Murmur3's finalizer on integers. The dropout
 * mask is the same for any layout, number of threads and precision.
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
  // Each of the two float64 lanes repeats one of the first two 32-bit masks, once in each half of the lane.
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
