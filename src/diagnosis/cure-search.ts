/**
 * The search for a cure. The changes that proved the findings come first, because they are measured already. Other
 * remedies follow until one is good enough. The chosen change is then measured with fresh seeds, because a change that was
 * chosen for its results looks better than it is. All steps follow from the records alone, so a resumed diagnosis finds the
 * same cure.
 */
import { causes } from './cause.ts'
import type { Need } from './causes/assessment.ts'
import { clearShare, halved } from './causes/control-answers.ts'
import { measureOf } from './causes/measures.ts'
import { attemptsOf, missingRates, nextRates, type Trying } from './causes/mended-runs.ts'
import type { JudgedCause } from './causes/table.ts'
import { type ChangeName, type ControlName, nameAt } from './controls.ts'
import { isStillWorse, otherCures, provenControl } from './cure-candidates.ts'
import { comparableMeans, isSmallError, meanOf, recordsOf } from './evidence.ts'
import { freshSeedCounts } from './fresh-seeds.ts'
import type { Judgment } from './judge.ts'
import type { TrialRecord } from './trial-record.ts'
import type { View } from './view.ts'

export interface CureSearch {
  /** The trainings that the search needs next; empty if the search is over. */
  readonly needs: readonly Need[]
  /** The control that cures the first finding, measured with fresh seeds, or null if none was found. */
  readonly control: ControlName | null
  /** The control that waits for its trainings with fresh seeds, or null. */
  readonly waiting: ControlName | null
}

const nothing: CureSearch = { needs: [], control: null, waiting: null }

/**
 * The next step of the search for a cure of the first finding. Without a finding, a cure is sought for the first suspect that
 * no intervention proved, because the network fails all the same. If `mayTry` is false, no further change is tried, and the
 * best change so far is measured with fresh seeds.
 */
export function searchCure(
  view: View,
  judgment: Pick<Judgment, 'findings' | 'open' | 'ruledOut'>,
  mayTry = true,
): CureSearch {
  const { findings } = judgment
  const first = findings.at(0) ?? firstSuspect(judgment)
  if (first === undefined) return nothing
  const rejected: ControlName[] = []
  const proven = [...new Set([...findings, first].flatMap((one) => provenControl(view, one) ?? []))]
  for (const control of proven) {
    const isChosen = isGoodEnough(view, control, first) || !hasOtherCures(view, first)
    if (!isChosen) continue
    const step = verify(view, control, first)
    if (step !== 'rejected') return step
    rejected.push(control)
  }
  const tried: ControlName[] = [...proven]
  for (const change of otherCures(view, first)) {
    const { control, needs } = tryOut(view, change, first)
    if (needs.length > 0 && mayTry) return { ...nothing, needs }
    if (control === undefined || rejected.includes(control)) continue
    tried.push(control)
    if (!isGoodEnough(view, control, first)) continue
    const step = verify(view, control, first)
    if (step !== 'rejected') return step
    rejected.push(control)
  }
  return bestOf(
    view,
    first,
    tried.filter((control) => !rejected.includes(control)),
  )
}

/** The first mechanism beyond its limits that no intervention proved, in the order of the causal chain. */
function firstSuspect({ open, ruledOut }: Pick<Judgment, 'open' | 'ruledOut'>): JudgedCause | undefined {
  const suspects = [...open, ...ruledOut].filter(({ proof }) => proof !== undefined && proof.outcome !== 'no gap')
  return suspects.toSorted((one, other) => causes.indexOf(one.cause) - causes.indexOf(other.cause)).at(0)
}

/**
 * If no change is good enough, the best one that helps clearly is measured with fresh seeds. Of changes that help alike, the
 * first one wins.
 */
function bestOf(view: View, first: JudgedCause, tried: readonly ControlName[]): CureSearch {
  const { error } = measureOf(first.cause)
  const errorOf = (control: ControlName): number => meanOf(view.given, control, error) ?? Number.POSITIVE_INFINITY
  const helping = tried.filter((control) => errorOf(control) <= (1 - clearShare) * errorOf('network'))
  const lowest = Math.min(...helping.map(errorOf))
  const rankOf = (control: ControlName): number => (errorOf(control) <= alike * lowest ? 0 : errorOf(control))
  for (const control of helping.toSorted((one, other) => rankOf(one) - rankOf(other))) {
    const step = verify(view, control, first)
    if (step !== 'rejected') return step
  }
  return nothing
}

/**
 * Whether other remedies can be better than the change that proved the cause. They can for an effect in the layers, and for a
 * network that is still worse than its twin.
 */
const hasOtherCures = (view: View, { proof, cause }: JudgedCause): boolean =>
  proof !== undefined || cause === 'optimization-failure' || isStillWorse(view, cause)

/**
 * Asks for the trainings with fresh seeds, and accepts or rejects the control after that. More fresh seeds follow if the
 * budget allows.
 */
function verify(view: View, control: ControlName, first: JudgedCause): CureSearch | 'rejected' {
  const made = view.fresh.filter((record) => record.control === control)
  const need = (seeds: number): Need => ({ control, seeds, isAtGivenRate: true, isFresh: true })
  if (made.length < freshSeedCounts.least) {
    return { needs: [need(freshSeedCounts.least)], control: null, waiting: control }
  }
  if (!keepsPromise(view, made, first)) return 'rejected'
  return { needs: made.length < freshSeedCounts.most ? [need(freshSeedCounts.most)] : [], control, waiting: null }
}

/** Whether the change helps with fresh seeds too: no seed diverges, and the error is clearly lower than without it. */
function keepsPromise(view: View, made: readonly TrialRecord[], { cause }: JudgedCause): boolean {
  if (made.some(({ diverged }) => diverged !== null)) return false
  const { error } = measureOf(cause)
  const before = meanOf(view.given, 'network', error) ?? Number.POSITIVE_INFINITY
  const after = made.reduce((sum, record) => sum + error(view, record) / made.length, 0)
  // Fewer layers are a cure for useless depth if they are no worse.
  const most = cause === 'useless-depth' ? alike * before : (1 - clearShare) * before
  return after <= most || isSmallError(view, after)
}

/**
 * Whether a change is so good that no other change is tried: its error is small, or about as low as that of the best
 * training of the diagnosis.
 */
function isGoodEnough(view: View, control: ControlName, { cause }: JudgedCause): boolean {
  const { given } = view
  const { error } = measureOf(cause)
  const after = meanOf(given, control, error)
  const records = recordsOf(given, control)
  if (after === null || records.some(({ diverged }) => diverged !== null)) return false
  if (after <= Math.min(smallError, given.chance.error / 10)) return true
  if (cause === 'useless-depth') return after <= alike * (meanOf(given, 'network', error) ?? 0)
  const isClear = after <= (1 - clearShare) * (meanOf(given, 'network', error) ?? 0)
  // If no training of the diagnosis learns much, the lowest error says nothing about the possible one.
  const lowest = Math.min(...comparableMeans(given, error))
  return isClear && lowest <= halved * given.chance.error && after <= alike * lowest
}

/** Training error below which no better cure is sought. */
const smallError = 0.05
/** Largest ratio of an error to another error at which both count as alike. */
const alike = 1.1

/** The best training with a change, and the trainings that are needed to find it. */
function tryOut(
  view: View,
  change: ChangeName,
  first: JudgedCause,
): { readonly control?: ControlName; readonly needs: readonly Need[] } {
  const trying: Trying = {
    control: change,
    measure: measureOf(first.cause),
    limit: halved,
    isAtGivenRate: false,
  }
  const start = view.best.network
  const attempts = attemptsOf(trying, view, start)
  const [best] = attempts
  const isDone = best !== undefined && isGoodEnough(view, best.control, first)
  const missing = missingRates(attempts, nextRates(trying, view, start), start, isDone)
  return {
    control: best?.control,
    needs: missing.map((at): Need => ({ control: nameAt(change, at), seeds: 1, isAtGivenRate: true })),
  }
}
