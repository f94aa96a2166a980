/**
 * The interventions of each mechanism: minimal changes that remove the mechanism and leave as much as possible as it is.
 * A mechanism whose readings are beyond the limits is a suspect. It becomes a cause if one of its interventions restores
 * the training.
 */
import type { RemedyName } from '../../remedies/table.ts'
import type { Cause } from '../cause.ts'

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

/** The interventions of each mechanism, the one that changes least first. */
export const interventions: Readonly<Record<MechanismCause, readonly RemedyName[]>> = {
  'saturated-units': ['rescaled weights, zero biases', 'rescaled weights'],
  'dead-units': ['leaky units', 'rescaled weights, zero biases'],
  // A sum over residual branches grows although each branch keeps the scale of its input.
  'exploding-signal': ['multiplier 1/L', 'rescaled weights', 'rescaled weights, zero biases'],
  'vanishing-signal': ['rescaled weights', 'rescaled weights, zero biases'],
  'chaotic-signal': ['critical weights'],
  'vanishing-gradient': ['small epsilon', 'critical tanh', 'rates by layer'],
  'correlation-collapse': ['leaky slope by depth', 'critical weights'],
  'exploding-gradient': ['rates by layer', 'warm-up'],
}

export const isMechanism = (cause: Cause): cause is MechanismCause => Object.hasOwn(interventions, cause)
