/** The last layer of a network, if the last layer limits the range of the outputs. */
import type { LayerBlueprint } from '../blueprint/blueprint.ts'
import type { ActivationName, OutputRange } from '../network/activations.ts'
import type { Layer } from '../network/network.ts'

/** A last layer that limits the outputs. */
export type LimitingOutput = 'softmax' | Exclude<ActivationName, 'identity' | 'leakyRelu'>

const infinity = Number.POSITIVE_INFINITY

/**
 * The range of the outputs behind each limiting layer. The lowest values of GELU, SiLU, Mish and hard swish lie at
 * inputs of about -1, and their other values below 0 are closer to 0.
 */
export const limits: Readonly<Record<LimitingOutput, OutputRange>> = {
  softmax: { low: 0, high: 1 },
  sigmoid: { low: 0, high: 1 },
  tanh: { low: -1, high: 1 },
  softsign: { low: -1, high: 1 },
  erf: { low: -1, high: 1 },
  relu6: { low: 0, high: 6 },
  relu: { low: 0, high: infinity },
  softplus: { low: 0, high: infinity },
  elu: { low: -1, high: infinity },
  selu: { low: -1.7581, high: infinity },
  gelu: { low: -0.17, high: infinity },
  silu: { low: -0.2785, high: infinity },
  mish: { low: -0.3089, high: infinity },
  hardSwish: { low: -0.375, high: infinity },
}

/**
 * The last layer of a network, if the last layer limits the outputs. Layers that change no output in an evaluation,
 * such as dropout, don't count as the last layer.
 */
export function limitingOutput(layer: LayerBlueprint): LimitingOutput | undefined {
  const { layer: own, children } = layer
  if (own.kind === 'chain' || own.kind === 'repeat') {
    const last = children.findLast((child) => !changesNothing(child.layer))
    return last && limitingOutput(last)
  }
  const name = own.kind === 'activation' ? own.function : own.kind
  return isLimiting(name) ? name : undefined
}

/** Whether a layer changes no output in an evaluation. */
export function changesNothing(layer: Layer): boolean {
  if (layer.kind === 'activation') return layer.function === 'identity'
  return layer.kind === 'dropout' || layer.kind === 'flatten'
}

/** Whether an activation or a layer limits the outputs of a network that ends in it. */
export const isLimiting = (name: string): name is LimitingOutput => Object.hasOwn(limits, name)
