/** Order of the findings: the order of the causal chain, changed by the rank rules of some causes. */
import { type Cause, causes } from '../cause.ts'
import type { ControlName } from '../controls.ts'
import { type Evidence, recordsOf, recovery } from '../evidence.ts'
import type { View } from '../view.ts'
import type { Judged } from './assessment.ts'

/** Rank of a cause: before all other causes, or directly behind a cause that comes later in the causal chain. */
export type Rank = 'first' | { readonly behind: Cause }

type RankedCause = Pick<Judged<Cause, unknown>, 'cause' | 'onset'>

/** A rank rule returns undefined if the cause keeps its position in the causal chain. */
export type RankRule = (own: RankedCause, found: readonly RankedCause[], view: View) => Rank | undefined

/**
 * Returns the number by which a cause is sorted among the findings. Causes of rank `first` have negative numbers, in
 * the order of the causal chain.
 */
export function rankNumber(cause: Cause, rank: Rank | undefined): number {
  if (rank === undefined) return causes.indexOf(cause)
  return rank === 'first' ? causes.indexOf(cause) - causes.length : causes.indexOf(rank.behind) + 0.5
}

/**
 * Smallest recovered fraction of the loss gap at which a control proves that its changed setting is the first cause,
 * before all other findings. Signals and gradients are measured in the precision of the training, so a low precision
 * can distort the readings of signals and gradients. If causes tie, the cause whose cure restores the training comes
 * first.
 */
const fullyRestored = 0.9

export function isFullyRestored(evidence: Evidence, controls: readonly ControlName[]): boolean {
  return controls.some((control) => {
    const isRun = recordsOf(evidence, control).length >= evidence.seeds.length
    return isRun && (recovery(evidence, control) ?? 0) >= fullyRestored
  })
}
