/** Which of several causes that hold is to be treated first: the order of the chain, but for rules that some causes have. */
import { type Cause, causes } from '../cause.ts'
import type { ControlName } from '../controls.ts'
import { type Evidence, recordsOf, recovery } from '../evidence.ts'
import type { Judged } from './assessment.ts'

/** Before the whole chain, or behind a cause that is later in it. */
export type Rank = 'first' | { readonly behind: Cause }

type RankedCause = Pick<Judged<Cause, unknown>, 'cause' | 'onset'>

/** Undefined where the cause keeps its place in the chain. */
export type RankRule = (own: RankedCause, found: readonly RankedCause[], evidence: Evidence) => Rank | undefined

/** A number to sort by: those before the chain are below 0, in the order of the chain among each other. */
export function rankNumber(cause: Cause, rank: Rank | undefined): number {
  if (rank === undefined) return causes.indexOf(cause)
  return rank === 'first' ? causes.indexOf(cause) - causes.length : causes.indexOf(rank.behind) + 0.5
}

/**
 * Where a control gives back so much of what the network lacks, what it changed is the cause, whatever else stands out: signals
 * and gradients are measured in the same arithmetic, and ties go to the cause whose cure restores training.
 */
const fullyRestored = 0.9

export function isFullyRestored(evidence: Evidence, controls: readonly ControlName[]): boolean {
  return controls.some((control) => {
    const isRun = recordsOf(evidence, control).length >= evidence.seeds.length
    return isRun && (recovery(evidence, control) ?? 0) >= fullyRestored
  })
}
