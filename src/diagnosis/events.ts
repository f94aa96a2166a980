/** Events that a diagnosis reports while the diagnosis runs. */
import type { Fact } from '../facts/fact.ts'
import type { TrialEvent } from '../trials/events.ts'
import type { Measured } from './measured.ts'
import type { DiagnosisTrial } from './trial-record.ts'

export type DiagnosisEvent =
  /** The facts that stand out before any training. */
  | { readonly kind: 'facts'; readonly facts: readonly Fact[] }
  | TrialEvent<DiagnosisTrial>
  /** Reports the number of steps of each training. */
  | { readonly kind: 'steps'; readonly steps: number }
  | { readonly kind: 'measuring'; readonly measurement: keyof Measured }
  /** A message for the user: the stored line of a training was damaged, so the training is repeated. */
  | { readonly kind: 'note'; readonly note: string }
