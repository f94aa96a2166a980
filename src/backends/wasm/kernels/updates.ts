/** The passes over whole parameters and states, loop axes and padding included (padding is zero and stays so). */
import { panelWidth } from '../../../plan/layout.ts'
import { i32, type Local, type Vector } from '../assembler.ts'
import { v128 } from '../lanes.ts'
import { at, forRange, type KernelContext, operandOf } from './operands.ts'

/** Elements in one unit of a flat partition. */
export const flatUnit = 2 * panelWidth

/** The thread's part of a tensor, as byte offsets. */
function elementRange({ builder, lanes, start, end }: KernelContext, elements: number) {
  const unitBytes = flatUnit * lanes.bytes
  const total = i32.const(elements * lanes.bytes)
  const last = i32.mul(end, i32.const(unitBytes))
  const limit = builder.local('i32', i32.select(i32.ltU(last, total), last, total))
  return { first: i32.mul(start, i32.const(unitBytes)), limit }
}

/** Calls `body` for each vector of the thread's part, with its byte offset in every tensor. */
function forElements(context: KernelContext, elements: number, body: (offset: Local<'i32'>) => void): void {
  const { first, limit } = elementRange(context, elements)
  forRange(context.builder, first, limit, 16, body)
}

function elementsOf({ kernel, lanes }: KernelContext): number {
  const { buffer } = kernel.operands[0].location
  return buffer.bytes / lanes.bytes
}

/** What every update has beside its own scalars. */
interface UpdateParts {
  /** Where the parameter, its gradient and its states are. */
  readonly pointers: readonly Local<'i32'>[]
  readonly targets: readonly Local<'i32'>[]
  readonly scalars: readonly Local<'v128'>[]
  readonly clip: Local<'v128'> | undefined
  readonly factors: Local<'i32'> | undefined
}

function partsOf(context: KernelContext): UpdateParts {
  const { builder, lanes, kernel } = context
  const [{ inputs, outputs, attributes }] = kernel.nodes
  const own = 1 + outputs.length
  const pointers = inputs.map((value) => operandOf(context, value).pointer)
  const layered = attributes.layered === true
  const splats = pointers
    .slice(own, layered ? -1 : undefined)
    .map((pointer) => builder.local('v128', lanes.loadSplat(pointer)))
  const clip = attributes.clipped === true ? splats.pop() : undefined
  return {
    // The parameter and the states are updated in place: what is read last is what is written.
    pointers: pointers.slice(0, own),
    targets: outputs.map((value) => operandOf(context, value).pointer),
    scalars: splats,
    clip,
    factors: layered ? pointers[pointers.length - 1] : undefined,
  }
}

/** One step on a vector: takes the parameter, its (clipped) gradient and states, gives the new parameter and states. */
type StepOnVector = (parameter: Local<'v128'>, gradient: Vector, states: readonly Vector[]) => readonly Vector[]

/**
 * Runs a step over the thread's part of a parameter. `createStep` gets the rate, times the tensor's own factor, and
 * the update's other scalars.
 */
function emitUpdate(
  context: KernelContext,
  createStep: (rate: Local<'v128'>, others: readonly Local<'v128'>[]) => StepOnVector,
): void {
  const { builder, lanes, kernel } = context
  const { pointers, targets, scalars, clip, factors } = partsOf(context)
  const [globalRate, ...others] = scalars
  const parameter = builder.local('v128')
  const emitElement = (step: StepOnVector, offset: Local<'i32'>): void => {
    const [first, gradientPointer, ...states] = pointers.map((pointer) => at(pointer, offset, 1))
    builder.set(parameter, v128.load(first))
    const gradient = v128.load(gradientPointer)
    const clipped = clip ? lanes.mul(clip, gradient) : gradient
    const next = step(
      parameter,
      clipped,
      states.map((state) => v128.load(state)),
    )
    // The parameter last: the others are computed from what it was.
    for (const [position, target] of [...targets.entries()].reverse()) {
      v128.store(builder, at(target, offset, 1), next[position])
    }
  }
  if (!factors) {
    const step = createStep(globalRate, others)
    forElements(context, elementsOf(context), (offset) => emitElement(step, offset))
    return
  }
  const slotBytes = kernel.operands[0].location.buffer.slotSize * lanes.bytes
  const rate = builder.local('v128', lanes.constant(0))
  const tensorEnd = builder.local('i32', i32.const(-1))
  const tensor = builder.local('i32')
  const step = createStep(rate, others)
  const { limit, first } = elementRange(context, elementsOf(context))
  builder.set(tensor, i32.divU(first, i32.const(slotBytes)))
  const offset = builder.local('i32', first)
  builder.while(i32.ltU(offset, limit), () => {
    builder.set(rate, lanes.mul(globalRate, lanes.loadSplat(at(factors, tensor, lanes.bytes))))
    builder.set(tensor, i32.add(tensor, i32.const(1)))
    const end = i32.mul(tensor, i32.const(slotBytes))
    builder.set(tensorEnd, i32.select(i32.ltU(end, limit), end, limit))
    builder.while(i32.ltU(offset, tensorEnd), () => {
      emitElement(step, offset)
      builder.set(offset, i32.add(offset, i32.const(16)))
    })
  })
}

/** gradient + weightDecay * parameter */
function decayed({ lanes, kernel }: KernelContext, parameter: Vector, gradient: Vector): Vector {
  const decay = Number(kernel.nodes[0].attributes.weightDecay)
  return decay === 0 ? gradient : lanes.madd(lanes.constant(decay), parameter, gradient)
}

/** parameter - rate * gradient */
export function emitSgdUpdate(context: KernelContext): void {
  const { lanes } = context
  emitUpdate(context, (rate) => (parameter, gradient) => [
    lanes.sub(parameter, lanes.mul(rate, decayed(context, parameter, gradient))),
  ])
}

/** velocity = momentum * velocity + gradient; parameter - rate * velocity (PyTorch's form), or Nesterov's */
export function emitMomentumUpdate(context: KernelContext): void {
  const { builder, lanes, kernel } = context
  const isNesterov = kernel.nodes[0].attributes.nesterov === true
  const gradientNow = builder.local('v128')
  const velocityNow = builder.local('v128')
  emitUpdate(context, (rate, [momentum]) => (parameter, gradient, [velocity]) => {
    builder.set(gradientNow, decayed(context, parameter, gradient))
    builder.set(velocityNow, lanes.madd(momentum, velocity, gradientNow))
    const direction = isNesterov ? lanes.madd(momentum, velocityNow, gradientNow) : velocityNow
    return [lanes.sub(parameter, lanes.mul(rate, direction)), velocityNow]
  })
}

/** Kingma & Ba 2015, algorithm 1; decoupled: Loshchilov & Hutter 2019, algorithm 2. */
export function emitAdamUpdate(context: KernelContext): void {
  const { builder, lanes, kernel } = context
  const { firstDecay, secondDecay, epsilon, weightDecay, decoupled } = kernel.nodes[0].attributes
  const [firstNow, secondNow, gradientNow, stepSize, shrink] = Array.from({ length: 5 }, () => builder.local('v128'))
  const decaysApart = decoupled === true && Number(weightDecay) > 0
  const blend = (decay: number, old: Vector, fresh: Vector): Vector =>
    lanes.madd(lanes.constant(decay), old, lanes.mul(lanes.constant(1 - decay), fresh))
  emitUpdate(context, (rate, [firstCorrection, secondCorrection]) => (parameter, gradient, [first, second]) => {
    builder.set(gradientNow, decoupled === true ? gradient : decayed(context, parameter, gradient))
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
