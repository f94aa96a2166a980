/** What is said of controls: the question that each asks. */
import type { Need } from '../causes/assessment.ts'
import type { ControlName } from '../controls.ts'

const questions = {
  patient: 'the network as it is',
  'shallow twin': 'does the same network with fewer layers train better?',
  'shallower twin': 'does it with the fewest?',
  'rate / 3': 'is the step too large?',
  'rate / 10': 'is the step far too large?',
  float64: 'does arithmetic matter?',
  '3 x steps': 'is it only slower?',
  '4 x width': 'is it too narrow?',
  '16 x width': 'is it far too narrow?',
  'half the data': 'does less data widen the gap?',
  'random labels': 'can it learn labels that mean nothing by heart?',
} as const satisfies Readonly<Record<ControlName, string>>

/** What would decide a cause: `float64 with one seed (does arithmetic matter?)`. */
export function needText(need: Need): string {
  if ('measurement' in need) return 'a measurement on the trained network'
  const { control, seeds } = need
  return `${control} with ${seeds === 1 ? 'one seed' : `${seeds} seeds`} (${questions[control]})`
}
