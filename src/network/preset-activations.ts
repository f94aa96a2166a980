/** The activations that presets offer: the activation functions, and the layer PReLU with its trained slopes. */
import { type Activation, type ActivationName, activationNames, activations } from './activations.ts'
import { activation, prelu } from './layers.ts'
import type { Layer } from './network.ts'

export type PresetActivation = ActivationName | 'prelu'

export const presetActivations: readonly PresetActivation[] = activationNames.flatMap((name) =>
  name === 'leakyRelu' ? [name, 'prelu' as const] : [name],
)

/** The activations whose option `slope` sets the slope for negative inputs. PReLU's slopes start at this number. */
export const withSlope: readonly PresetActivation[] = ['leakyRelu', 'prelu']

/** The layer of an activation. Only the activations in `withSlope` take a slope. */
export function activationLayer(name: PresetActivation, slope?: number): Layer {
  return name === 'prelu' ? prelu({ slope }) : activation(name, { slope })
}

/** Default initializer of the dense presets that use the activation. PReLU starts like a ReLU, so PReLU takes `he`. */
export function initializerOf(name: PresetActivation): Activation['initializer'] {
  return name === 'prelu' ? 'he' : activations[name].initializer
}
