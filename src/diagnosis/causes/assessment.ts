/** What is made of the evidence for one cause. */

import { number } from '../../format/words.ts'
import { summarise } from '../../numerics/statistics.ts'
import type { Cause } from '../cause.ts'
import type { ControlName } from '../controls.ts'
import { type Evidence, readingOf, recordsOf, recovery, referenceOf, symptomOf } from '../evidence.ts'
import type { Measured } from '../measured.ts'

/** A number behind a finding, and the limit that it is held against. */
export interface EvidenceRow {
  readonly name: string
  readonly value: number | null
  readonly limit: number | null
  readonly words: string
}

/** What would decide a cause: a control with so many seeds, or a measurement. */
export type Need = { readonly control: ControlName; readonly seeds: number } | { readonly measurement: keyof Measured }

export interface Assessment {
  readonly cause: Cause
  /** untested: another finding made it needless. */
  readonly state: 'holds' | 'ruled out' | 'open' | 'untested'
  /** Of what holds: 0.5 at its limit, towards 1 far beyond it. */
  readonly score: number
  readonly sentence: string
  /** What ruled it out. */
  readonly by: string
  readonly evidence: readonly EvidenceRow[]
  readonly needs: readonly Need[]
  /** The first hidden stage where it is beyond its limit, of what has a place. */
  readonly onset?: number
}

type Found = Pick<Assessment, 'sentence' | 'evidence'>

export function holds(cause: Cause, score: number, { sentence, evidence }: Found, onset?: number): Assessment {
  return { cause, state: 'holds', score, sentence, by: '', evidence, needs: [], onset }
}

export function ruledOut(cause: Cause, by: string, { sentence, evidence }: Found): Assessment {
  return { cause, state: 'ruled out', score: 0, sentence, by, evidence, needs: [] }
}

export function open(cause: Cause, needs: readonly Need[], { sentence, evidence }: Found): Assessment {
  return { cause, state: 'open', score: 0, sentence, by: '', evidence, needs }
}

export function untested(cause: Cause, sentence: string): Assessment {
  return { cause, state: 'untested', score: 0, sentence, by: '', evidence: [], needs: [] }
}

/** 0.5 where the value is at its limit, and nearer to 1 the further it is beyond. */
export function scoreOf(value: number, limit: number): number {
  return Number.isFinite(value) ? value / (value + limit) : 1
}

/** Why mechanisms aren't to blame where there is nothing to explain. */
export function withoutSymptom(cause: Cause, evidence: Evidence, rows: readonly EvidenceRow[]): Assessment | undefined {
  if (symptomOf(evidence) !== 'none') return undefined
  const than =
    referenceOf(evidence) === undefined
      ? 'it trains'
      : `it trains no worse than ${twinWords(evidence)}, beyond the spread of the seeds`
  return ruledOut(cause, 'training', { sentence: `${than}.`, evidence: rows })
}

/** What the patient is measured against. */
export function twinWords({ isTwinGiven }: Evidence): string {
  return isTwinGiven ? 'the network that it is compared with' : 'the same network with fewer layers'
}

/** Values of the hidden stages: the read-out's scale is its own affair. */
export function hiddenReading(...those: Parameters<typeof readingOf>): readonly number[] {
  return readingOf(...those).slice(0, -1)
}

export const firstOf = (values: readonly number[]): number => values.find((value) => !Number.isNaN(value)) ?? Number.NaN
export const lastOf = (values: readonly number[]): number =>
  values.findLast((value) => !Number.isNaN(value)) ?? Number.NaN
export const largestOf = (values: readonly number[]): number =>
  values.reduce((most, value) => (value > most ? value : most), Number.NEGATIVE_INFINITY)

/** A hidden stage for a sentence: `layer 12 of 60`. */
export function placeOf(evidence: Evidence, stage: number): string {
  return `layer ${stage + 1} of ${evidence.stages.length - 1}`
}

/** A control's answer: what it gives back of what the patient lacks. Its first seed decides where it gives nothing back. */
export type Answer =
  | { readonly kind: 'needs'; readonly need: Need }
  | { readonly kind: 'impossible' }
  | { readonly kind: 'restores' | "doesn't restore"; readonly recovery: number; readonly seeds: number }

/** A control that gives less than this back with one seed isn't run with others. */
const nothing = 0.25

/** What is given back of what it lacks, from which on a control restores the training. */
export const restoring = 0.75

export function answerOf(evidence: Evidence, control: ControlName): Answer {
  if (!evidence.applicable.has(control)) return { kind: 'impossible' }
  const runs = recordsOf(evidence, control).length
  const found = recovery(evidence, control)
  if (runs === 0 || found === null) return { kind: 'needs', need: { control, seeds: 1 } }
  const isSettled = runs >= evidence.seeds.length || found <= nothing
  if (!isSettled) return { kind: 'needs', need: { control, seeds: evidence.seeds.length } }
  return { kind: found >= restoring ? 'restores' : "doesn't restore", recovery: found, seeds: runs }
}

/** `training loss 0.31 instead of 2.30` with the same seeds, or what there is to say of runs that diverged. */
export function instead(evidence: Evidence, control: ControlName): string {
  const runs = recordsOf(evidence, control)
  const seeds = new Set(runs.map(({ seed }) => seed))
  const patients = recordsOf(evidence, 'patient').filter(({ seed }) => seeds.has(seed))
  const lossOf = (records: typeof runs): string | undefined => {
    const mean = summarise(records.map(({ train }) => train.loss))?.mean
    return mean === undefined ? undefined : number(mean)
  }
  const [changed, own] = [lossOf(runs), lossOf(patients)]
  if (changed === undefined) return own === undefined ? 'no finite loss either' : `no finite loss instead of ${own}`
  return `training loss ${changed} ${own === undefined ? 'where it diverged' : `instead of ${own}`}`
}
