/** What is made of the evidence for one cause: facts. The words for them are in src/diagnosis/wording/. */
import type { Cause } from '../cause.ts'
import type { ControlName } from '../controls.ts'
import { type Evidence, referenceOf, symptomOf } from '../evidence.ts'
import type { Measured } from '../measured.ts'

/** What would decide a cause: a control with so many seeds, or a measurement. */
export type Need = { readonly control: ControlName; readonly seeds: number } | { readonly measurement: keyof Measured }

/** What a cause may be ruled out by, beside controls. */
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

/** What ruled a cause out. */
export type Ground = { readonly observation: Observation } | { readonly controls: readonly ControlName[] }

export interface Judged<C extends Cause, Facts> {
  readonly cause: C
  readonly state: 'holds' | 'ruled out' | 'open'
  /** Of a cause that holds: 0.5 at its limit, toward 1 far beyond it. Otherwise 0. */
  readonly score: number
  /** Of a cause that is ruled out. */
  readonly by: Ground | null
  /** What would decide a cause that is open; none where more seeds would. */
  readonly needs: readonly Need[]
  /** The first hidden stage where a cause that holds is beyond its limit, counted from 0; absent where it has no place. */
  readonly onset?: number
  /** What the state follows from. `outcome` says which of the cause's rules applied. */
  readonly facts: Facts
}

/** Another finding, or a lack of layers to try, made the test needless. */
export interface Untested<C extends Cause> {
  readonly cause: C
  readonly state: 'untested'
}

export type Assessed<C extends Cause, Facts> = Judged<C, Facts> | Untested<C>

/** What was made of the causes before: some are only looked for where none of these holds. */
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

/** 0.5 where the value is at its limit, and nearer to 1 the further it is beyond. */
export function scoreOf(value: number, limit: number): number {
  return Number.isFinite(value) ? value / (value + limit) : 1
}

/** What the network is measured against: itself with fewer layers, or a network that the user gave. */
export type TwinDepth = 'own' | 'given'

export const twinOf = ({ isTwinGiven }: Evidence): TwinDepth => (isTwinGiven ? 'given' : 'own')

/** The network trains: nothing is to blame for it. `twin`: what it trains no worse than, where there is one. */
export interface Harmless {
  readonly outcome: 'harmless'
  readonly twin: TwinDepth | null
}

/** Undefined where there is something to explain about the training. */
export function harmlessness(evidence: Evidence): Harmless | undefined {
  if (symptomOf(evidence) !== 'none') return undefined
  return { outcome: 'harmless', twin: referenceOf(evidence) === undefined ? null : twinOf(evidence) }
}

/** Where a mechanism stands with what was read before training. `Beyond`: facts that there are beyond its limits alone. */
export type Standing<Beyond = unknown> =
  | { readonly outcome: 'within limits' }
  | Harmless
  | ({ readonly outcome: 'beyond limits' } & Beyond)

interface MechanismReading<Facts, Beyond> {
  readonly observation: Observation
  readonly facts: Facts
  /** Null within its limits. */
  readonly beyond: { readonly score: number; readonly onset?: number; readonly facts: Beyond } | null
}

/** A mechanism that is beyond its limits before training is a cause, unless the network trains all the same. */
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
