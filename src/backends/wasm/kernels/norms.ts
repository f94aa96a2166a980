/**
 * Numbers that describe whole tensors: norms, clip factors and counts of weights that an update does not change. Norms
 * are summed in float64, because the square of a large float32 number overflows float32.
 */
import { type OpNode, sizeOf } from '../../../graph/graph.ts'
import { type Expression, expression, i32, type Local, type Vector } from '../assembler.ts'
import { createLanes, type Lanes, v128 } from '../lanes.ts'
import { at, forRange, type KernelContext, operandOf, times } from './operands.ts'

const float64 = createLanes('float64', false)

const zero: Expression<'f64'> = expression('f64', [0x44, 0, 0, 0, 0, 0, 0, 0, 0])
const sum = (a: Expression<'f64'>, b: Expression<'f64'>): Expression<'f64'> => expression('f64', a.code, b.code, [0xa0])
const product = (a: Expression<'f64'>, b: Expression<'f64'>): Expression<'f64'> =>
  expression('f64', a.code, b.code, [0xa2])
const root = (a: Expression<'f64'>): Expression<'f64'> => expression('f64', a.code, [0x9f])
const lane = (a: Vector, index: number): Expression<'f64'> => expression('f64', a.code, [0xfd, 0x21, index])
/** Converts the first two of four float32 lanes to float64. */
const promote = (a: Vector): Vector => expression('v128', a.code, [0xfd, 0x5f])
/** Rounds two float64 lanes to float32 and converts them back to float64. */
const inFloat32 = (a: Vector): Vector => promote(expression('v128', a.code, [0xfd, 0x5e]))
const upperHalf = (a: Vector): Vector =>
  v128.shuffle(
    a,
    a,
    Array.from({ length: 16 }, (_, byte) => (byte + 8) % 16),
  )

/**
 * Limits each lane to [-clipValue, clipValue], if the operation has the attribute clipValue. A lane that is NaN stays
 * NaN.
 */
export function limited(lanes: Lanes, { clipValue }: OpNode['attributes'], values: Vector): Vector {
  if (clipValue === undefined) return values
  const limit = Number(clipValue)
  return lanes.max(lanes.constant(-limit), lanes.min(lanes.constant(limit), values))
}

/** Emits the norm of each tensor of a stack. The padding of a tensor is zero and does not change the norm. */
export function emitNorms(context: KernelContext): void {
  const { builder, lanes, kernel, start, end } = context
  const [node] = kernel.nodes
  const { slotSize } = kernel.operands[0].location.buffer
  const gradient = operandOf(context, node.inputs[0]).pointer
  const target = operandOf(context, node.outputs[0]).pointer
  const pointer = builder.local('i32')
  const loaded = builder.local('v128')
  const half = builder.local('v128')
  const total = builder.local('v128')
  const addSquares = (values: Vector): void => {
    builder.set(half, values)
    builder.set(total, float64.add(total, float64.mul(half, half)))
  }
  forRange(builder, start, end, 1, (tensor) => {
    builder.set(pointer, at(gradient, tensor, slotSize * lanes.bytes))
    builder.set(total, float64.constant(0))
    times(builder, slotSize / lanes.count, () => {
      builder.set(loaded, limited(lanes, node.attributes, v128.load(pointer)))
      if (lanes.precision === 'float64') addSquares(loaded)
      else for (const part of [loaded, upperHalf(loaded)]) addSquares(promote(part))
      builder.set(pointer, i32.add(pointer, i32.const(16)))
    })
    const norm = root(sum(lane(total, 0), lane(total, 1)))
    lanes.storeScalar(builder, at(target, tensor, lanes.bytes), lanes.fromFloat64(norm))
  })
}

/**
 * Emits the number of elements of each tensor of a stack that an update leaves unchanged in float32. Elements of the
 * padding also stay unchanged, so the number of padding elements is subtracted.
 */
export function emitUnmoved(context: KernelContext): void {
  const { builder, lanes, kernel, start, end } = context
  const [node] = kernel.nodes
  const { slotSize } = kernel.operands[0].location.buffer
  const [parameter, gradient] = node.inputs.map((input) => operandOf(context, input).pointer)
  const target = operandOf(context, node.outputs[0]).pointer
  const padding = slotSize - sizeOf(node.inputs[0].shape) / sizeOf(node.outputs[0].shape)
  const rounded = lanes.precision === 'float32' ? (value: Vector): Vector => value : inFloat32
  const factor = builder.local('v128', lanes.constant(Math.fround(Number(node.attributes.factor))))
  const [offset, weight, total] = [builder.local('i32'), builder.local('v128'), builder.local('v128')]
  forRange(builder, start, end, 1, (tensor) => {
    builder.set(offset, i32.mul(tensor, i32.const(slotSize * lanes.bytes)))
    builder.set(total, lanes.constant(0))
    times(builder, slotSize / lanes.count, () => {
      builder.set(weight, rounded(v128.load(i32.add(parameter, offset))))
      const update = rounded(lanes.mul(factor, v128.load(i32.add(gradient, offset))))
      const stays = lanes.eq(rounded(lanes.sub(weight, update)), weight)
      builder.set(total, lanes.add(total, v128.and(stays, lanes.constant(1))))
      builder.set(offset, i32.add(offset, i32.const(16)))
    })
    const counts = Array.from({ length: lanes.count }, (_, index) => lanes.extract(total, index))
    const counted = counts.reduce((all, count) => lanes.scalarAdd(all, count), lanes.scalarConst(-padding))
    lanes.storeScalar(builder, at(target, tensor, lanes.bytes), counted)
  })
}

/** Emits one norm over all elements of all inputs, which the first thread computes. */
export function emitNormOfAll(context: KernelContext): void {
  const { builder, lanes, kernel, start, end } = context
  const [node] = kernel.nodes
  const total = builder.local('f64', zero)
  const value = builder.local('f64')
  builder.when(i32.ltS(start, end), () => {
    for (const input of node.inputs) {
      const pointer: Local<'i32'> = builder.local('i32', operandOf(context, input).pointer)
      times(builder, input.shape[0] ?? 1, () => {
        builder.set(value, lanes.toFloat64(lanes.loadScalar(pointer)))
        builder.set(total, sum(total, product(value, value)))
        builder.set(pointer, i32.add(pointer, i32.const(lanes.bytes)))
      })
    }
    lanes.storeScalar(builder, operandOf(context, node.outputs[0]).pointer, lanes.fromFloat64(root(total)))
  })
}

/** Emits the factor that limits the gradient's norm: min(1, limit / (norm + 1e-6)). */
export function emitClipFactor(context: KernelContext): void {
  const { builder, lanes, kernel, start, end } = context
  const [node] = kernel.nodes
  const norm = operandOf(context, node.inputs[0]).pointer
  const target = operandOf(context, node.outputs[0]).pointer
  builder.when(i32.ltS(start, end), () => {
    const shifted = lanes.add(lanes.loadSplat(norm), lanes.constant(1e-6))
    const factor = lanes.min(lanes.constant(1), lanes.div(lanes.constant(Number(node.attributes.limit)), shifted))
    lanes.storeScalar(builder, target, lanes.extract(factor, 0))
  })
}
