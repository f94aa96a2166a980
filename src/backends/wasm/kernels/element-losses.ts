/** Kernels of the losses that are a mean over the outputs of a loss of each output. */
import { i32, type Local, type Vector } from '../assembler.ts'
import { type Arithmetic, exp, log1pOfUnit, sigmoid } from '../functions.ts'
import { v128 } from '../lanes.ts'
import { at, type KernelContext, layoutAs, operandOf } from './operands.ts'
import { forRows, forVectors, loadAt, sumLanes, weightsOf } from './rows.ts'

type Mask = (value: Vector) => Vector

/** Code for one vector of outputs y and targets t. */
interface ElementCode {
  /** Adds the losses of the vector to `sum`, in which each lane has its own sum. */
  readonly add: (sum: Local<'v128'>) => Vector
  /** The derivative of the losses, apart from the constant factor. */
  readonly slope: Vector
}

interface ElementLoss {
  /** Constant factor of the derivative, 1 by default. */
  readonly factor?: number
  /** Lanes beyond the last output must have the loss 0 and the slope 0, so the code masks losses and slopes. */
  readonly code: (arithmetic: Arithmetic, y: Vector, t: Vector, mask: Mask, context: KernelContext) => ElementCode
}

/** Makes the emitter of a loss: loss = mean over the outputs, and gradient = factor * slope / (B O). */
function emitterOf({ factor = 1, code }: ElementLoss): (context: KernelContext) => void {
  return (context) => {
    const { builder, lanes, kernel } = context
    const [node] = kernel.nodes
    const outputs = operandOf(context, node.inputs[0])
    const targets = operandOf(context, node.inputs[1])
    const weights = weightsOf(context)
    const [losses, gradient] = node.outputs.map((value) => operandOf(context, value))
    const { rows, columns, stride } = layoutAs(outputs.layout, 'rows')
    const sum = builder.local('v128')
    forRows(context, rows, (row) => {
      const rowBytes = stride * lanes.bytes
      const [yRow, tRow, gRow] = [outputs, targets, gradient].map(({ pointer }) =>
        builder.local('i32', at(pointer, row, rowBytes)),
      )
      const share = builder.local('v128', weights.times(lanes.constant(factor / (rows * columns)), row))
      builder.set(sum, lanes.constant(0))
      forVectors(context, columns, (offset, mask) => {
        const { add, slope } = code({ lanes, builder }, loadAt(yRow, offset), loadAt(tRow, offset), mask, context)
        builder.set(sum, add(sum))
        v128.store(builder, i32.add(gRow, offset), lanes.mul(slope, share))
      })
      const loss = weights.times(lanes.mul(sumLanes(context, sum), lanes.constant(1 / columns)), row)
      lanes.storeScalar(builder, at(losses.pointer, row, lanes.bytes), lanes.extract(loss, 0))
    })
  }
}

const maskedDifference = ({ lanes, builder }: Arithmetic, y: Vector, t: Vector, mask: Mask): Local<'v128'> =>
  builder.local('v128', mask(lanes.sub(y, t)))

/** Emits binary cross-entropy: loss = max(y, 0) - y t + log(1 + exp(-|y|)), and slope = sigmoid(y) - t. */
export const emitBinaryCrossEntropy = emitterOf({
  code: (arithmetic, output, target, mask) => {
    const { lanes, builder } = arithmetic
    const y = builder.local('v128', output)
    const t = builder.local('v128', target)
    const rest = log1pOfUnit(arithmetic, exp(arithmetic, lanes.neg(lanes.abs(y))))
    const main = lanes.sub(lanes.max(lanes.constant(0), y), lanes.mul(y, t))
    const loss = builder.local('v128', mask(lanes.add(main, rest)))
    return { add: (sum) => lanes.add(sum, loss), slope: mask(lanes.sub(sigmoid(arithmetic, y), t)) }
  },
})

/** Emits the squared error: loss = (y - t)^2, and slope = 2 (y - t). */
export const emitSquaredError = emitterOf({
  factor: 2,
  code: (arithmetic, y, t, mask) => {
    const difference = maskedDifference(arithmetic, y, t, mask)
    return { add: (sum) => arithmetic.lanes.madd(difference, difference, sum), slope: difference }
  },
})

/** Emits the absolute error: loss = |y - t|, and slope = 1, 0 or -1, the sign of y - t. */
export const emitAbsoluteError = emitterOf({
  code: (arithmetic, y, t, mask) => {
    const { lanes } = arithmetic
    const difference = maskedDifference(arithmetic, y, t, mask)
    const [zero, one] = [lanes.constant(0), lanes.constant(1)]
    const above = v128.and(lanes.gt(difference, zero), one)
    const below = v128.and(lanes.lt(difference, zero), one)
    return { add: (sum) => lanes.add(sum, lanes.abs(difference)), slope: lanes.sub(above, below) }
  },
})

/**
 * Emits the Huber loss. The slope s is the difference d = y - t, clipped to [-delta, delta]. The loss s (d - s / 2) is
 * d^2 / 2 for |d| up to delta, and delta (|d| - delta / 2) beyond.
 */
export const emitHuber = emitterOf({
  code: (arithmetic, y, t, mask, { kernel }) => {
    const { lanes, builder } = arithmetic
    const delta = Number(kernel.nodes[0].attributes.delta)
    const difference = maskedDifference(arithmetic, y, t, mask)
    const clipped = lanes.max(lanes.constant(-delta), lanes.min(lanes.constant(delta), difference))
    const slope = builder.local('v128', clipped)
    const rest = lanes.sub(difference, lanes.mul(slope, lanes.constant(0.5)))
    return { add: (sum) => lanes.madd(slope, rest, sum), slope }
  },
})
