/** The optimizers' steps, over whole tensors whatever their loop axes. */
import { type OpNode, sizeOf } from '../../graph/graph.ts'
import { type Numbers, type Operation, sum, vectorOf } from './operation.ts'

interface UpdateStep {
  readonly parameter: number
  /** Clipped. */
  readonly gradient: number
  readonly states: readonly number[]
  /** The rate is the parameter's own. */
  readonly scalars: readonly number[]
  readonly node: OpNode
}

/** The nearest number in [-clipValue, clipValue], where there is such an attribute. */
function limited(value: number, { clipValue }: OpNode['attributes']): number {
  return clipValue === undefined ? value : Math.max(-Number(clipValue), Math.min(Number(clipValue), value))
}

/** The new parameter and the new states of each element. */
function update(states: number, scalars: number, step: (element: UpdateStep) => readonly number[]): Operation {
  return (inputs, node) => {
    const { clipped, layered } = node.attributes
    const size = sizeOf(node.outputs[0].shape)
    const results = node.outputs.map(() => new Float64Array(size))
    const values = inputs.slice(2 + states, 2 + states + scalars).map(([value]) => value)
    const clip = clipped === true ? inputs[2 + states + scalars][0] : 1
    const factors: Numbers | undefined = layered === true ? inputs[inputs.length - 1] : undefined
    for (let index = 0; index < size; index++) {
      const factor = factors ? factors[Math.floor((index * factors.length) / size)] : 1
      const next = step({
        parameter: inputs[0][index],
        gradient: clip * limited(inputs[1][index], node.attributes),
        states: inputs.slice(2, 2 + states).map((state) => state[index]),
        scalars: [values[0] * factor, ...values.slice(1)],
        node,
      })
      next.forEach((value, position) => {
        results[position][index] = value
      })
    }
    return results
  }
}

/** parameter - rate * (gradient + weightDecay * parameter) */
export const sgdUpdate = update(0, 1, ({ parameter, gradient, scalars: [rate], node }) => {
  const decayed = gradient + Number(node.attributes.weightDecay) * parameter
  return [parameter - rate * decayed]
})

/**
 * velocity = momentum * velocity + gradient + weightDecay * parameter; parameter - rate * velocity (PyTorch's form), or
 * with Nesterov's momentum parameter - rate * (gradient + weightDecay * parameter + momentum * velocity)
 */
export const momentumUpdate = update(1, 2, ({ parameter, gradient, states: [velocity], scalars, node }) => {
  const [rate, momentum] = scalars
  const decayed = gradient + Number(node.attributes.weightDecay) * parameter
  const next = momentum * velocity + decayed
  const direction = node.attributes.nesterov === true ? decayed + momentum * next : next
  return [parameter - rate * direction, next]
})

/** Kingma & Ba 2015, algorithm 1; decoupled: Loshchilov & Hutter 2019, algorithm 2 (the decay times the rate, as in PyTorch). */
export const adamUpdate = update(2, 3, ({ parameter, gradient, states, scalars, node }) => {
  const { firstDecay, secondDecay, epsilon, weightDecay, decoupled } = node.attributes
  const [rate, firstCorrection, secondCorrection] = scalars
  const decay = Number(weightDecay)
  const decayed = decoupled === true ? gradient : gradient + decay * parameter
  const shrunk = decoupled === true ? parameter - rate * decay * parameter : parameter
  const first = Number(firstDecay) * states[0] + (1 - Number(firstDecay)) * decayed
  const second = Number(secondDecay) * states[1] + (1 - Number(secondDecay)) * decayed * decayed
  const deviation = Math.sqrt(second) * secondCorrection + Number(epsilon)
  return [shrunk - (rate * firstCorrection * first) / deviation, first, second]
})

export const norms: Operation = ([gradient], { outputs, attributes }) => {
  const [tensors] = outputs[0].shape
  const size = gradient.length / tensors
  const square = (index: number): number => limited(gradient[index], attributes) ** 2
  const norm = (tensor: number): number => Math.sqrt(sum(size, (index) => square(tensor * size + index)))
  return [vectorOf(tensors, norm)]
}

export const unmoved: Operation = ([parameter, gradient], { outputs, attributes }) => {
  const [tensors] = outputs[0].shape
  const size = gradient.length / tensors
  const factor = Math.fround(Number(attributes.factor))
  const stays = (index: number): boolean => {
    const weight = Math.fround(parameter[index])
    return Math.fround(weight - Math.fround(factor * gradient[index])) === weight
  }
  return [vectorOf(tensors, (tensor) => sum(size, (index) => Number(stays(tensor * size + index))))]
}

export const normOfAll: Operation = (inputs) => [
  Float64Array.of(
    Math.sqrt(sum(inputs.length, (position) => sum(inputs[position].length, (index) => inputs[position][index] ** 2))),
  ),
]

/** As PyTorch's clip_grad_norm_ has it, the small number included. */
export const clipFactor: Operation = ([[norm]], { attributes }) => [
  Float64Array.of(Math.min(1, Number(attributes.limit) / (norm + 1e-6))),
]

export const part: Operation = ([stacked], { inputs, outputs, attributes }) => {
  const [times] = inputs[0].shape
  const start = (stacked.length / times) * Number(attributes.first)
  return [Float64Array.from(stacked.subarray(start, start + sizeOf(outputs[0].shape)))]
}

export const join: Operation = (parts) => [Float64Array.from(parts.flatMap((values) => [...values]))]

export const zeros: Operation = (_inputs, { outputs }) => [new Float64Array(sizeOf(outputs[0].shape))]
