/** Update steps of the optimizers. An update runs over a whole tensor, regardless of the tensor's loop axes. */
import { type OpNode, sizeOf } from '../../graph/graph.ts'
import { type Numbers, type Operation, sum, vectorOf } from './operation.ts'

interface UpdateStep {
  readonly parameter: number
  /** One element of the gradient, after clipping. */
  readonly gradient: number
  readonly states: readonly number[]
  /**
   * Scalars of the update rule. The first scalar is the learning rate, multiplied by the parameter's own rate factor.
   */
  readonly scalars: readonly number[]
  readonly node: OpNode
}

/**
 * Returns the number in [-clipValue, clipValue] that is nearest to the given value, or the value itself if clipValue is
 * undefined.
 */
function limited(value: number, { clipValue }: OpNode['attributes']): number {
  return clipValue === undefined ? value : Math.max(-Number(clipValue), Math.min(Number(clipValue), value))
}

/**
 * Makes an update operation from a function that computes the new parameter and the new states of one element. The
 * arguments `states` and `scalars` are the numbers of state tensors and of scalars that the operation takes.
 */
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

/** Stochastic gradient descent: new parameter = parameter - rate * (gradient + weightDecay * parameter) */
export const sgdUpdate = update(0, 1, ({ parameter, gradient, scalars: [rate], node }) => {
  const decayed = gradient + Number(node.attributes.weightDecay) * parameter
  return [parameter - rate * decayed]
})

/**
 * Momentum in PyTorch's form: velocity = momentum * velocity + decayed, and
 * new parameter = parameter - rate * velocity, where decayed = gradient + weightDecay * parameter.
 * With Nesterov's momentum, new parameter = parameter - rate * (decayed + momentum * velocity).
 */
export const momentumUpdate = update(1, 2, ({ parameter, gradient, states: [velocity], scalars, node }) => {
  const [rate, momentum] = scalars
  const decayed = gradient + Number(node.attributes.weightDecay) * parameter
  const next = momentum * velocity + decayed
  const direction = node.attributes.nesterov === true ? decayed + momentum * next : next
  return [parameter - rate * direction, next]
})

/** Adagrad (Duchi, Hazan & Singer 2011), with weight decay that is added to the gradient. */
export const adagradUpdate = update(1, 1, ({ parameter, gradient, states: [squares], scalars: [rate], node }) => {
  const { initialAccumulator, epsilon, weightDecay } = node.attributes
  const decayed = gradient + Number(weightDecay) * parameter
  const next = squares + decayed * decayed
  return [parameter - (rate * decayed) / (Math.sqrt(Number(initialAccumulator) + next) + Number(epsilon)), next]
})

/** RMSprop's mean of the squared gradients, and the gradient divided by the root of this mean. */
function divided({ parameter, gradient, states: [second], node }: UpdateStep): readonly [number, number] {
  const { secondDecay, epsilon, weightDecay } = node.attributes
  const decayed = gradient + Number(weightDecay) * parameter
  const next = Number(secondDecay) * second + (1 - Number(secondDecay)) * decayed * decayed
  return [next, decayed / (Math.sqrt(next) + Number(epsilon))]
}

/** RMSprop (Tieleman & Hinton 2012): new parameter = parameter - rate * divided gradient. */
export const rmspropUpdate = update(1, 1, (element) => {
  const [second, direction] = divided(element)
  return [element.parameter - element.scalars[0] * direction, second]
})

/**
 * RMSprop with momentum: velocity = momentum * velocity + divided gradient, and new parameter = parameter - rate *
 * velocity.
 */
export const rmspropMomentumUpdate = update(2, 1, (element) => {
  const { parameter, states, scalars, node } = element
  const [second, direction] = divided(element)
  const velocity = Number(node.attributes.momentum) * states[1] + direction
  return [parameter - scalars[0] * velocity, second, velocity]
})

/**
 * Adam (Kingma & Ba 2015, algorithm 1). Decoupled weight decay gives AdamW (Loshchilov & Hutter 2019, algorithm 2).
 * AdamW multiplies the weight decay by the rate, as in PyTorch.
 */
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

/** Lion (Chen et al. 2023, algorithm 2), with weight decay that is applied separately from the gradient. */
export const lionUpdate = update(1, 1, ({ parameter, gradient, states: [mean], scalars: [rate], node }) => {
  const { firstDecay, secondDecay, weightDecay } = node.attributes
  const direction = Math.sign(Number(firstDecay) * mean + (1 - Number(firstDecay)) * gradient)
  const next = Number(secondDecay) * mean + (1 - Number(secondDecay)) * gradient
  return [parameter - rate * (direction + Number(weightDecay) * parameter), next]
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

/**
 * Factor that limits the norm of the gradient, as in PyTorch's clip_grad_norm_. The constant 1e-6 in the denominator is
 * the same as in PyTorch.
 */
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
