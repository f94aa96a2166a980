/** What controls say: what they give back of what the network lacks, and what they take of its training error. */
import { summarize } from '../../numerics/statistics.ts'
import type { ControlName } from '../controls.ts'
import { difference, type Evidence, meanOf, recordsOf, recovery, trainingError } from '../evidence.ts'
import type { Need } from './assessment.ts'

/** A control's answer: what it gives back of what the network lacks. Its first seed decides where it gives nothing back. */
export type Answer =
  | { readonly kind: 'needs'; readonly need: Need }
  | { readonly kind: 'impossible' }
  | { readonly kind: 'restores' | "doesn't restore"; readonly recovery: number; readonly seeds: number }

/** A control that gives less than this back with one seed isn't run with others. */
export const leastHelp = 0.25

/** What is given back of what it lacks, from which on a control restores the training. */
export const restoring = 0.75

export function controlAnswer(evidence: Evidence, control: ControlName): Answer {
  if (!evidence.applicable.has(control)) return { kind: 'impossible' }
  const runs = recordsOf(evidence, control).length
  const found = recovery(evidence, control)
  if (runs === 0 || found === null) return { kind: 'needs', need: { control, seeds: 1 } }
  const isSettled = runs >= evidence.seeds.length || found <= leastHelp
  if (!isSettled) return { kind: 'needs', need: { control, seeds: evidence.seeds.length } }
  return { kind: found >= restoring ? 'restores' : "doesn't restore", recovery: found, seeds: runs }
}

/** Training losses in the mean of the seeds that a control was run with; null where all of them diverged. */
export interface LossChange {
  /** The network's. */
  readonly before: number | null
  /** The control's. */
  readonly after: number | null
}

export function lossChange(evidence: Evidence, control: ControlName): LossChange {
  const runs = recordsOf(evidence, control)
  const seeds = new Set(runs.map(({ seed }) => seed))
  const records = recordsOf(evidence, 'network').filter(({ seed }) => seeds.has(seed))
  const lossOf = (records: typeof runs): number | null =>
    summarize(records.map(({ train }) => train.loss))?.mean ?? null
  return { before: lossOf(records), after: lossOf(runs) }
}

/** Without a symptom, a training error above this is still worth a try at another rate. */
export const poorFit = 0.1

export function fitsPoorly(evidence: Evidence): boolean {
  const error = meanOf(evidence, 'network', trainingError) ?? 0
  return error >= Math.min(poorFit, evidence.chance.error / 2)
}

export interface Relief {
  /** Training errors in the mean of the seeds that the control was run with: the network's, and the control's. */
  readonly before: number
  readonly after: number
  /** What is taken away, over `before`. */
  readonly share: number
  /** Beyond the spread of the seeds. */
  readonly isSure: boolean
  readonly seeds: number
}

/** A change that halves the training error is the answer to it. */
export const halved = 0.5

/** How much of its training error a control takes away; null before it was run. */
export function relief(evidence: Evidence, control: ControlName): Relief | null {
  const found = difference(evidence, 'network', control, trainingError)
  if (!found) return null
  const { first: before, second: after, count: seeds } = found
  // Where there is no error with these seeds, only the others can tell.
  const share = before > 0 ? 1 - after / before : Number(seeds < evidence.seeds.length)
  return { before, after, share, isSure: found.verdict === 'better', seeds }
}
