/** The changes that can cure each cause: the change that proved the cause first, and then other remedies. */
import type { RemedyName } from '../remedies/table.ts'
import type { Cause } from './cause.ts'
import type { JudgedCause } from './causes/table.ts'
import { type ChangeName, type ControlName, nameAt } from './controls.ts'
import type { View } from './view.ts'

/** Remedies for each cause, the best evidence first. They are tried if the change that proved the cause is not enough. */
const curesOfCauses: Readonly<Record<Cause, readonly (RemedyName | 'shallow twin')[]>> = {
  'unscaled-data': [],
  'output-cannot-reach-targets': [],
  'no-nonlinearity': [],
  'over-regularized': [],
  'unbalanced-classes': [],
  'saturated-units': ['rescaled weights'],
  'dead-units': ['leaky units'],
  'exploding-signal': ['rescaled weights'],
  'vanishing-signal': ['rescaled weights'],
  'chaotic-signal': ['rescaled weights'],
  'vanishing-gradient': [],
  'correlation-collapse': [],
  'exploding-gradient': [],
  'numerical-error': ['rescaled weights'],
  'unstable-step': [],
  'step-too-small': [],
  'too-few-steps': [],
  'optimization-failure': ['shallow twin'],
  'under-capacity': [],
  overfitting: [],
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
export const otherCures = ({ applicable }: View, { cause }: JudgedCause): readonly ChangeName[] =>
  curesOfCauses[cause].filter((name) => applicable.has(name))
