/** Kernels of the layer softmax, which computes along the rows of a batch, and of its gradient. */
import { i32 } from '../assembler.ts'
import { exp } from '../functions.ts'
import { v128 } from '../lanes.ts'
import { at, type KernelContext, layoutAs, operandOf, times } from './operands.ts'
import { forRows, forVectors, loadAt, sumLanes } from './rows.ts'

/** Emits softmax: y = exp(x - max) / (sum of exp(x - max)) over the features. */
export function emitSoftmax(context: KernelContext): void {
  const { builder, lanes, kernel } = context
  const [node] = kernel.nodes
  const [x, y] = [node.inputs[0], node.outputs[0]].map((value) => operandOf(context, value))
  const { rows, columns, stride } = layoutAs(x.layout, 'rows')
  const largest = builder.local(lanes.scalarType)
  const [maximum, sum, term, factor] = Array.from({ length: 4 }, () => builder.local('v128'))
  forRows(context, rows, (row) => {
    const [source, target] = [x, y].map(({ pointer }) => builder.local('i32', at(pointer, row, stride * lanes.bytes)))
    builder.set(largest, lanes.scalarConst(Number.NEGATIVE_INFINITY))
    const scan = builder.local('i32', source)
    times(builder, columns, () => {
      builder.set(largest, lanes.scalarMax(largest, lanes.loadScalar(scan)))
      builder.set(scan, i32.add(scan, i32.const(lanes.bytes)))
    })
    builder.set(maximum, lanes.splat(largest))
    builder.set(sum, lanes.constant(0))
    forVectors(context, columns, (offset, mask) => {
      builder.set(term, mask(exp({ lanes, builder }, lanes.sub(loadAt(source, offset), maximum))))
      v128.store(builder, i32.add(target, offset), term)
      builder.set(sum, lanes.add(sum, term))
    })
    builder.set(factor, lanes.div(lanes.constant(1), sumLanes(context, sum)))
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
