/** Inputs and events of a prescription. */
import type { Dataset } from '../data/dataset.ts'
import type { Fact } from '../facts/fact.ts'
import type { Network } from '../network/network.ts'
import type { RacePlan } from '../prescription/plan.ts'
import type { Dropped, RacePart, Racer } from '../prescription/race-types.ts'
import type { PrescriptionTrial } from '../prescription/trainings.ts'
import type { TrainingSettings } from '../settings/options.ts'
import type { TrialEvent } from '../trials/events.ts'
import type { DataReference } from '../trials/spec.ts'

/** An event of a prescription: an event of one of its trainings, or the progress of the race. */
export type PrescriptionEvent =
  | TrialEvent<PrescriptionTrial>
  /** A note for the user. */
  | { readonly kind: 'note'; readonly note: string }
  /** Faults that can be read off the network, the data and the settings, before the first training. */
  | { readonly kind: 'facts'; readonly facts: readonly Fact[] }
  /** The plan of the race, before its first training. */
  | { readonly kind: 'plan'; readonly plan: RacePlan; readonly racers: readonly Racer[] }
  /** A new round of the race begins. `dropped`: candidates that did not reach it. */
  | { readonly kind: 'round'; readonly part: RacePart; readonly dropped: readonly Dropped[]; readonly guessing: number }

/** Inputs of a prescription. */
export interface PrescriptionRequest {
  readonly network: Network
  readonly data: Dataset
  readonly reference: DataReference
  /** Settings of the given training. */
  readonly settings: TrainingSettings
  readonly choosesSteps: boolean
  readonly seeds: readonly number[]
  readonly budgetSeconds: number
  /** Number of trainings side by side by which the race is planned. */
  readonly workers: number
  readonly notes: readonly string[]
  readonly abort?: AbortSignal
  readonly onEvent?: (event: PrescriptionEvent) => void
}
