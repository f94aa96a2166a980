/** What optimizers do: passes over whole parameters and states, padding included (it is zero and stays so), or tails of gradients. */
import { type OpNode, sizeOf, type Value } from '../../../graph/graph.ts'
import { isUpdateOp, type UpdateOp } from '../../../graph/optimizers/table.ts'
import { assertInvariant } from '../../../support/errors.ts'
import { i32, type Local, type Vector } from '../assembler.ts'
import { v128 } from '../lanes.ts'
import { flatUnit } from '../plan/layout.ts'
import { limited } from './norms.ts'
import { at, forRange, type KernelContext, operandOf } from './operands.ts'

/** The thread's part of a tensor, as byte offsets. */
function elementRange({ builder, lanes, start, end }: KernelContext, elements: number) {
  const unitBytes = flatUnit * lanes.bytes
  const total = i32.const(elements * lanes.bytes)
  const last = i32.mul(end, i32.const(unitBytes))
  const limit = builder.local('i32', i32.select(i32.ltU(last, total), last, total))
  return { first: i32.mul(start, i32.const(unitBytes)), limit }
}

/** Calls `body` for each vector of the thread's part, with its byte offset in every tensor. */
export function forElements(context: KernelContext, elements: number, body: (offset: Local<'i32'>) => void): void {
  const { first, limit } = elementRange(context, elements)
  forRange(context.builder, first, limit, 16, body)
}

/** All elements that the kernel's first operand has in this place, padding included. */
function elementsOf({ kernel }: KernelContext): number {
  const [{ value, location }] = kernel.operands
  return location.buffer.slotSize * sizeOf(value.shape.slice(0, location.axes.length))
}

/** What every update has beside its own scalars. */
interface UpdateParts {
  readonly parameter: Local<'i32'>
  /** Undefined where the kernel made it just before, in registers. */
  readonly gradient: Local<'i32'> | undefined
  readonly states: readonly Local<'i32'>[]
  readonly targets: readonly Local<'i32'>[]
  readonly scalars: readonly Local<'v128'>[]
  readonly clip: Local<'v128'> | undefined
  readonly factors: Local<'i32'> | undefined
}

function partsOf(context: KernelContext, { inputs, outputs, attributes }: OpNode): UpdateParts {
  const { builder, lanes } = context
  const own = 1 + outputs.length
  const layered = attributes.layered === true
  const pointerOf = (value: Value): Local<'i32'> => operandOf(context, value).pointer
  const splats = inputs
    .slice(own, layered ? -1 : undefined)
    .map((value) => builder.local('v128', lanes.loadSplat(pointerOf(value))))
  const clip = attributes.clipped === true ? splats.pop() : undefined
  return {
    parameter: pointerOf(inputs[0]),
    gradient: context.operands.find(({ value }) => value === inputs[1])?.pointer,
    states: inputs.slice(2, own).map(pointerOf),
    targets: outputs.map(pointerOf),
    scalars: splats,
    clip,
    factors: layered ? pointerOf(inputs[inputs.length - 1]) : undefined,
  }
}

/** One step on a vector: takes the parameter, its (clipped) gradient and states, gives the new parameter and states. */
type StepOnVector = (parameter: Local<'v128'>, gradient: Vector, states: readonly Vector[]) => readonly Vector[]

/** Makes a step from the rate, which may be the tensor's own, and the update's other scalars. */
type CreateStep = (
  context: KernelContext,
  node: OpNode,
  rate: Local<'v128'>,
  others: readonly Local<'v128'>[],
) => StepOnVector

/** gradient + weightDecay * parameter */
function decayed({ lanes }: KernelContext, { attributes }: OpNode, parameter: Vector, gradient: Vector): Vector {
  const decay = Number(attributes.weightDecay)
  return decay === 0 ? gradient : lanes.madd(lanes.constant(decay), parameter, gradient)
}

/** parameter - rate * gradient */
const sgdStep: CreateStep = (context, node, rate) => (parameter, gradient) => {
  const { lanes } = context
  return [lanes.sub(parameter, lanes.mul(rate, decayed(context, node, parameter, gradient)))]
}

/** velocity = momentum * velocity + gradient; parameter - rate * velocity (PyTorch's form), or Nesterov's */
const momentumStep: CreateStep = (context, node, rate, [momentum]) => {
  const { builder, lanes } = context
  const isNesterov = node.attributes.nesterov === true
  const gradientNow = builder.local('v128')
  const velocityNow = builder.local('v128')
  return (parameter, gradient, [velocity]) => {
    builder.set(gradientNow, decayed(context, node, parameter, gradient))
    builder.set(velocityNow, lanes.madd(momentum, velocity, gradientNow))
    const direction = isNesterov ? lanes.madd(momentum, velocityNow, gradientNow) : velocityNow
    return [lanes.sub(parameter, lanes.mul(rate, direction)), velocityNow]
  }
}

/** Kingma & Ba 2015, algorithm 1; decoupled: Loshchilov & Hutter 2019, algorithm 2. */
const adamStep: CreateStep = (context, node, rate, [firstCorrection, secondCorrection]) => {
  const { builder, lanes } = context
  const { firstDecay, secondDecay, epsilon, weightDecay, decoupled } = node.attributes
  const [firstNow, secondNow, gradientNow, stepSize, shrink] = Array.from({ length: 5 }, () => builder.local('v128'))
  const decaysApart = decoupled === true && Number(weightDecay) > 0
  const blend = (decay: number, old: Vector, fresh: Vector): Vector =>
    lanes.madd(lanes.constant(decay), old, lanes.mul(lanes.constant(1 - decay), fresh))
  return (parameter, gradient, [first, second]) => {
    builder.set(gradientNow, decoupled === true ? gradient : decayed(context, node, parameter, gradient))
    builder.set(firstNow, blend(Number(firstDecay), first, gradientNow))
    builder.set(secondNow, blend(Number(secondDecay), second, lanes.mul(gradientNow, gradientNow)))
    builder.set(stepSize, lanes.mul(rate, firstCorrection))
    if (decaysApart) {
      builder.set(shrink, lanes.sub(lanes.constant(1), lanes.mul(rate, lanes.constant(Number(weightDecay)))))
      builder.set(parameter, lanes.mul(parameter, shrink))
    }
    const deviation = lanes.madd(lanes.sqrt(secondNow), secondCorrection, lanes.constant(Number(epsilon)))
    const change = lanes.div(lanes.mul(stepSize, firstNow), deviation)
    return [lanes.sub(parameter, change), firstNow, secondNow]
  }
}

const steps = {
  sgdUpdate: sgdStep,
  momentumUpdate: momentumStep,
  adamUpdate: adamStep,
} satisfies Record<UpdateOp, CreateStep>

/** Emits an update's work on one vector of every tensor, `shift` bytes beyond the offset. */
type FinishVector = (offset: Local<'i32'>, shift?: number, gradient?: Vector) => void

function createFinish(context: KernelContext, node: OpNode, parts: UpdateParts, rate: Local<'v128'>): FinishVector {
  const { builder, lanes } = context
  const { op } = node
  assertInvariant(isUpdateOp(op), `${op} isn't an optimizer's`)
  const step = steps[op](context, node, rate, parts.scalars.slice(1))
  const parameter = builder.local('v128')
  return (offset, shift = 0, made = undefined) => {
    const load = (pointer: Local<'i32'>): Vector => v128.load(at(pointer, offset, 1), shift)
    const gradient = made ?? (parts.gradient && load(parts.gradient))
    assertInvariant(gradient !== undefined, `${op} has its gradient`)
    builder.set(parameter, load(parts.parameter))
    const own = limited(lanes, node.attributes, gradient)
    const next = step(parameter, parts.clip ? lanes.mul(parts.clip, own) : own, parts.states.map(load))
    // The parameter last: the others are computed from what it was.
    for (const [position, target] of [...parts.targets.entries()].reverse()) {
      v128.store(builder, at(target, offset, 1), next[position], shift)
    }
  }
}

/** What a kernel goes on with where it has just made a gradient in registers: the update of that gradient, if it has one. */
export function createUpdateTail(context: KernelContext): FinishVector | undefined {
  const [, node] = context.kernel.nodes
  if (!node) return undefined
  const parts = partsOf(context, node)
  return createFinish(context, node, parts, parts.scalars[0])
}

/** A pass over a whole parameter. */
export function emitUpdate(context: KernelContext): void {
  const { builder, lanes, kernel } = context
  const [node] = kernel.nodes
  const parts = partsOf(context, node)
  const [globalRate] = parts.scalars
  const { factors } = parts
  if (!factors) {
    const finish = createFinish(context, node, parts, globalRate)
    forElements(context, elementsOf(context), (offset) => finish(offset))
    return
  }
  const slotBytes = kernel.operands[0].location.buffer.slotSize * lanes.bytes
  const rate = builder.local('v128', lanes.constant(0))
  const tensorEnd = builder.local('i32', i32.const(-1))
  const tensor = builder.local('i32')
  const finish = createFinish(context, node, parts, rate)
  const { limit, first } = elementRange(context, elementsOf(context))
  builder.set(tensor, i32.divU(first, i32.const(slotBytes)))
  const offset = builder.local('i32', first)
  builder.while(i32.ltU(offset, limit), () => {
    builder.set(rate, lanes.mul(globalRate, lanes.loadSplat(at(factors, tensor, lanes.bytes))))
    builder.set(tensor, i32.add(tensor, i32.const(1)))
    const end = i32.mul(tensor, i32.const(slotBytes))
    builder.set(tensorEnd, i32.select(i32.ltU(end, limit), end, limit))
    builder.while(i32.ltU(offset, tensorEnd), () => {
      finish(offset)
      builder.set(offset, i32.add(offset, i32.const(16)))
    })
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
