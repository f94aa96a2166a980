/**
 * Updates of the optimizers. An update is either a pass over a whole parameter and its states, or the tail of the
 * kernel that computes the gradient. An update pass includes the parameter's padding, which is zero and stays zero.
 */
import { type OpNode, sizeOf, type Value } from '../../../graph/graph.ts'
import { isUpdateOp, type UpdateOp } from '../../../graph/optimizers/table.ts'
import { assertInvariant } from '../../../support/errors.ts'
import { i32, type Local, type Vector } from '../assembler.ts'
import { type Lanes, v128 } from '../lanes.ts'
import { flatUnit } from '../plan/layout.ts'
import { limited } from './norms.ts'
import { at, forRange, type KernelContext, operandOf } from './operands.ts'

/** Range of a tensor's elements that the thread processes, in byte offsets. */
function elementRange({ builder, lanes, start, end }: KernelContext, elements: number) {
  const unitBytes = flatUnit * lanes.bytes
  const total = i32.const(elements * lanes.bytes)
  const last = i32.mul(end, i32.const(unitBytes))
  const limit = builder.local('i32', i32.select(i32.ltU(last, total), last, total))
  return { first: i32.mul(start, i32.const(unitBytes)), limit }
}

/** Calls `body` for each vector of the thread's range of elements, with the vector's byte offset in every tensor. */
export function forElements(context: KernelContext, elements: number, body: (offset: Local<'i32'>) => void): void {
  const { first, limit } = elementRange(context, elements)
  forRange(context.builder, first, limit, 16, body)
}

/** Number of elements in the memory of the kernel's first operand, including the padding and all stacked tensors. */
function elementsOf({ kernel }: KernelContext): number {
  const [{ value, location }] = kernel.operands
  return location.buffer.slotSize * sizeOf(value.shape.slice(0, location.axes.length))
}

/** Operands of an update, as pointers and registers. */
interface UpdateParts {
  readonly parameter: Local<'i32'>
  /** Pointer to the gradient, or undefined if the kernel of the update has just computed the gradient in registers. */
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

/**
 * One optimizer step on a vector of a parameter. The step function takes the parameter, the (clipped) gradient and the
 * states, and returns the new parameter and the new states.
 */
type StepOnVector = (parameter: Local<'v128'>, gradient: Vector, states: readonly Vector[]) => readonly Vector[]

/**
 * Makes the optimizer step from the learning rate and the update's other scalars. The learning rate may be specific to
 * one tensor of a stack.
 */
type CreateStep = (
  context: KernelContext,
  node: OpNode,
  rate: Local<'v128'>,
  others: readonly Local<'v128'>[],
) => StepOnVector

/** The gradient with weight decay: gradient + weightDecay * parameter. */
function decayed({ lanes }: KernelContext, { attributes }: OpNode, parameter: Vector, gradient: Vector): Vector {
  const decay = Number(attributes.weightDecay)
  return decay === 0 ? gradient : lanes.madd(lanes.constant(decay), parameter, gradient)
}

/** Stochastic gradient descent: new parameter = parameter - rate * gradient. */
const sgdStep: CreateStep = (context, node, rate) => (parameter, gradient) => {
  const { lanes } = context
  return [lanes.sub(parameter, lanes.mul(rate, decayed(context, node, parameter, gradient)))]
}

/**
 * Momentum in PyTorch's form: velocity = momentum * velocity + gradient, and new parameter = parameter - rate *
 * velocity. With Nesterov's momentum, new parameter = parameter - rate * (gradient + momentum * velocity).
 */
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

/** Mean of old and fresh values: decay * old + (1 - decay) * fresh. */
function blend({ lanes }: KernelContext, decay: number, old: Vector, fresh: Vector): Vector {
  return lanes.madd(lanes.constant(decay), old, lanes.mul(lanes.constant(1 - decay), fresh))
}

/**
 * Makes a function that applies weight decay to a parameter, separately from the gradient: parameter * (1 - rate *
 * weightDecay).
 */
function createShrink(
  { builder, lanes }: KernelContext,
  { attributes }: OpNode,
  rate: Local<'v128'>,
): (parameter: Local<'v128'>) => void {
  const decay = Number(attributes.weightDecay)
  if (decay === 0) return () => {}
  const shrink = builder.local('v128')
  return (parameter) => {
    builder.set(shrink, lanes.sub(lanes.constant(1), lanes.mul(rate, lanes.constant(decay))))
    builder.set(parameter, lanes.mul(parameter, shrink))
  }
}

/**
 * Adagrad (Duchi, Hazan & Singer 2011): sum = sum + gradient^2, and new parameter = parameter - rate * gradient /
 * (sqrt(initialAccumulator + sum) + epsilon).
 */
const adagradStep: CreateStep = (context, node, rate) => {
  const { builder, lanes } = context
  const [initial, epsilon] = [node.attributes.initialAccumulator, node.attributes.epsilon].map(Number)
  const gradientNow = builder.local('v128')
  const squaresNow = builder.local('v128')
  return (parameter, gradient, [squares]) => {
    builder.set(gradientNow, decayed(context, node, parameter, gradient))
    builder.set(squaresNow, lanes.madd(gradientNow, gradientNow, squares))
    const all = initial === 0 ? squaresNow : lanes.add(squaresNow, lanes.constant(initial))
    const deviation = lanes.add(lanes.sqrt(all), lanes.constant(epsilon))
    return [lanes.sub(parameter, lanes.div(lanes.mul(rate, gradientNow), deviation)), squaresNow]
  }
}

/**
 * Makes the part of RMSprop's step that computes the new mean of the squared gradients, and the gradient divided by the
 * root of this mean (Tieleman & Hinton 2012).
 */
function createDivided(context: KernelContext, node: OpNode) {
  const { builder, lanes } = context
  const [secondDecay, epsilon] = [node.attributes.secondDecay, node.attributes.epsilon].map(Number)
  const gradientNow = builder.local('v128')
  const secondNow = builder.local('v128')
  return (parameter: Vector, gradient: Vector, second: Vector): readonly [Vector, Vector] => {
    builder.set(gradientNow, decayed(context, node, parameter, gradient))
    builder.set(secondNow, blend(context, secondDecay, second, lanes.mul(gradientNow, gradientNow)))
    return [secondNow, lanes.div(gradientNow, lanes.add(lanes.sqrt(secondNow), lanes.constant(epsilon)))]
  }
}

/** RMSprop: new parameter = parameter - rate * divided gradient. */
const rmspropStep: CreateStep = (context, node, rate) => {
  const { lanes } = context
  const divided = createDivided(context, node)
  return (parameter, gradient, [second]) => {
    const [secondNow, direction] = divided(parameter, gradient, second)
    return [lanes.sub(parameter, lanes.mul(rate, direction)), secondNow]
  }
}

/**
 * RMSprop with momentum: velocity = momentum * velocity + divided gradient, and new parameter = parameter - rate *
 * velocity.
 */
const rmspropMomentumStep: CreateStep = (context, node, rate) => {
  const { builder, lanes } = context
  const divided = createDivided(context, node)
  const momentum = lanes.constant(Number(node.attributes.momentum))
  const velocityNow = builder.local('v128')
  return (parameter, gradient, [second, velocity]) => {
    const [secondNow, direction] = divided(parameter, gradient, second)
    builder.set(velocityNow, lanes.madd(momentum, velocity, direction))
    return [lanes.sub(parameter, lanes.mul(rate, velocityNow)), secondNow, velocityNow]
  }
}

/** Adam (Kingma & Ba 2015, algorithm 1), or AdamW if the decay is decoupled (Loshchilov & Hutter 2019, algorithm 2). */
const adamStep: CreateStep = (context, node, rate, [firstCorrection, secondCorrection]) => {
  const { builder, lanes } = context
  const { firstDecay, secondDecay, epsilon, decoupled } = node.attributes
  const [firstNow, secondNow, gradientNow, stepSize] = Array.from({ length: 4 }, () => builder.local('v128'))
  const shrink = decoupled === true ? createShrink(context, node, rate) : () => {}
  return (parameter, gradient, [first, second]) => {
    builder.set(gradientNow, decoupled === true ? gradient : decayed(context, node, parameter, gradient))
    builder.set(firstNow, blend(context, Number(firstDecay), first, gradientNow))
    builder.set(secondNow, blend(context, Number(secondDecay), second, lanes.mul(gradientNow, gradientNow)))
    builder.set(stepSize, lanes.mul(rate, firstCorrection))
    shrink(parameter)
    const deviation = lanes.madd(lanes.sqrt(secondNow), secondCorrection, lanes.constant(Number(epsilon)))
    const change = lanes.div(lanes.mul(stepSize, firstNow), deviation)
    return [lanes.sub(parameter, change), firstNow, secondNow]
  }
}

/** Lion (Chen et al. 2023, algorithm 2): the update is the rate times the sign of a mean of gradients. */
const lionStep: CreateStep = (context, node, rate) => {
  const { builder, lanes } = context
  const [firstDecay, secondDecay] = [node.attributes.firstDecay, node.attributes.secondDecay].map(Number)
  const [gradientNow, meanNow, direction] = Array.from({ length: 3 }, () => builder.local('v128'))
  const shrink = createShrink(context, node, rate)
  return (parameter, gradient, [mean]) => {
    builder.set(gradientNow, gradient)
    builder.set(meanNow, mean)
    builder.set(direction, blend(context, firstDecay, meanNow, gradientNow))
    shrink(parameter)
    const change = lanes.mul(rate, signOf(lanes, direction))
    return [lanes.sub(parameter, change), blend(context, secondDecay, meanNow, gradientNow)]
  }
}

/** The sign of each lane: 1, -1, or the lane itself if the lane is 0 or NaN. */
function signOf(lanes: Lanes, values: Local<'v128'>): Vector {
  const one = v128.or(v128.and(values, lanes.constant(-0)), lanes.constant(1))
  return v128.select(lanes.gt(lanes.abs(values), lanes.constant(0)), one, values)
}

const steps = {
  sgdUpdate: sgdStep,
  momentumUpdate: momentumStep,
  adagradUpdate: adagradStep,
  rmspropUpdate: rmspropStep,
  rmspropMomentumUpdate: rmspropMomentumStep,
  adamUpdate: adamStep,
  lionUpdate: lionStep,
} satisfies Record<UpdateOp, CreateStep>

/**
 * Emits an update of one vector in every tensor of the update. The updated vector lies `shift` bytes beyond `offset`.
 * The argument `gradient`, if given, replaces the gradient in memory.
 */
type FinishVector = (offset: Local<'i32'>, shift?: number, gradient?: Vector) => void

function createFinish(context: KernelContext, node: OpNode, parts: UpdateParts, rate: Local<'v128'>): FinishVector {
  const { builder, lanes } = context
  const { op } = node
  assertInvariant(isUpdateOp(op), `${op} is not an update of an optimizer`)
  const step = steps[op](context, node, rate, parts.scalars.slice(1))
  const parameter = builder.local('v128')
  return (offset, shift = 0, made = undefined) => {
    const load = (pointer: Local<'i32'>): Vector => v128.load(at(pointer, offset, 1), shift)
    const gradient = made ?? (parts.gradient && load(parts.gradient))
    assertInvariant(gradient !== undefined, `expected ${op} to have a gradient in memory or in registers`)
    builder.set(parameter, load(parts.parameter))
    const own = limited(lanes, node.attributes, gradient)
    const next = step(parameter, parts.clip ? lanes.mul(parts.clip, own) : own, parts.states.map(load))
    // The parameter is stored last, because the new states are computed from the old parameter.
    for (const [position, target] of [...parts.targets.entries()].reverse()) {
      v128.store(builder, at(target, offset, 1), next[position], shift)
    }
  }
}

/**
 * Makes the tail of a kernel that has just computed a gradient in registers: the update that uses this gradient.
 * Returns undefined if the kernel contains no update.
 */
export function createUpdateTail(context: KernelContext): FinishVector | undefined {
  const [, node] = context.kernel.nodes
  if (!node) return undefined
  const parts = partsOf(context, node)
  return createFinish(context, node, parts, parts.scalars[0])
}

/** Emits an optimizer's update as a pass over a whole parameter. */
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

/** Emits the update of a running statistic: (1 - momentum) * running + momentum * correction * statistic. */
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
