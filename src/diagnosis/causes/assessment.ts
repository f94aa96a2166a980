/** Assessment of one cause from the evidence, as facts. The words for the facts are in src/diagnosis/wording/. */
import type { Cause } from '../cause.ts'
import type { ControlName } from '../controls.ts'
import { type Evidence, referenceOf, symptomOf } from '../evidence.ts'
import type { Measured } from '../measured.ts'

/** A control with a number of seeds, or a measurement, that would decide a cause. */
export type Need = { readonly control: ControlName; readonly seeds: number } | { readonly measurement: keyof Measured }

/** Observations that can rule a cause out without a control. */
export type Observation =
  | 'training'
  | 'training error'
  | 'training and test error'
  | 'shallow twin'
  | 'layers'
  | 'activations'
  | 'units before training'
  | 'signal before training'
  | 'correlation before training'
  | 'gradients before training'
  | 'removed blocks'
  | 'affine replacement'

/** The observation or the controls that ruled a cause out. */
export type Ground = { readonly observation: Observation } | { readonly controls: readonly ControlName[] }

export interface Judged<C extends Cause, Facts> {
  readonly cause: C
  readonly state: 'holds' | 'ruled out' | 'open'
  /** Score of a cause that holds: 0.5 at the limit, and closer to 1 far beyond the limit. Other causes have 0. */
  readonly score: number
  /** Ground that rules the cause out. The value is null for a cause that holds or is open. */
  readonly by: Ground | null
  /** Controls and measurements that would decide an open cause. The list is empty if only more seeds would decide. */
  readonly needs: readonly Need[]
  /**
   * First hidden stage beyond the limit of a cause that holds, counted from 0. The field is absent for causes without a
   * place.
   */
  readonly onset?: number
  /** Facts from which the state follows. `outcome` names the rule of the cause that applied. */
  readonly facts: Facts
}

/** A cause that was not tested, because of another finding or because no layer could be tried. */
export interface Untested<C extends Cause> {
  readonly cause: C
  readonly state: 'untested'
}

export type Assessed<C extends Cause, Facts> = Judged<C, Facts> | Untested<C>

/** Assessments of earlier causes. Some causes are only tested if no earlier cause holds. */
export type Earlier = readonly Pick<Assessed<Cause, unknown>, 'state'>[]

export function holds<C extends Cause, Facts>(cause: C, facts: Facts, score: number, onset?: number): Judged<C, Facts> {
  return { cause, state: 'holds', score, by: null, needs: [], onset, facts }
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

/** Returns a score of 0.5 for a value at the limit. The score approaches 1 for values far beyond the limit. */
export function scoreOf(value: number, limit: number): number {
  return Number.isFinite(value) ? value / (value + limit) : 1
}

/** The kind of comparison network: the same network with fewer layers, or a network that the user gave. */
export type TwinDepth = 'own' | 'given'

export const twinOf = ({ isTwinGiven }: Evidence): TwinDepth => (isTwinGiven ? 'given' : 'own')

/**
 * The network trains, so no cause is blamed. `twin`: kind of the comparison network, or null without a twin that
 * trains.
 */
export interface Harmless {
  readonly outcome: 'harmless'
  readonly twin: TwinDepth | null
}

/** Returns undefined if the training has a symptom that needs an explanation. */
export function harmlessness(evidence: Evidence): Harmless | undefined {
  if (symptomOf(evidence) !== 'none') return undefined
  return { outcome: 'harmless', twin: referenceOf(evidence) === undefined ? null : twinOf(evidence) }
}

/** Outcome of a mechanism from readings before training. `Beyond`: facts that exist only beyond the limits. */
export type Standing<Beyond = unknown> =
  | { readonly outcome: 'within limits' }
  | Harmless
  | ({ readonly outcome: 'beyond limits' } & Beyond)

interface MechanismReading<Facts, Beyond> {
  readonly observation: Observation
  readonly facts: Facts
  /** Score, onset and facts of a mechanism beyond its limits. Null within the limits. */
  readonly beyond: { readonly score: number; readonly onset?: number; readonly facts: Beyond } | null
}

/** A mechanism beyond its limits before training holds as a cause, unless the network trains anyway. */
export function mechanism<C extends Cause, Facts, Beyond>(
  cause: C,
  evidence: Evidence,
  { observation, facts, beyond }: MechanismReading<Facts, Beyond>,
): Judged<C, Facts & Standing<Beyond>> {
  if (beyond === null) return ruledOut(cause, { ...facts, outcome: 'within limits' }, { observation })
  const harmless = harmlessness(evidence)
  if (harmless) return ruledOut(cause, { ...facts, ...harmless }, { observation: 'training' })
  return holds(cause, { ...facts, ...beyond.facts, outcome: 'beyond limits' }, beyond.score, beyond.onset)
}
