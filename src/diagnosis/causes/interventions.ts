/**
 * The interventions of each mechanism: minimal changes that remove the mechanism and leave as much as possible as it is.
 * A mechanism whose readings are beyond the limits is a suspect. It becomes a cause if one of its interventions restores
 * the training.
 */
import type { RemedyName } from '../../remedies/table.ts'
import type { Cause } from '../cause.ts'
import type { ControlOf } from '../controls.ts'

export type MechanismCause = Extract<
  Cause,
  | 'saturated-units'
  | 'dead-units'
  | 'exploding-signal'
  | 'vanishing-signal'
  | 'chaotic-signal'
  | 'vanishing-gradient'
  | 'correlation-collapse'
  | 'exploding-gradient'
>

/** An intervention: a remedy, or the weights of the network's own initializers instead of weights that the user gave. */
export type InterventionName = RemedyName | ControlOf<'drawn weights'>

/**
 * The interventions of each mechanism, the one that changes least first. Drawn weights apply only if the user gave weights.
 */
export const interventions: Readonly<Record<MechanismCause, readonly InterventionName[]>> = {
  'saturated-units': ['rescaled weights, zero biases', 'rescaled weights', 'drawn weights'],
  'dead-units': ['leaky units', 'rescaled weights, zero biases', 'drawn weights'],
  // A sum over residual branches grows although each branch keeps the scale of its input.
  'exploding-signal': ['multiplier 1/L', 'rescaled weights', 'rescaled weights, zero biases', 'drawn weights'],
  'vanishing-signal': ['rescaled weights', 'rescaled weights, zero biases', 'drawn weights'],
  'chaotic-signal': ['critical weights', 'drawn weights'],
  'vanishing-gradient': ['small epsilon', 'critical tanh', 'rates by layer', 'drawn weights'],
  'correlation-collapse': ['leaky slope by depth', 'critical weights', 'drawn weights'],
  'exploding-gradient': ['rates by layer', 'warm-up', 'drawn weights'],
}

export const isMechanism = (cause: Cause): cause is MechanismCause => Object.hasOwn(interventions, cause)
