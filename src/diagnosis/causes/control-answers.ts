/** Answers of controls: the recovered fraction of the loss gap, and the removed fraction of the training error. */
import { summarize } from '../../numerics/statistics.ts'
import type { ControlName } from '../controls.ts'
import { difference, type Evidence, meanOf, recordsOf, recovery, trainingError } from '../evidence.ts'
import type { Need } from './assessment.ts'

/** Answer of a control: the recovered fraction of the loss gap. One seed is enough if the first seed recovers nothing. */
export type Answer =
  | { readonly kind: 'needs'; readonly need: Need }
  | { readonly kind: 'impossible' }
  | { readonly kind: 'restores' | "doesn't restore"; readonly recovery: number; readonly seeds: number }

/** Recovered fraction up to which a control is not run with further seeds. */
export const leastHelp = 0.25

/** Smallest recovered fraction of the loss gap at which a control restores the training. */
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

/** Mean training losses over the seeds with which a control was run. A mean is null if all seeds diverged. */
export interface LossChange {
  /** Mean training loss of the network. */
  readonly before: number | null
  /** Mean training loss of the control. */
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

/** Smallest training error that is worth a smaller rate, even if the training has no symptom. */
export const poorFit = 0.1

export function fitsPoorly(evidence: Evidence): boolean {
  const error = meanOf(evidence, 'network', trainingError) ?? 0
  return error >= Math.min(poorFit, evidence.chance.error / 2)
}

export interface Relief {
  /** Training error of the network, as a mean over the seeds of the control. */
  readonly before: number
  /** Training error of the control, as a mean over its seeds. */
  readonly after: number
  /** Fraction of the training error that the control removes. */
  readonly share: number
  /** Whether the change is larger than the spread of the seeds. */
  readonly isSure: boolean
  readonly seeds: number
}

/** Smallest removed fraction of the training error at which a control explains the error. */
export const halved = 0.5

/** Returns the training error that a control removes, or null before the control was run. */
export function relief(evidence: Evidence, control: ControlName): Relief | null {
  const found = difference(evidence, 'network', control, trainingError)
  if (!found) return null
  const { first: before, second: after, count: seeds } = found
  // If the training error is 0 with the seeds of the control, only the other seeds can decide.
  const share = before > 0 ? 1 - after / before : Number(seeds < evidence.seeds.length)
  return { before, after, share, isSure: found.verdict === 'better', seeds }
}
