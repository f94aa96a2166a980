/**
 * The causes "unstable step" and "step too small": the ladder of rates shows whether another rate trains the network
 * better.
 */
import { nameAt, rateAt } from '../controls.ts'
import {
  difference,
  type Evidence,
  endsDivergence,
  endsFailures,
  fails,
  fitsFairly,
  goalOf,
  isSurelyBetter,
  lossAtRate,
  meanOf,
  recordsOf,
  trainingError,
} from '../evidence.ts'
import type { Rung } from '../ladder.ts'
import type { View } from '../view.ts'
import { holds, type Judged, type Need, open, ruledOut, scoreOf } from './assessment.ts'
import { clearShare, fitsPoorly, lowersTest, restoring } from './control-answers.ts'
import type { RankRule } from './rank.ts'

/** The trainings of the network at one rate, with all seeds. */
export interface RateResult {
  readonly rate: number
  /** Mean training error. A diverged training counts as guessing. */
  readonly error: number
  /** Mean training loss. A diverged training counts as ten times the loss of guessing. */
  readonly loss: number
  readonly diverged: number
  readonly seeds: number
}

/** A short training at one rate of the ladder. */
export interface TriedRate {
  readonly rate: number
  /** Training loss, or null if the training diverged. */
  readonly loss: number | null
}

export type StepFacts = {
  /**
   * Largest eigenvalue of the Hessian before training. The field `stability` is the ratio of the largest eigenvalue to
   * the stability limit of a quadratic loss.
   */
  readonly sharpness: { readonly eigenvalue: number; readonly stability: number | null } | null
  /** The short trainings, in rising order of the rates. */
  readonly ladder: readonly TriedRate[]
  readonly given: RateResult
} & (
  | { readonly outcome: 'fits' | 'unsettled' | 'all diverge' | 'no better rate' | 'too few seeds' }
  | {
      readonly outcome: 'another rate' | 'the other direction'
      readonly best: RateResult
      /** Fraction of the gap between the network's loss and the lowest comparable loss that the best rate closes. */
      readonly share: number
      readonly limit: number
      /** Training at the given rate with clipped gradients, if the network diverged. */
      readonly clipped: (RateResult & { readonly norm: number }) | null
    }
)

type StepCause = 'unstable-step' | 'step-too-small'

export const unstableStep = (view: View): Judged<'unstable-step', StepFacts> => assess('unstable-step', view, -1)
export const stepTooSmall = (view: View): Judged<'step-too-small', StepFacts> => assess('step-too-small', view, 1)

/** Assesses whether a lower rate (`direction` -1) or a higher rate (`direction` 1) is better. */
function assess<C extends StepCause>(cause: C, view: View, direction: 1 | -1): Judged<C, StepFacts> {
  const { given, ladders, measured, best } = view
  const known = {
    sharpness: measured.sharpness ?? null,
    ladder: ladders.network.short.map((rung) => triedRate(view, rung)),
    given: resultAt(view, 0),
  }
  const hasDiverged = recordsOf(given, 'network').some(({ diverged }) => diverged !== null)
  if (fitsFairly(given) && !hasDiverged)
    return ruledOut(cause, { ...known, outcome: 'fits' }, { observation: 'training' })
  const { needs, short, whole } = ladders.network
  if (best.network !== 0 && view.seeds.length < 3) return open(cause, { ...known, outcome: 'too few seeds' }, [])
  if (best.network !== 0 && isMaterial(view)) {
    const share = shareOf(view)
    const found = { best: resultAt(view, best.network), share, limit: restoring, clipped: clippedOf(view) }
    const isDirection = Math.sign(best.network) === direction
    if (isDirection) return holds(cause, { ...known, ...found, outcome: 'another rate' }, scoreOf(share, restoring))
    if (needs.length === 0) {
      return ruledOut(cause, { ...known, ...found, outcome: 'the other direction' }, { observation: 'rate ladder' })
    }
  }
  if (needs.length > 0) return open(cause, { ...known, outcome: 'unsettled' }, needs)
  // While the network and all its controls diverge, the step is not ruled out.
  const isAlive = [...short, ...whole].some(({ loss }) => loss !== null)
  if (!isAlive && short.length > 0) return open(cause, { ...known, outcome: 'all diverge' }, clippingNeed(view))
  return ruledOut(cause, { ...known, outcome: 'no better rate' }, { observation: 'rate ladder' })
}

const triedRate = ({ rate }: Evidence, { position, loss }: Rung): TriedRate => ({ rate: rateAt(rate, position), loss })

/** Returns the result of the network at a position of the ladder. */
function resultAt(view: View, position: number): RateResult {
  const name = nameAt('network', position)
  return { ...resultOf(view.given, name), rate: rateAt(view.rate, position) }
}

function resultOf(evidence: Evidence, name: Parameters<typeof recordsOf>[1]): Omit<RateResult, 'rate'> {
  const records = recordsOf(evidence, name)
  return {
    error: meanOf(evidence, name, trainingError) ?? Number.NaN,
    loss: meanOf(evidence, name, lossAtRate) ?? Number.NaN,
    diverged: records.filter(({ diverged }) => diverged !== null).length,
    seeds: records.length,
  }
}

/**
 * Whether the best rate is clearly better than the given rate, beyond the spread of the seeds. The training error must be
 * lower by a fifth. If the training error is large, a loss that is lower by a fifth counts, too. A rate at which no seed
 * fails is also better than a rate at which seeds fail.
 */
function isMaterial({ given, best }: View): boolean {
  const name = nameAt('network', best.network)
  if (endsFailures(given, 'network', name) || endsDivergence(given, 'network', name)) return true
  if (!lowersTest(given, 'network', name)) return false
  // A training error that is large says little about a difference, so the loss counts too.
  const { loss, error } = given.chance
  const [byError, byLoss] = [
    { measure: trainingError, guessing: error },
    { measure: lossAtRate, guessing: loss },
  ]
  return (fitsPoorly(given) ? [byError, byLoss] : [byError]).some(({ measure, guessing }) => {
    const change = difference(given, 'network', name, measure)
    const isLarge = change !== null && -change.mean >= clearShare * change.first
    return isLarge && isSurelyBetter(given, 'network', name, measure, guessing)
  })
}

/** The fraction of the gap between the given training and the lowest comparable loss that the best rate closes. */
function shareOf(view: View): number {
  const { given, best } = view
  const goal = Math.min(goalOf(view), meanOf(given, nameAt('network', best.network), lossAtRate) ?? 0)
  const [before, after] = [0, best.network].map((at) => meanOf(given, nameAt('network', at), lossAtRate) ?? 0)
  return before > goal ? (before - after) / (before - goal) : 0
}

function clippedOf({ given, rate }: View): (RateResult & { readonly norm: number }) | null {
  const records = recordsOf(given, 'clipped gradients')
  return records.length === 0 ? null : { ...resultOf(given, 'clipped gradients'), rate, norm: 1 }
}

/** The training with clipped gradients, which is needed if the network diverges at every rate. */
function clippingNeed({ given }: View): Need[] {
  if (!given.applicable.has('clipped gradients') || recordsOf(given, 'clipped gradients').length > 0) return []
  return [{ control: 'clipped gradients', seeds: given.seeds.length, isAtGivenRate: true }]
}

/**
 * The step ranks before the effects in the layers if the network trains at the best rate. The best rate must also close
 * most of the gap to the lowest comparable loss. Effects in the layers that another rate overcomes are then no obstacle.
 */
export const stepRank: RankRule = (_own, _found, view) =>
  view.best.network !== 0 && !fails(view, 'network') && shareOf(view) >= restoring ? 'first' : undefined
