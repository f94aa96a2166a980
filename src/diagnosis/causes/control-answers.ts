/**
 * Answers of control trainings: the recovered fraction of the loss gap, and the removed fraction of the training error.
 */
import { summarize } from '../../numerics/statistics.ts'
import { type ControlName, controlOf } from '../controls.ts'
import {
  difference,
  type Evidence,
  isSurelyBetter,
  leastEffect,
  meanOf,
  recordsOf,
  recovery,
  testError,
  trainingError,
} from '../evidence.ts'
import type { Need } from './assessment.ts'

/**
 * Answer of a control training: the recovered fraction of the loss gap. A control is trained with only one seed if this
 * training recovers at most a quarter of the loss gap.
 */
export type Answer =
  | { readonly kind: 'needs'; readonly need: Need }
  | { readonly kind: 'impossible' }
  | { readonly kind: 'restores' | "doesn't restore"; readonly recovery: number; readonly seeds: number }

/** Recovered fraction of the loss gap up to which a control is not trained with further seeds. */
export const leastHelp = 0.25

/** Smallest recovered fraction of the loss gap at which a control counts as restoring the training. */
export const restoring = 0.75

export function controlAnswer(evidence: Evidence, control: ControlName): Answer {
  if (!evidence.applicable.has(controlOf(control).change)) return { kind: 'impossible' }
  const runs = recordsOf(evidence, control).length
  const found = recovery(evidence, control)
  if (runs === 0 || found === null) return { kind: 'needs', need: { control, seeds: 1 } }
  const isSettled = runs >= evidence.seeds.length || found <= leastHelp
  if (!isSettled) return { kind: 'needs', need: { control, seeds: evidence.seeds.length } }
  return { kind: found >= restoring ? 'restores' : "doesn't restore", recovery: found, seeds: runs }
}

/**
 * Mean training losses of the network and of a control, over the seeds with which the control was trained. A training that
 * diverged counts as guessing. A mean loss is null if the training diverged with all seeds.
 */
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
    records.every(({ train }) => train.loss === null)
      ? null
      : (summarize(records.map(({ train }) => train.loss ?? evidence.chance.loss))?.mean ?? null)
  return { before: lossOf(records), after: lossOf(runs) }
}

/** Smallest fraction of the training error whose removal counts as a clear improvement. */
export const clearShare = 0.2

/**
 * Whether a control has a clearly higher test error than the network. A lower training error then comes from samples
 * that are learned by heart.
 */
export function worsensTest(evidence: Evidence, control: ControlName): boolean {
  return difference(evidence, 'network', control, testError)?.verdict === 'worse'
}

/**
 * Whether a control lowers the test error too, or the test loss without raising the test error. A lower training error
 * alone can come from samples that are learned by heart. Without test samples, the training error decides.
 */
export function lowersTest(evidence: Evidence, first: ControlName, second: ControlName): boolean {
  const error = difference(evidence, first, second, testError)
  if (error === null || error.second <= (1 - leastEffect) * error.first) return true
  const loss = difference(evidence, first, second, ({ chance }, { test, diverged }) =>
    diverged === null ? test.loss : chance.loss,
  )
  return loss !== null && loss.second <= (1 - leastEffect) * loss.first && error.second <= error.first
}

/** Smallest training error at which wider networks are tried even if the training has no symptom. */
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
  /** Whether the change of the training error is larger than the spread of the seeds. */
  readonly isSure: boolean
  readonly seeds: number
}

/** Smallest fraction of the training error that a control must remove to explain the error. */
export const halved = 0.5

/** Returns how much of the training error a control removes, or null if the control has not been trained. */
export function relief(evidence: Evidence, control: ControlName): Relief | null {
  const found = difference(evidence, 'network', control, trainingError)
  if (!found) return null
  const { first: before, second: after, count: seeds } = found
  // If the network's training error is 0 with the seeds of the control, only the seeds with which the control has not
  // been trained yet can decide.
  const share = before > 0 ? 1 - after / before : Number(seeds < evidence.seeds.length)
  return {
    before,
    after,
    share,
    isSure: isSurelyBetter(evidence, 'network', control, trainingError, evidence.chance.error),
    seeds,
  }
}
