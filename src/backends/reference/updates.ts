/** The optimizers' steps, over whole tensors whatever their loop axes. */
import { sizeOf } from '../../graph/graph.ts'
import { byElement, type Operation } from './operation.ts'

/** parameter - rate * (gradient + weightDecay * parameter) */
export const sgdUpdate = byElement(([parameter, gradient, rate], index, _column, { attributes }) => {
  const decayed = gradient[index] + Number(attributes.weightDecay) * parameter[index]
  return parameter[index] - rate[0] * decayed
})

/** velocity = momentum * velocity + gradient + weightDecay * parameter; parameter - rate * velocity (PyTorch's form) */
export const momentumUpdate: Operation = ([parameter, gradient, velocity, rate], { attributes, outputs }) => {
  const nextVelocity = new Float64Array(sizeOf(outputs[1].shape))
  const next = new Float64Array(sizeOf(outputs[0].shape))
  for (let index = 0; index < next.length; index++) {
    const decayed = gradient[index] + Number(attributes.weightDecay) * parameter[index]
    nextVelocity[index] = Number(attributes.momentum) * velocity[index] + decayed
    next[index] = parameter[index] - rate[0] * nextVelocity[index]
  }
  return [next, nextVelocity]
}

export const zeros: Operation = (_inputs, { outputs }) => [new Float64Array(sizeOf(outputs[0].shape))]
