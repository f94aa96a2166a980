/** What rules a cause out, in words. */
import type { Ground, Observation } from '../causes/assessment.ts'

const observations = {
  training: 'training',
  'training error': 'the training error',
  'training and test error': 'training and test error',
  'shallow twin': 'the shallow twin',
  layers: 'the layers',
  activations: 'the activations',
  'units before training': 'the units before training',
  'signal before training': 'the signal before training',
  'correlation before training': 'the correlation before training',
  'gradients before training': 'the gradients before training',
  'removed blocks': 'removed blocks',
  'affine replacement': 'affine replacement',
} as const satisfies Readonly<Record<Observation, string>>

/** `float64`, `rate / 3, rate / 10`, `the shallow twin`; nothing of a cause that isn't ruled out. */
export function groundText(by: Ground | null): string {
  if (by === null) return ''
  return 'controls' in by ? by.controls.join(', ') : observations[by.observation]
}
