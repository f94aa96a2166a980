/**
 * Proof by intervention. A mechanism whose readings are beyond the limits is a suspect. The suspect becomes a cause if the
 * network trains with a minimal change that removes the mechanism. The change must close three quarters of the gap
 * between the network and the best training of the diagnosis, beyond the spread of the seeds, at its own best rate. Half
 * of the gap is enough if the network learns nothing and learns with the change: the rest of the gap then belongs to other
 * effects of the depth.
 */
import { type ControlName, controlOf, nameAt } from '../controls.ts'
import {
  comparableMeans,
  type Evidence,
  endsFailures,
  meanOf,
  recordsOf,
  testError,
  trainingLoss,
} from '../evidence.ts'
import type { View } from '../view.ts'
import type { Need } from './assessment.ts'
import { halved, leastHelp, restoring } from './control-answers.ts'
import { type InterventionName, interventions, type MechanismCause } from './interventions.ts'
import { type Attempt, attemptsOf, missingRates, nextRates, type Trying } from './mended-runs.ts'
import type { Proof, Restoration } from './restoration.ts'

/** A proof, and the trainings that it needs. */
export interface ProofStep {
  readonly proof: Proof
  readonly needs: readonly Need[]
  /** The controls that were trained. */
  readonly controls: readonly ControlName[]
}

/** Smallest gap that an intervention can close, as a fraction of the loss of guessing. */
const leastGap = 0.1

/** The loss decides whether an intervention restores the training. */
const byLoss: Trying['measure'] = {
  error: trainingLoss,
  raw: ({ train }) => train.loss ?? Number.POSITIVE_INFINITY,
  test: testError,
}

/** Finds out whether an intervention restores the training. `suspects`: all mechanisms that are suspects. */
export function proofOf(cause: MechanismCause, suspects: readonly MechanismCause[], view: View): ProofStep {
  const names = interventions[cause].filter((name) => view.applicable.has(name))
  const known = { needs: [], controls: [] }
  if (names.length === 0) return { ...known, proof: { outcome: 'no intervention' } }
  const before = meanOf(view, 'network', trainingLoss) ?? view.chance.loss
  if (before < leastGap * view.chance.loss) return { ...known, proof: { outcome: 'no gap' } }
  // A training at a wrong rate says little, so the network's best rate comes first.
  const { needs } = view.ladders.network
  if (needs.length > 0) return { ...known, proof: { outcome: 'untried' }, needs }
  const goal = goalOf(suspects, view)
  const controls: ControlName[] = []
  let best: { readonly attempt: Attempt; readonly share: number; readonly name: InterventionName } | undefined
  for (const name of names) {
    const tried = tryOut(name, before, goal, view)
    controls.push(...tried.attempts.map(({ control }) => control))
    if (tried.needs.length > 0) return { proof: { outcome: 'untried' }, needs: tried.needs, controls }
    const [attempt] = tried.attempts
    if (attempt === undefined) continue
    const share = shareClosed(view.given, attempt.control, before, goal)
    if (best === undefined || share > best.share) best = { attempt, share, name }
    if (share >= restoring && attempt.isSure) break
  }
  if (best === undefined) return { ...known, proof: { outcome: 'no intervention' } }
  const { attempt, share, name } = best
  const found: Restoration = {
    intervention: name,
    control: attempt.control,
    rate: attempt.rate,
    before,
    after: meanOf(view.given, attempt.control, trainingLoss) ?? view.chance.loss,
    share,
    limit: restoring,
    seeds: attempt.seeds,
  }
  const isAlike = before - Math.min(goal, found.after) < leastGap * view.chance.loss
  if (isAlike) return { proof: { outcome: 'no gap' }, needs: [], controls }
  return { proof: { ...found, outcome: outcomeOf(found, attempt, view), moved: [] }, needs: [], controls }
}

function outcomeOf({ share, control }: Restoration, { isSure, base }: Attempt, { given, seeds }: View) {
  const isRestored = share >= restoring || (share >= halved && endsFailures(given, base, control))
  if (isRestored) return isSure && seeds.length >= 3 ? 'restores' : 'unsure'
  return share >= leastHelp && isSure ? 'contributes' : 'does not restore'
}

/** The trainings with an intervention, the best first, and the trainings that are still needed. */
function tryOut(
  control: InterventionName,
  before: number,
  goal: number,
  view: View,
): { readonly attempts: readonly Attempt[]; readonly needs: readonly Need[] } {
  const trying: Trying = { control, measure: byLoss, limit: restoring, isAtGivenRate: false }
  const start = view.best.network
  const attempts = attemptsOf(trying, view, start)
  const [most] = attempts
  const needAt = (name: ControlName, seeds: number): Need => ({ control: name, seeds, isAtGivenRate: true })
  const share = most === undefined ? 0 : shareSoFar(view, most, before, goal)
  const missing = missingRates(attempts, nextRates(trying, view, start), start, share >= restoring)
  if (missing.length > 0) return { attempts, needs: missing.map((at) => needAt(nameAt(control, at), 1)) }
  const isWorthwhile = share >= leastHelp && most.seeds < view.seeds.length
  return { attempts, needs: isWorthwhile ? [needAt(most.control, view.seeds.length)] : [] }
}

/**
 * The fraction of the gap that decides which trainings follow: with all seeds once they are trained, and with the first seed
 * before that. So the trainings do not depend on how many of them run side by side.
 */
function shareSoFar(
  { given, seeds }: View,
  { control, seeds: made, base }: Attempt,
  before: number,
  goal: number,
): number {
  if (made >= seeds.length) return shareClosed(given, control, before, goal)
  const [own, other] = [base, control].map((name) => recordsOf(given, name).slice(0, 1))
  const first: Evidence = { ...given, records: [...own, ...other] }
  return shareClosed(first, control, meanOf(first, base, trainingLoss) ?? before, goal)
}

/**
 * The fraction of the gap that a control closes. The control itself can have the lowest loss, also before all of its seeds
 * are trained.
 */
function shareClosed(given: Evidence, control: ControlName, before: number, goal: number): number {
  const after = meanOf(given, control, trainingLoss)
  const lowest = Math.min(goal, after ?? goal)
  return after === null || before <= lowest ? 0 : (before - after) / (before - lowest)
}

/**
 * The lowest mean loss that a comparable training of the diagnosis reached with at least two seeds. Cures do not count,
 * because the diagnosis tries them only after the verdict.
 */
function goalOf(suspects: readonly MechanismCause[], view: View): number {
  const { given } = view
  const names = new Set<string>(suspects.flatMap((cause) => interventions[cause]))
  const intervened = [...new Set(given.records.map(({ control }) => control))].filter(
    (control) =>
      names.has(controlOf(control).change) && recordsOf(given, control).length >= Math.min(2, view.seeds.length),
  )
  return Math.min(
    view.chance.loss,
    ...comparableMeans(given, trainingLoss),
    ...intervened.map((control) => meanOf(given, control, trainingLoss) ?? view.chance.loss),
  )
}
