/**
 * Causes in the setup of a training: data that are not scaled, an output that can't reach its targets, a network without
 * a nonlinearity, too much regularization, and unbalanced classes. Each is confirmed by trainings with this one thing
 * mended.
 */
import { nameAt } from '../controls.ts'
import { endsFailures, goodEnough, leastEffect } from '../evidence.ts'
import type { View } from '../view.ts'
import { type Assessed, holds, type Need, open, ruledOut, scoreOf } from './assessment.ts'
import { clearShare } from './control-answers.ts'
import { attemptsOf, closesGap, type Mended, nextRates } from './mended-runs.ts'
import { type OutputLimit, outputLimit } from './output-limits.ts'
import type { RankRule } from './rank.ts'
import { type SetupCause, setups } from './setup-table.ts'

export type SetupFacts =
  | { readonly outcome: 'nothing to mend' | 'within limits' | 'fits' | 'untried' }
  | (Mended & {
      readonly outcome: 'mended' | 'too few seeds' | 'not mended' | 'costs test error'
      /** Limit that the outputs set to the error, if a mended training goes below it. */
      readonly floor: OutputLimit | null
    })

export function setupCause<C extends SetupCause>(cause: C, view: View): Assessed<C, SetupFacts> {
  const setup = setups[cause]
  const { control, isAtGivenRate, mustLowerTest } = setup
  const { seeds, best } = view
  if (!view.applicable.has(control)) return ruledOut(cause, { outcome: 'nothing to mend' }, { observation: 'facts' })
  if (!setup.isSuspect(view)) return ruledOut(cause, { outcome: 'within limits' }, { observation: 'facts' })
  if (setup.fits(isAtGivenRate ? view.given : view)) {
    return ruledOut(cause, { outcome: 'fits' }, { observation: 'training' })
  }
  const start = isAtGivenRate ? 0 : best.network
  const tried = attemptsOf(setup, view, start)
  const [most] = tried
  const missing = most !== undefined && most.share >= setup.limit ? [] : nextRates(setup, view, start)
  if (missing.length > 0) {
    const needs = missing.map((at): Need => ({ control: nameAt(control, at), seeds: 1, isAtGivenRate: true }))
    return open(cause, { outcome: 'untried' }, needs)
  }
  if (most === undefined) return ruledOut(cause, { outcome: 'nothing to mend' }, { observation: 'facts' })
  if (Math.max(most.share, most.rawShare) >= clearShare && most.seeds < seeds.length) {
    return open(cause, { outcome: 'untried' }, [{ control: most.control, seeds: seeds.length, isAtGivenRate: true }])
  }
  const { base, rawShare: _, ...mended } = most
  const floor = cause === 'output-cannot-reach-targets' ? outputLimit(view, most.control) : null
  const facts = { ...mended, floor }
  const by = { controls: tried.map((one) => one.control) }
  if (floor !== null) return holds(cause, { ...facts, outcome: 'mended' }, scoreOf(floor.error, goodEnough))
  const isLarge =
    most.share >= setup.limit || (most.share >= clearShare && endsFailures(view.given, base, most.control))
  if (!isLarge && !closesGap(view, most)) return ruledOut(cause, { ...facts, outcome: 'not mended' }, by)
  if (seeds.length < 3) return open(cause, { ...facts, outcome: 'too few seeds' }, [])
  if (!most.isSure) return ruledOut(cause, { ...facts, outcome: 'not mended' }, by)
  const { test } = most
  const allowed = mustLowerTest ? 1 - clearShare : 1 + leastEffect
  if (test !== null && test.after > allowed * test.before) {
    return ruledOut(cause, { ...facts, outcome: 'costs test error' }, by)
  }
  return holds(cause, { ...facts, outcome: 'mended' }, most.share)
}

/**
 * A fault in the data or the outputs comes before its effects, and a rate that suits the fault is no cure. A linear network
 * has no such rank, because a better rate can be all that it needs.
 */
export const setupRank: RankRule = () => 'first'
