/** Events that a diagnosis reports while the diagnosis runs. */
import type { TrialEvent } from '../trials/events.ts'
import type { Measured } from './measured.ts'
import type { DiagnosisTrial } from './trial-record.ts'

export type DiagnosisEvent =
  | TrialEvent<DiagnosisTrial>
  /** Reports the number of steps of each training. */
  | { readonly kind: 'steps'; readonly steps: number }
  | { readonly kind: 'measuring'; readonly measurement: keyof Measured }
  /** A message for the user: the stored line of a training was damaged, so the training is repeated. */
  | { readonly kind: 'note'; readonly note: string }
