/** Kernels of the layer softmax, which computes along the rows of a batch, and of its gradient. */
import { i32 } from '../assembler.ts'
import { v128 } from '../lanes.ts'
import { at, type KernelContext, layoutAs, operandOf } from './operands.ts'
import { exponentialsOf, forRows, forVectors, loadAt, sumLanes } from './rows.ts'

/** Emits softmax: y = exp(x - max) / (sum of exp(x - max)) over the features. */
export function emitSoftmax(context: KernelContext): void {
  const { builder, lanes, kernel } = context
  const [node] = kernel.nodes
  const [x, y] = [node.inputs[0], node.outputs[0]].map((value) => operandOf(context, value))
  const { rows, columns, stride } = layoutAs(x.layout, 'rows')
  const { sum, emit } = exponentialsOf(context, columns)
  const factor = builder.local('v128')
  forRows(context, rows, (row) => {
    const [source, target] = [x, y].map(({ pointer }) => builder.local('i32', at(pointer, row, stride * lanes.bytes)))
    emit(source, target)
    builder.set(factor, lanes.div(lanes.constant(1), sum))
    forVectors(context, columns, (offset, mask) => {
      v128.store(builder, i32.add(target, offset), mask(lanes.mul(loadAt(target, offset), factor)))
    })
  })
}

/** Emits the gradient of softmax: dx = y (dy - sum of dy y), with the sum over the features. */
export function emitSoftmaxGradient(context: KernelContext): void {
  const { builder, lanes, kernel } = context
  const [node] = kernel.nodes
  const [dy, y, dx] = [...node.inputs, node.outputs[0]].map((value) => operandOf(context, value))
  const { rows, columns, stride } = layoutAs(dy.layout, 'rows')
  const sum = builder.local('v128')
  forRows(context, rows, (row) => {
    const rowBytes = stride * lanes.bytes
    const [dyRow, yRow, dxRow] = [dy, y, dx].map(({ pointer }) => builder.local('i32', at(pointer, row, rowBytes)))
    builder.set(sum, lanes.constant(0))
    forVectors(context, columns, (offset, mask) => {
      builder.set(sum, lanes.add(sum, mask(lanes.mul(loadAt(dyRow, offset), loadAt(yRow, offset)))))
    })
    builder.set(sum, sumLanes(context, sum))
    forVectors(context, columns, (offset, mask) => {
      const difference = lanes.sub(loadAt(dyRow, offset), sum)
      v128.store(builder, i32.add(dxRow, offset), mask(lanes.mul(loadAt(yRow, offset), difference)))
    })
  })
}
