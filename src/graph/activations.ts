/** What each activation function's derivative is computed from: its input, or its output where that is enough. */
import type { ActivationName } from '../network/network.ts'

const kept = {
  identity: 'output',
  relu: 'output',
  leakyRelu: 'output',
  tanh: 'output',
  sigmoid: 'output',
  softplus: 'output',
  selu: 'output',
  gelu: 'input',
  silu: 'input',
  erf: 'input',
} satisfies Record<ActivationName, 'input' | 'output'>

/** leakyRelu's output tells its input's sign, and so the derivative, unless the slope is negative. */
export function keptForGradient(name: ActivationName, slope: number): 'input' | 'output' {
  return name === 'leakyRelu' && slope < 0 ? 'input' : kept[name]
}

/** SELU's constants (Klambauer et al. 2017, eq. 14): scale and alpha that make mean 0 and variance 1 a fixed point. */
export const seluScale = 1.0507009873554805
export const seluAlpha = 1.6732632423543772
