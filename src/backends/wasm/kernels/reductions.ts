/** Kernels that sum over the batch for panels of columns. One thread sums all rows of a column, in order. */
import { i32, type Local, type Vector } from '../assembler.ts'
import { v128 } from '../lanes.ts'
import { panelWidth } from '../plan/layout.ts'
import { at, forRange, type KernelContext, layoutAs, operandOf, times } from './operands.ts'
import { createUpdateTail } from './updates.ts'

/** Calls `body` once for each vector of the thread's columns, with the column number of the vector's first element. */
function forColumns(context: KernelContext, body: (column: Local<'i32'>) => void): void {
  const { builder, lanes, start, end } = context
  const first = i32.mul(start, i32.const(panelWidth))
  forRange(builder, first, i32.mul(end, i32.const(panelWidth)), lanes.count, body)
}

/**
 * Makes a function that finishes the gradient of a vector over the features. The returned function stores the gradient
 * if another kernel reads the gradient, and updates the parameter if the kernel contains an update.
 */
function gradientWriter(context: KernelContext): (column: Local<'i32'>, gradient: Vector) => void {
  const { builder, lanes, kernel, operands } = context
  const target = operands.find(({ value }) => value === kernel.nodes[0].outputs[0])
  const finish = createUpdateTail(context)
  return (column, gradient) => {
    const made = builder.local('v128', gradient)
    const offset = builder.local('i32', i32.mul(column, i32.const(lanes.bytes)))
    if (target) v128.store(builder, at(target.pointer, offset, 1), made)
    finish?.(offset, 0, made)
  }
}

/** Returns the address of the element at `column` in a vector over the features. */
function vectorAt(context: KernelContext, input: Parameters<typeof operandOf>[1], column: Local<'i32'>) {
  return at(operandOf(context, input).pointer, column, context.lanes.bytes)
}

/** Emits the sum over the batch: [B, F] -> [F]. */
export function emitSumOverBatch(context: KernelContext): void {
  const { builder, lanes, kernel } = context
  const [node] = kernel.nodes
  const x = operandOf(context, node.inputs[0])
  const { rows, stride } = layoutAs(x.layout, 'rows')
  const write = gradientWriter(context)
  const sum = builder.local('v128')
  forColumns(context, (column) => {
    const pointer = builder.local('i32', at(x.pointer, column, lanes.bytes))
    builder.set(sum, lanes.constant(0))
    times(builder, rows, () => {
      builder.set(sum, lanes.add(sum, v128.load(pointer)))
      builder.set(pointer, i32.add(pointer, i32.const(stride * lanes.bytes)))
    })
    write(column, sum)
  })
}

/** Emits the mean over the batch, [B] -> [], which the first thread sums in float64. */
export function emitMeanOverBatch(context: KernelContext): void {
  const { builder, lanes, kernel, start, end } = context
  const [node] = kernel.nodes
  const x = operandOf(context, node.inputs[0])
  const { length } = layoutAs(x.layout, 'vector')
  builder.when(i32.ltS(start, end), () => {
    const sum = builder.local('f64', { type: 'f64', code: [0x44, 0, 0, 0, 0, 0, 0, 0, 0] })
    const pointer = builder.local('i32', x.pointer)
    times(builder, length, () => {
      const value = lanes.toFloat64(lanes.loadScalar(pointer))
      builder.set(sum, { type: 'f64', code: [...sum.code, ...value.code, 0xa0] })
      builder.set(pointer, i32.add(pointer, i32.const(lanes.bytes)))
    })
    const mean = lanes.scalarMul(lanes.fromFloat64(sum), lanes.scalarConst(1 / length))
    lanes.storeScalar(builder, operandOf(context, node.outputs[0]).pointer, mean)
  })
}

/**
 * Emits the batch statistics: [B, F] -> mean, biased variance and inverse deviation, each [F]. The first pass over the
 * rows computes the mean, and the second pass sums the squared deviations from the mean.
 */
export function emitBatchStatistics(context: KernelContext): void {
  const { builder, lanes, kernel } = context
  const [node] = kernel.nodes
  const [meanValue, varianceValue, inverseValue] = node.outputs
  const x = operandOf(context, node.inputs[0])
  const { rows, stride } = layoutAs(x.layout, 'rows')
  const share = lanes.constant(1 / rows)
  const sum = builder.local('v128')
  const mean = builder.local('v128')
  const difference = builder.local('v128')
  forColumns(context, (column) => {
    const overRows = (add: (value: Vector) => void): void => {
      const pointer = builder.local('i32', at(x.pointer, column, lanes.bytes))
      builder.set(sum, lanes.constant(0))
      times(builder, rows, () => {
        add(v128.load(pointer))
        builder.set(pointer, i32.add(pointer, i32.const(stride * lanes.bytes)))
      })
    }
    overRows((value) => builder.set(sum, lanes.add(sum, value)))
    builder.set(mean, lanes.mul(sum, share))
    overRows((value) => {
      builder.set(difference, lanes.sub(value, mean))
      builder.set(sum, lanes.madd(difference, difference, sum))
    })
    const variance = builder.local('v128', lanes.mul(sum, share))
    v128.store(builder, vectorAt(context, meanValue, column), mean)
    v128.store(builder, vectorAt(context, varianceValue, column), variance)
    const inverse = inverseDeviation(context, variance, Number(node.attributes.epsilon))
    v128.store(builder, vectorAt(context, inverseValue, column), inverse)
  })
}

export function inverseDeviation({ lanes }: KernelContext, variance: Vector, epsilon: number): Vector {
  return lanes.div(lanes.constant(1), lanes.sqrt(lanes.add(variance, lanes.constant(epsilon))))
}

export function emitInverseDeviation(context: KernelContext): void {
  const { builder, kernel } = context
  const [node] = kernel.nodes
  forColumns(context, (column) => {
    const variance = v128.load(vectorAt(context, node.inputs[0], column))
    const inverse = inverseDeviation(context, variance, Number(node.attributes.epsilon))
    v128.store(builder, vectorAt(context, node.outputs[0], column), inverse)
  })
}

/**
 * Emits the sum over the batch of dy * (x - mean) * inverse deviation, with one mean and one deviation for each column.
 */
export function emitBatchNormScaleGradient(context: KernelContext): void {
  const { builder, lanes, kernel } = context
  const [node] = kernel.nodes
  const [dyValue, xValue, meanValue, inverseValue] = node.inputs
  const dy = operandOf(context, dyValue)
  const x = operandOf(context, xValue)
  const { rows, stride: dyStride } = layoutAs(dy.layout, 'rows')
  const { stride: xStride } = layoutAs(x.layout, 'rows')
  const write = gradientWriter(context)
  const sum = builder.local('v128')
  forColumns(context, (column) => {
    const dyPointer = builder.local('i32', at(dy.pointer, column, lanes.bytes))
    const xPointer = builder.local('i32', at(x.pointer, column, lanes.bytes))
    const mean = builder.local('v128', v128.load(vectorAt(context, meanValue, column)))
    builder.set(sum, lanes.constant(0))
    times(builder, rows, () => {
      builder.set(sum, lanes.madd(v128.load(dyPointer), lanes.sub(v128.load(xPointer), mean), sum))
      builder.set(dyPointer, i32.add(dyPointer, i32.const(dyStride * lanes.bytes)))
      builder.set(xPointer, i32.add(xPointer, i32.const(xStride * lanes.bytes)))
    })
    const gradient = lanes.mul(sum, v128.load(vectorAt(context, inverseValue, column)))
    write(column, gradient)
  })
}

/**
 * Emits the sum over the batch of dy * (x - mean) * inverse deviation, with one mean and one deviation for each row.
 */
export function emitLayerNormScaleGradient(context: KernelContext): void {
  const { builder, lanes, kernel } = context
  const [node] = kernel.nodes
  const [dyValue, xValue, meanValue, inverseValue] = node.inputs
  const dy = operandOf(context, dyValue)
  const x = operandOf(context, xValue)
  const { rows, stride: dyStride } = layoutAs(dy.layout, 'rows')
  const { stride: xStride } = layoutAs(x.layout, 'rows')
  const write = gradientWriter(context)
  const sum = builder.local('v128')
  forColumns(context, (column) => {
    const dyPointer = builder.local('i32', at(dy.pointer, column, lanes.bytes))
    const xPointer = builder.local('i32', at(x.pointer, column, lanes.bytes))
    const meanPointer = builder.local('i32', operandOf(context, meanValue).pointer)
    const inversePointer = builder.local('i32', operandOf(context, inverseValue).pointer)
    builder.set(sum, lanes.constant(0))
    times(builder, rows, () => {
      const centered = lanes.sub(v128.load(xPointer), lanes.loadSplat(meanPointer))
      const normalized = lanes.mul(centered, lanes.loadSplat(inversePointer))
      builder.set(sum, lanes.madd(v128.load(dyPointer), normalized, sum))
      builder.set(dyPointer, i32.add(dyPointer, i32.const(dyStride * lanes.bytes)))
      builder.set(xPointer, i32.add(xPointer, i32.const(xStride * lanes.bytes)))
      for (const pointer of [meanPointer, inversePointer]) {
        builder.set(pointer, i32.add(pointer, i32.const(lanes.bytes)))
      }
    })
    write(column, sum)
  })
}
