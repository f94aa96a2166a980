/** What those who wait for a diagnosis are told. */
import type { TrialEvent } from '../trials/events.ts'
import type { Measured } from './measured.ts'
import type { DiagnosisTrial } from './trial-record.ts'

export type DiagnosisEvent =
  | TrialEvent<DiagnosisTrial>
  /** How many steps each training takes. */
  | { readonly kind: 'steps'; readonly steps: number }
  | { readonly kind: 'measuring'; readonly measurement: keyof Measured }
  /** What a user should know: that a training's line was broken and it is made again. */
  | { readonly kind: 'note'; readonly note: string }
