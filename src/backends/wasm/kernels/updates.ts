/** The passes over whole parameters and states, loop axes and padding included (padding is zero and stays so). */
import { panelWidth } from '../../../plan/layout.ts'
import { i32, type Local } from '../assembler.ts'
import { v128 } from '../lanes.ts'
import { at, forRange, type KernelContext, operandOf } from './operands.ts'

/** Elements in one unit of a flat partition. */
export const flatUnit = 2 * panelWidth

/** Calls `body` for each vector of the thread's part, with its byte offset in every tensor. */
function forElements(context: KernelContext, elements: number, body: (offset: Local<'i32'>) => void): void {
  const { builder, lanes, start, end } = context
  const unitBytes = flatUnit * lanes.bytes
  const total = i32.const(elements * lanes.bytes)
  const last = i32.mul(end, i32.const(unitBytes))
  const limit = builder.local('i32', i32.select(i32.ltU(last, total), last, total))
  forRange(builder, i32.mul(start, i32.const(unitBytes)), limit, 16, body)
}

function elementsOf({ kernel, lanes }: KernelContext): number {
  const { buffer } = kernel.operands[0].location
  return buffer.bytes / lanes.bytes
}

/** gradient + weightDecay * parameter, for the vector at the offset; leaves the parameter in `parameter`. */
function decayedGradient(context: KernelContext, parameter: Local<'v128'>, offset: Local<'i32'>) {
  const { builder, lanes, kernel } = context
  const [node] = kernel.nodes
  const [parameterValue, gradientValue] = node.inputs
  builder.set(parameter, v128.load(at(operandOf(context, parameterValue).pointer, offset, 1)))
  const gradient = v128.load(at(operandOf(context, gradientValue).pointer, offset, 1))
  const decay = Number(node.attributes.weightDecay)
  return decay === 0 ? gradient : lanes.madd(lanes.constant(decay), parameter, gradient)
}

/** parameter - rate * gradient */
export function emitSgdUpdate(context: KernelContext): void {
  const { builder, lanes, kernel } = context
  const [node] = kernel.nodes
  const rate = builder.local('v128', lanes.loadSplat(operandOf(context, node.inputs[2]).pointer))
  const parameter = builder.local('v128')
  const target = operandOf(context, node.outputs[0])
  forElements(context, elementsOf(context), (offset) => {
    const gradient = builder.local('v128', decayedGradient(context, parameter, offset))
    v128.store(builder, at(target.pointer, offset, 1), lanes.sub(parameter, lanes.mul(rate, gradient)))
  })
}

/** velocity = momentum * velocity + gradient; parameter - rate * velocity (PyTorch's form) */
export function emitMomentumUpdate(context: KernelContext): void {
  const { builder, lanes, kernel } = context
  const [node] = kernel.nodes
  const momentum = lanes.constant(Number(node.attributes.momentum))
  const velocityPointer = operandOf(context, node.inputs[2]).pointer
  const rate = builder.local('v128', lanes.loadSplat(operandOf(context, node.inputs[3]).pointer))
  const parameter = builder.local('v128')
  const velocity = builder.local('v128')
  const [target, velocityTarget] = node.outputs.map((value) => operandOf(context, value))
  forElements(context, elementsOf(context), (offset) => {
    const gradient = decayedGradient(context, parameter, offset)
    builder.set(velocity, lanes.madd(momentum, v128.load(at(velocityPointer, offset, 1)), gradient))
    v128.store(builder, at(velocityTarget.pointer, offset, 1), velocity)
    v128.store(builder, at(target.pointer, offset, 1), lanes.sub(parameter, lanes.mul(rate, velocity)))
  })
}

/** (1 - momentum) running + momentum * correction * statistic */
export function emitRunningUpdate(context: KernelContext): void {
  const { builder, lanes, kernel } = context
  const [node] = kernel.nodes
  const momentum = Number(node.attributes.momentum)
  const weight = lanes.constant(momentum * Number(node.attributes.correction))
  const [runningPointer, statisticPointer] = node.inputs.map((value) => operandOf(context, value).pointer)
  const target = operandOf(context, node.outputs[0])
  forElements(context, elementsOf(context), (offset) => {
    const running = lanes.mul(v128.load(at(runningPointer, offset, 1)), lanes.constant(1 - momentum))
    const statistic = v128.load(at(statisticPointer, offset, 1))
    v128.store(builder, at(target.pointer, offset, 1), lanes.madd(statistic, weight, running))
  })
}
