/**
 * Assessment of one cause of poor training, as facts that follow from the evidence. The sentences that report the facts
 * of a cause to users are in src/diagnosis/wording/.
 */
import type { Cause } from '../cause.ts'
import type { ControlName } from '../controls.ts'
import { type Evidence, referenceOf, symptomOf } from '../evidence.ts'
import type { Measured } from '../measured.ts'
import type { Proof } from './restoration.ts'

/** Evidence that would decide whether a cause holds: a control training with a number of seeds, or a measurement. */
export type Need =
  | {
      /** A control without a rate is trained at the network's best rate. */
      readonly control: ControlName
      readonly seeds: number
      /** Whether a control without a rate is trained at the rate of the diagnosed training. */
      readonly isAtGivenRate?: boolean
      /** Whether the trainings have fresh seeds, as the trainings that measure a cure. */
      readonly isFresh?: boolean
    }
  | { readonly measurement: keyof Measured }

/** Observations that can rule a cause out without a control training. */
export type Observation =
  | 'training'
  | 'facts'
  | 'training error'
  | 'training and test error'
  | 'shallow twin'
  | 'rate ladder'
  | 'layers'
  | 'activations'
  | 'units before training'
  | 'signal before training'
  | 'correlation before training'
  | 'gradients before training'
  | 'removed blocks'
  | 'affine replacement'

/** The observation or the control trainings that ruled a cause out. */
export type Ground = { readonly observation: Observation } | { readonly controls: readonly ControlName[] }

export interface Judged<C extends Cause, Facts> {
  readonly cause: C
  /** A suspect is a mechanism whose readings are beyond the limits, before an intervention has tested it. */
  readonly state: 'holds' | 'ruled out' | 'open' | 'suspect'
  /**
   * Score of a cause that holds: 0.5 if the measured value is at its limit, and closer to 1 far beyond the limit. A
   * cause that does not hold has a score of 0.
   */
  readonly score: number
  /** Ground that rules the cause out, or null for a cause that holds or is open. */
  readonly by: Ground | null
  /**
   * Control trainings and measurements that would decide an open cause. The list `needs` is empty if only more seeds
   * would decide the cause.
   */
  readonly needs: readonly Need[]
  /**
   * Index of the first hidden stage whose reading is beyond the limit of the cause, counted from 0. The field `onset`
   * is absent for causes that do not begin at a certain layer.
   */
  readonly onset?: number
  /** Result of the interventions that test a suspect; absent for causes that no intervention tests. */
  readonly proof?: Proof
  /**
   * Facts from which the state of the cause follows. The field `outcome` of the facts names the rule that decided the
   * state.
   */
  readonly facts: Facts
}

/** A cause that was not tested, because an earlier cause already holds or because no layer could be tested. */
export interface Untested<C extends Cause> {
  readonly cause: C
  readonly state: 'untested'
}

export type Assessed<C extends Cause, Facts> = Judged<C, Facts> | Untested<C>

/**
 * Assessments of the causes that come earlier in the causal chain. Some causes are tested only if no earlier cause
 * holds.
 */
export type Earlier = readonly Pick<Assessed<Cause, unknown>, 'state'>[]

export function holds<C extends Cause, Facts>(cause: C, facts: Facts, score: number, onset?: number): Judged<C, Facts> {
  return { cause, state: 'holds', score, by: null, needs: [], onset, facts }
}

export function suspect<C extends Cause, Facts>(
  cause: C,
  facts: Facts,
  score: number,
  onset?: number,
): Judged<C, Facts> {
  return { cause, state: 'suspect', score, by: null, needs: [], onset, facts }
}

export function ruledOut<C extends Cause, Facts>(cause: C, facts: Facts, by: Ground): Judged<C, Facts> {
  return { cause, state: 'ruled out', score: 0, by, needs: [], facts }
}

export function open<C extends Cause, Facts>(cause: C, facts: Facts, needs: readonly Need[]): Judged<C, Facts> {
  return { cause, state: 'open', score: 0, by: null, needs, facts }
}

export function untested<C extends Cause>(cause: C): Untested<C> {
  return { cause, state: 'untested' }
}

/**
 * Returns the score of a cause: 0.5 for a measured value at the limit, and close to 1 for values far beyond the limit.
 */
export function scoreOf(value: number, limit: number): number {
  return Number.isFinite(value) ? value / (value + limit) : 1
}

/** The kind of comparison network: the same network with fewer layers, or a network that the user gave. */
export type TwinDepth = 'own' | 'given'

export const twinOf = ({ isTwinGiven }: Evidence): TwinDepth => (isTwinGiven ? 'given' : 'own')

/**
 * Outcome of a cause that is ruled out because the training has no symptom that needs an explanation. The field `twin`
 * is the kind of the comparison network, or null if no twin trains.
 */
export interface Harmless {
  readonly outcome: 'harmless'
  readonly twin: TwinDepth | null
}

/** Returns the outcome `harmless`, or undefined if the training has a symptom that needs an explanation. */
export function harmlessness(evidence: Evidence): Harmless | undefined {
  if (symptomOf(evidence) !== 'none') return undefined
  return { outcome: 'harmless', twin: referenceOf(evidence) === undefined ? null : twinOf(evidence) }
}

/**
 * Outcome of a test that judges a mechanism by readings before training. The type `Beyond` holds the facts that exist
 * only if readings are beyond the limits.
 */
export type Standing<Beyond = unknown> =
  | { readonly outcome: 'within limits' }
  | Harmless
  | ({ readonly outcome: 'beyond limits' } & Beyond)

interface MechanismReading<Facts, Beyond> {
  readonly observation: Observation
  readonly facts: Facts
  /**
   * Score, onset and facts of a mechanism whose readings are beyond the limits, or null if the readings are within the
   * limits.
   */
  readonly beyond: { readonly score: number; readonly onset?: number; readonly facts: Beyond } | null
}

/**
 * Assesses a mechanism. The mechanism is a suspect if its readings before training are beyond the limits and the training
 * has a symptom.
 */
export function mechanism<C extends Cause, Facts, Beyond>(
  cause: C,
  evidence: Evidence,
  { observation, facts, beyond }: MechanismReading<Facts, Beyond>,
): Judged<C, Facts & Standing<Beyond>> {
  if (beyond === null) return ruledOut(cause, { ...facts, outcome: 'within limits' }, { observation })
  const harmless = harmlessness(evidence)
  if (harmless) return ruledOut(cause, { ...facts, ...harmless }, { observation: 'training' })
  return suspect(cause, { ...facts, ...beyond.facts, outcome: 'beyond limits' }, beyond.score, beyond.onset)
}
