/** The cause "too few steps": the network is right and the training is too short. */
import { assertInvariant } from '../../support/errors.ts'
import { type ControlOf, controlsOf } from '../controls.ts'
import { type Evidence, endsFailures, fitsFairly, meanOf, recordsOf, symptomOf, trainingError } from '../evidence.ts'
import type { View } from '../view.ts'
import { holds, type Judged, open, ruledOut } from './assessment.ts'
import { clearShare, fitsPoorly, lowersTest, type Relief, relief } from './control-answers.ts'

export type TooFewStepsFacts = {
  /** Mean training error of the network at its best rate. */
  readonly error: number
  readonly longer: (Relief & { readonly control: ControlOf<'steps'>; readonly limit: number }) | null
} & {
  readonly outcome:
    | 'fits'
    | 'not falling'
    | 'untried'
    | 'too few seeds'
    | 'too short'
    | 'not too short'
    | 'within the spread'
    | 'memorizes'
    | 'length of the diagnosis'
}

const lengths = controlsOf('steps')

/** Assesses whether more steps lower the training error by a fifth, beyond the spread of the seeds. */
export function tooFewSteps(view: View): Judged<'too-few-steps', TooFewStepsFacts> {
  const cause = 'too-few-steps'
  const error = meanOf(view, 'network', trainingError) ?? Number.NaN
  if (fitsFairly(view)) return ruledOut(cause, { error, longer: null, outcome: 'fits' }, { observation: 'training' })
  if (relief(view, lengths[0]) === null && !isFalling(view) && !fitsPoorly(view)) {
    return ruledOut(cause, { error, longer: null, outcome: 'not falling' }, { observation: 'training' })
  }
  let found: Judged<'too-few-steps', TooFewStepsFacts> | undefined
  for (const control of lengths) {
    found = byLength(view, control, error)
    if (found.state !== 'ruled out' || !isUnclear(view, found.facts)) break
  }
  assertInvariant(found !== undefined, 'no control has more steps')
  return found
}

/** Number of steps below which a training counts as short, so that ten times the steps are tried. */
const fewSteps = 500

/**
 * Whether ten times the steps are tried after three times the steps. The user must have chosen the steps, and three times
 * the steps help within the spread of the seeds, or do not help a short training that needs an explanation.
 */
function isUnclear(view: View, { outcome }: TooFewStepsFacts): boolean {
  if (!view.hasOwnSteps) return false
  const steps = Math.max(...recordsOf(view, 'network').map((record) => record.steps))
  return (
    outcome === 'within the spread' || (outcome === 'not too short' && steps < fewSteps && symptomOf(view) !== 'none')
  )
}

function byLength(view: View, control: ControlOf<'steps'>, error: number): Judged<'too-few-steps', TooFewStepsFacts> {
  const cause = 'too-few-steps'
  const found = relief(view, control)
  // A longer training at a wrong rate says little, so the rate comes first.
  if (found === null) {
    const { needs } = view.ladders.network
    return open(cause, { error, longer: null, outcome: 'untried' }, needs.length > 0 ? needs : [{ control, seeds: 1 }])
  }
  const facts = { error, longer: { ...found, control, limit: clearShare } }
  const by = { controls: [control] }
  if (found.share < clearShare) return ruledOut(cause, { ...facts, outcome: 'not too short' }, by)
  if (found.seeds < view.seeds.length) {
    return open(cause, { ...facts, outcome: 'untried' }, [{ control, seeds: view.seeds.length }])
  }
  if (view.seeds.length < 3) return open(cause, { ...facts, outcome: 'too few seeds' }, [])
  if (!found.isSure && !endsFailures(view, 'network', control)) {
    return ruledOut(cause, { ...facts, outcome: 'within the spread' }, by)
  }
  if (!lowersTest(view, 'network', control)) return ruledOut(cause, { ...facts, outcome: 'memorizes' }, by)
  if (!view.hasOwnSteps) return ruledOut(cause, { ...facts, outcome: 'length of the diagnosis' }, by)
  return holds(cause, { ...facts, outcome: 'too short' }, found.share)
}

/** Smallest fraction by which the loss of the last third must be lower than the loss of the third before. */
const leastFall = 0.03

/** Whether the loss of the trainings still fell in the last third of the steps, with most seeds. */
function isFalling(view: Evidence): boolean {
  const records = recordsOf(view, 'network')
  const falling = records.filter(({ losses, diverged }) => {
    const finite = losses.map(({ loss }) => loss).filter(Number.isFinite)
    const third = Math.floor(finite.length / 3)
    if (diverged !== null || third === 0) return false
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value / values.length, 0)
    return mean(finite.slice(-third)) <= (1 - leastFall) * mean(finite.slice(-2 * third, -third))
  })
  return 2 * falling.length >= records.length
}
