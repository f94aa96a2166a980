/** Names the controls or the observation that ruled a cause out. */
import type { Ground, Observation } from '../causes/assessment.ts'

const observations = {
  training: 'training',
  facts: 'the network, the data and the settings',
  'training error': 'the training error',
  'training and test error': 'the training and test errors',
  'shallow twin': 'the shallow twin',
  'rate ladder': 'the ladder of rates',
  layers: 'the layers',
  activations: 'the activations',
  'units before training': 'the units before training',
  'signal before training': 'the signal before training',
  'correlation before training': 'the correlation before training',
  'gradients before training': 'the gradients before training',
  'removed blocks': 'the removal of residual blocks',
  'affine replacement': 'the replacement of layers by affine maps',
} as const satisfies Readonly<Record<Observation, string>>

/**
 * Names the ground that ruled a cause out, such as `float64`, `rate / 3, rate / 10` or `the shallow twin`. Returns an
 * empty text for a cause that is not ruled out.
 */
export function groundText(by: Ground | null): string {
  if (by === null) return ''
  return 'controls' in by ? by.controls.join(', ') : observations[by.observation]
}
