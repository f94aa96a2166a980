/** The changes that can cure each cause: the change that proved the cause first, and then other remedies. */
import type { RemedyName } from '../remedies/table.ts'
import type { Cause } from './cause.ts'
import type { JudgedCause } from './causes/table.ts'
import { type ChangeName, type ControlName, nameAt } from './controls.ts'
import { symptomOf } from './evidence.ts'
import type { View } from './view.ts'

/** Remedies for each cause, the best evidence first. They are tried if the change that proved the cause is not enough. */
const curesOfCauses: Readonly<Record<Cause, readonly (RemedyName | 'shallow twin')[]>> = {
  'unscaled-data': [],
  'output-cannot-reach-targets': [],
  'no-nonlinearity': [],
  'over-regularized': [],
  'unbalanced-classes': [],
  'saturated-units': ['rescaled weights, zero biases', 'ReLU', 'batch normalization'],
  'dead-units': ['leaky units', 'rescaled weights, zero biases', 'SELU', 'batch normalization'],
  'exploding-signal': ['rescaled weights', 'He weights', 'multiplier 1/L', 'residual links', 'batch normalization'],
  'vanishing-signal': ['rescaled weights', 'He weights', 'residual links', 'batch normalization'],
  'chaotic-signal': ['critical weights', 'orthogonal weights', 'residual links'],
  'vanishing-gradient': ['ReLU', 'SELU', 'critical tanh', 'residual links', 'batch normalization'],
  'correlation-collapse': ['leaky slope by depth', 'residual links', 'batch normalization', 'orthogonal weights'],
  'exploding-gradient': ['residual links', 'warm-up', 'leaky slope by depth'],
  'numerical-error': ['rescaled weights, zero biases', 'batch normalization'],
  'unstable-step': ['clipped gradients', 'warm-up'],
  'step-too-small': [],
  'too-few-steps': [],
  'optimization-failure': ['residual links', 'leaky slope by depth', 'shallow twin'],
  'under-capacity': [],
  overfitting: ['augmentation', 'weight decay', 'dropout', 'shallow twin'],
  'useless-depth': ['shallow twin'],
}

/** The control whose trainings removed the cause of a finding, with all seeds of the diagnosis. */
export function provenControl(view: View, found: JudgedCause): ControlName | undefined {
  const { proof } = found
  if (proof !== undefined && 'control' in proof) return proof.control
  switch (found.cause) {
    case 'unstable-step':
    case 'step-too-small':
      return nameAt('network', view.best.network)
    case 'too-few-steps':
      return found.facts.longer ? nameAt(found.facts.longer.control, view.best.network) : undefined
    case 'under-capacity':
      return found.facts.outcome === 'too narrow' ? nameAt(found.facts.wider.control, view.best.network) : undefined
    case 'unscaled-data':
    case 'output-cannot-reach-targets':
    case 'no-nonlinearity':
    case 'over-regularized':
    case 'unbalanced-classes':
      return 'control' in found.facts ? found.facts.control : undefined
    default:
      return undefined
  }
}

/** The other changes that may cure a finding and apply to the network, the best evidence first. */
export function otherCures(view: View, { cause }: JudgedCause): readonly ChangeName[] {
  const names = isStillWorse(view, cause) ? curesOfCauses['optimization-failure'] : curesOfCauses[cause]
  return names.filter((name) => view.applicable.has(name))
}

/** Causes that another rate or length removes. */
const ofSteps: ReadonlySet<Cause> = new Set(['unstable-step', 'step-too-small', 'too-few-steps'])

/** Whether the rate or the length is the first cause, and the network is worse than its twin at its best rate too. */
export const isStillWorse = (view: View, cause: Cause): boolean =>
  ofSteps.has(cause) && symptomOf(view) === 'worse than its twin'
